"""Before the first repetition: does the job run at all here, and what do one parse and one request cost alone?"""

from __future__ import absolute_import, division, unicode_literals

import math

from .canonical import NotCanonicalError, canonical
from .failure import Failure, raised
from .handing import heaviest, weigh, why_not
from .python import IMPLEMENTATION
from .recorder import OK
from .work import page_url

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    Page = tuple[int, bytes, str]
    Clock = Callable[[], int]

PARSE_BUDGET_NS = 1500000000
"""To spend on timing parses; one pass over the pages is always completed, up to MOST_PAGES."""
COMPILES = IMPLEMENTATION != "CPython"
"""A just-in-time compiler gets the whole budget to settle, and the last passes count."""
MOST_PAGES = 200
PASSES = 5
TWICE = 20
"""Pages that are parsed a second time to see whether the parser returns the same record."""
REQUESTS = 60
FIRST_REQUESTS = REQUESTS // 6
"""So many do not count."""
HEAVY = 3
"""A record that weighs so many times its page is worth a word."""
LONG_NS = 20000000
"""Long beside what a clock costs (1 us)."""


def fetch_pages(fetch, prefix, base_url, count):
    # type: (Callable[[str], Any], str, str, int) -> list[Page]
    """Fetch each different page once, without the injected delay: (page id, body, url).

    Recorded pages have statuses of their own: one that is no success is nothing to parse.

    Raises:
        Failure: None of them is a success.
    """
    pages, refused = [], None
    for page in range(min(count, MOST_PAGES)):
        status, _, body = fetch(prefix + str(page) + str("?latency=0ms"))
        if status in OK:
            pages.append((page, body, page_url(page)))
        elif refused is None:
            refused = "the server answered %d to %s/pages/%d" % (status, base_url, page)
    if refused is not None and not pages:
        raise Failure("failed", refused)
    return pages


def examine(parser, pages, clock, at):
    # type: (Any, Sequence[Page], Clock, Callable[[int, int], None]) -> dict[str, Any]
    """Parse every page once and some twice, but none that takes long.

    `at` is told the page and its size before each is begun: a parse in C cannot be ended from inside, and whoever
    ends it from outside is to know which one it was.

    Returns:
        `errors` raised; what the first parse of each other page took (`costs`, ns); why records cannot be compared
        (`unchecked`) and pickled (`unpicklable`), or null; what they weigh pickled (`record_bytes`), and by what
        (`heaviest`) where that is several times the page; and the first page of which two parses differ (`differs`),
        with both `texts`, or null.
    """
    found = {"errors": [], "unchecked": None, "unpicklable": None, "differs": None}  # type: dict[str, Any]
    found.update(costs=[], record_bytes=[], heaviest=None)
    for page, body, url in pages:
        at(page, len(body))
        start = clock()
        try:
            record = parser(body, url)
        except:  # noqa: E722 - a parser may raise anything, or call sys.exit
            kind, words = raised()
            found["errors"].append({"kind": "parse: %s" % kind, "page": page, "message": words})
            continue
        cost = clock() - start
        found["costs"].append(cost)
        if found["unpicklable"] is None:
            try:
                found["record_bytes"].append(weigh(record))
            except:  # noqa: E722 - pickling runs the record's own code
                found["unpicklable"] = "page %d: %s" % (page, why_not(record))
            else:
                if found["heaviest"] is None and found["record_bytes"][-1] >= HEAVY * len(body):
                    found["heaviest"] = heaviest(record)
        if found["unchecked"] is not None:
            continue
        try:
            text = canonical(record)
        except NotCanonicalError as error:
            found["unchecked"] = "page %d: %s" % (page, error)
            continue
        if page < TWICE and cost < PARSE_BUDGET_NS and found["differs"] is None:
            found["differs"] = parse_again(parser, page, body, url, text)
    return found


def parse_again(parser, page, body, url, first):
    # type: (Any, int, bytes, str, str) -> dict[str, Any] | None
    """Return both canonical texts where a second parse of the same page differs, else null."""
    try:
        second = canonical(parser(body, url))
    except:  # noqa: E722 - it raised nothing the first time: that is a difference
        return {"page": page, "field": "(whole record)", "first": "a record", "second": raised()[1]}
    return None if second == first else {"page": page, "texts": [first, second]}


def time_parse(parser, pages, clock, first):
    # type: (Any, Sequence[Page], Clock, Sequence[int]) -> tuple[float | None, float | None]
    """Return the mean cost of one parse over the pages (ns): the median of several passes, null if all raise.

    With it comes its standard error, as a share; null of one pass. `first` has the costs of a pass that has been made:
    one that has used up the budget alone is not repeated.
    """
    if sum(first) >= PARSE_BUDGET_NS:
        return sum(first) / len(first), None
    passes = []  # type: list[float]
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
            return None, None
        passes.append(sum(costs) / len(costs))
    return median(passes[-PASSES:]), share_error(passes[-PASSES:])


def time_units(parser, page, clock):
    # type: (Any, Page, Clock) -> tuple[float, float | None]
    """Return how many units of work (loop iterations, bytes) this thread does in a second, and its standard error."""
    _, body, url = page
    units = 1000
    rates = []  # type: list[float]
    began = clock()
    while len(rates) < PASSES * 2 or (COMPILES and clock() - began < PARSE_BUDGET_NS):
        run = parser.bind(units)
        start = clock()
        run(body, url)
        spent = clock() - start
        if spent > LONG_NS:
            rates.append(units * 1e9 / spent)
        else:
            units *= 4
    return median(rates[-PASSES * 2 :]), share_error(rates[-PASSES * 2 :])


def time_requests(fetch, address, clock):
    # type: (Callable[[str], Any], str, Clock) -> float
    """Return the cost of one keep-alive request at one in flight (ns)."""
    costs = []
    for _ in range(REQUESTS):
        start = clock()
        fetch(address)
        costs.append(clock() - start)
    return median(costs[FIRST_REQUESTS:])


def median(values):
    # type: (Sequence[float]) -> float
    """Return the middle of at least one value, or the mean of the two in the middle."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def share_error(values):
    # type: (Sequence[float]) -> float | None
    """Return the standard error of the mean of values, as a share of it; null where one alone tells none."""
    count, mean = len(values), sum(values) / len(values)
    if count == 1 or mean == 0:
        return None
    squares = sum((value - mean) ** 2 for value in values)
    return math.sqrt(squares / (count - 1) / count) / mean
