"""Before the first repetition: does the job run at all here, and what do one parse and one request cost alone?

In CPU time of the thread; where this Python cannot tell that, in time, of which nothing else here uses any.
"""

from __future__ import absolute_import, division, unicode_literals

import io
import socket

from .client import DECODED, Client, context_of
from .clock import CPU_KNOWN, cpu, wall
from .parsers import load
from .shared import output
from .shared.control import PROTOCOL
from .shared.failure import Failure, raised
from .shared.preflight import examine, fetch_pages, time_parse, time_requests, time_units
from .shared.python import native
from .shared.scalable import is_scalable
from .workers import PREFIX

clock = cpu if CPU_KNOWN else wall


def preflight(spec, control):
    """Write what was found; raises Failure where the job cannot run at all."""
    parser = load(spec.parser)
    loaded_ns = wall()
    context = context_of(spec.tls)
    client = Client(spec.base_url, context=context)
    as_asked = Client(spec.base_url, None, spec.accept_encoding, context)
    try:
        pages = fetch_pages(client.fetch, PREFIX, spec.base_url, spec.content_pages)
        found = examine(parser, pages, clock, lambda page, size: control.say("at", page=page, bytes=size))
        costs, weights = found.pop("costs"), found.pop("record_bytes")
        scalable = is_scalable(parser)
        parse_cpu_ns, units_per_s = None, None
        if scalable:
            units_per_s, parse_error = time_units(parser, pages[0], clock)
        else:
            parse_cpu_ns, parse_error = time_parse(parser, pages, clock, costs)
        found.update(
            protocol=PROTOCOL,
            pages=len(pages),
            mean_bytes=sum(len(body) for _, body, _ in pages) / len(pages),
            parse_cpu_ns=parse_cpu_ns,
            parse_error=parse_error,
            units_per_s=units_per_s,
            client_cpu_ns=time_client(spec, as_asked if spec.accept_encoding in DECODED else None),
            plain_cpu_ns={} if spec.accept_encoding == "identity" else time_client(spec, client),
            record_bytes=sum(weights) / len(weights) if weights else None,
            peak_bytes=peak_bytes(),
            loaded_ns=loaded_ns,
            environment=environment(spec),
        )
    except (IOError, OSError, socket.error):  # three types in Python 2
        raise Failure("failed", "cannot fetch from %s: %s" % (spec.base_url, raised()[1]))
    finally:
        client.close()
        as_asked.close()
    output.write(spec.output, found)
    control.say("written")


def time_client(spec, client):
    """Return the cost of one request of each of the job's clients (ns), null of those that are not this one."""
    return {
        name: time_requests(client.fetch, native("/pages/0?latency=0ms"), clock)
        if name == "blocking:http.client" and client is not None
        else None
        for name in spec.clients
    }


def environment(spec):
    """Which Python this is, and which driver it runs."""
    return dict(output.environment(spec.client), libraries={}, driver="portable")


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
