"""Before the first repetition: does the job run at all here, and what do one parse and one request cost alone?

In CPU time of the thread; where this Python cannot tell that, in time, of which nothing else here uses any.
"""

from __future__ import absolute_import, division, unicode_literals

import io
import pickle
import socket

from .canonical import NotCanonicalError, canonical
from .client import Client
from .clock import CPU_KNOWN, cpu, wall
from .failure import Failure, raised
from .output import environment, write
from .parsers import is_scalable, load, page_url
from .python import IMPLEMENTATION, native
from .spec import PROTOCOL

clock = cpu if CPU_KNOWN else wall
PARSE_BUDGET_NS = 1500000000
"""To spend on timing parses; one pass over the pages is always completed, up to MOST_PAGES."""
COMPILES = IMPLEMENTATION != "CPython"
MOST_PAGES = 200
PASSES = 5
TWICE = 20
"""Pages that are parsed a second time to see whether the parser returns the same record."""
REQUESTS = 60
OK = 200


def preflight(spec, control):
    """Write what was found; raises Failure where the job cannot run at all."""
    parser = load(spec.parser)
    loaded_ns = wall()
    client = Client(spec.base_url)
    try:
        pages = fetch_pages(spec, client)
        found = examine(parser, pages)
        scalable = is_scalable(spec.parser)
        found.update(
            protocol=PROTOCOL,
            pages=len(pages),
            mean_bytes=sum(len(body) for _, body, _ in pages) / len(pages),
            parse_cpu_ns=None if scalable else time_parse(parser, pages),
            units_per_s=time_units(spec.parser, pages[0]) if scalable else None,
            client_cpu_ns={
                name: time_client(client) if name == "blocking:http.client" else None for name in spec.clients
            },
            peak_bytes=peak_bytes(),
            loaded_ns=loaded_ns,
            environment=environment(spec),
        )
    except (IOError, OSError, socket.error):  # three types in Python 2
        raise Failure("failed", "cannot fetch from %s: %s" % (spec.base_url, raised()[1]))
    finally:
        client.close()
    write(spec.output, found)
    control.say("written")


def peak_bytes():
    """Return the most memory that this process has held; null where the system does not say."""
    try:
        with io.open("/proc/self/status", encoding="utf-8") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
    except (IOError, OSError):  # not Linux; two types in Python 2
        return None
    return None


def fetch_pages(spec, client):
    """Fetch each different page once, without the injected delay: (page id, body, url)."""
    pages = []
    for page in range(min(spec.content_pages, MOST_PAGES)):
        status, body = client.fetch(native("/pages/%d?latency=0ms" % page))
        if status != OK:
            raise Failure("failed", "the server answered %d to %s/pages/%d" % (status, spec.base_url, page))
        pages.append((page, body, page_url(page)))
    return pages


def examine(parser, pages):
    """Parse every page once and some twice: what was raised, and what cannot be compared or pickled."""
    found = {"errors": [], "unchecked": None, "unpicklable": None, "differs": None}
    for page, body, url in pages:
        try:
            record = parser(body, url)
        except:  # noqa: E722 - a parser may raise anything, or call sys.exit
            kind, words = raised()
            found["errors"].append({"kind": "parse: %s" % kind, "page": page, "message": words})
            continue
        if found["unpicklable"] is None:
            try:
                pickle.dumps(record, 2)
            except:  # noqa: E722 - pickling runs the record's own code
                found["unpicklable"] = "page %d: a %s: %s" % (page, type(record).__name__, raised()[1])
        if found["unchecked"] is not None:
            continue
        try:
            text = canonical(record)
        except NotCanonicalError as error:
            found["unchecked"] = "page %d: %s" % (page, error)
            continue
        if page < TWICE and found["differs"] is None:
            found["differs"] = parse_again(parser, page, body, url, text)
    return found


def parse_again(parser, page, body, url, first):
    """Return both canonical texts where a second parse of the same page differs, for the runner to compare."""
    try:
        second = canonical(parser(body, url))
    except:  # noqa: E722 - it raised nothing the first time: that is a difference
        return {"page": page, "field": "(whole record)", "first": "a record", "second": raised()[1]}
    return None if second == first else {"page": page, "texts": [first, second]}


def time_parse(parser, pages):
    """Return the mean cost of one parse over the pages (ns): the median of several passes, null if all raise.

    A just-in-time compiler gets the whole budget to settle, and the last passes count.
    """
    passes = []
    began = clock()
    while not passes or ((COMPILES or len(passes) < PASSES) and clock() - began < PARSE_BUDGET_NS):
        costs = []
        for _, body, url in pages:
            start = clock()
            try:
                parser(body, url)
            except:  # noqa: E722 - examine has reported it
                continue
            costs.append(clock() - start)
        if not costs:
            return None
        passes.append(sum(costs) / len(costs))
    return median(passes[-PASSES:])


def time_units(spec, page):
    """Return how many units of work (loop iterations, bytes) this thread does in a second."""
    _, body, url = page
    units, rates = 1000, []
    began = clock()
    while len(rates) < PASSES * 2 or (COMPILES and clock() - began < PARSE_BUDGET_NS):
        run = load(spec, units)
        start = clock()
        run(body, url)
        spent = clock() - start
        if spent > 20000000:  # noqa: PLR2004 - 20 ms: long beside the clock's own cost
            rates.append(units * 1e9 / spent)
        else:
            units *= 4
    return median(rates[-PASSES * 2 :])


def time_client(client):
    """Return the cost of one keep-alive request at one in flight (ns)."""
    costs = []
    for _ in range(REQUESTS):
        start = clock()
        client.fetch(native("/pages/0?latency=0ms"))
        costs.append(clock() - start)
    return median(costs[REQUESTS // 6 :])


def median(values):
    """Return the middle of at least one value, or the mean of the two in the middle."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
