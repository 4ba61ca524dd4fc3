"""Before the first repetition: does the job run at all here, and what do one parse and one request cost?

Everything is measured alone, one at a time, in CPU time of the thread.
"""

import asyncio
import pickle
import resource
import statistics
import sys
import time
from typing import Any

from .canonical import NotCanonicalError, canonical, difference
from .clients import open_async, open_blocking
from .control import Control
from .gil import enabled_by
from .loop_lag import lag_ns
from .output import environment, write
from .parsers import is_scalable
from .shared.failure import Failure, describe
from .spec import PROTOCOL, Spec
from .strategies.jobs import load_parser
from .work import page_url

PARSE_BUDGET_NS = 1_500_000_000
"""CPU to spend on timing parses; one pass over the pages is always completed, up to MOST_PAGES."""
MOST_PAGES = 200
PASSES = 5
TWICE = 20
"""Pages that are parsed a second time to see whether the parser returns the same record."""
REQUESTS = 60
IDLE_S = 0.3
"""How long an idle loop is watched: 30 ticks of 10 ms."""


def preflight(spec: Spec, control: Control) -> None:
    """Write what was found; raises Failure where the job cannot run at all."""
    gil_enabled_by = enabled_by(spec)
    parser = load_parser(spec.parser)
    loaded_ns = time.perf_counter_ns()
    pages = fetch_pages(spec)
    once = parser.bind(0) if is_scalable(parser) else parser
    problems, unchecked, unpicklable, differs = examine(once, pages)
    found: dict[str, Any] = {
        "protocol": PROTOCOL,
        "pages": len(pages),
        "mean_bytes": statistics.fmean(len(body) for _, body, _ in pages),
        "errors": problems,
        "unchecked": unchecked,
        "unpicklable": unpicklable,
        "differs": differs,
        "parse_cpu_ns": None if is_scalable(parser) else time_parse(parser, pages),
        "units_per_s": time_units(parser, pages[0]) if is_scalable(parser) else None,
        "client_cpu_ns": {name: time_client(name, spec.base_url) for name in spec.clients},
        "idle_loop_lag_ns": lag_ns(None, IDLE_S) if on_a_loop(spec.clients) else [],
        "peak_bytes": peak_bytes(),
        "loaded_ns": loaded_ns,
        "gil_enabled_by": gil_enabled_by,
        "environment": environment(spec),
    }
    write(spec.output, found)
    control.say("written")


def peak_bytes() -> int:
    """Return the most memory that this process has held: about what each process of a strategy will hold."""
    unit = 1 if sys.platform == "darwin" else 1024  # getrusage(2): bytes on macOS, kilobytes on Linux
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def on_a_loop(clients: "tuple[str, ...]") -> bool:
    """Whether the scenario has a client for strategies with an event loop."""
    return any(name.startswith("asyncio:") for name in clients)


def fetch_pages(spec: Spec) -> "list[tuple[int, bytes, str]]":
    """Fetch each different page once, without the injected delay: (page id, body, url)."""
    client = open_blocking("http.client", spec.base_url)
    pages = []
    try:
        for page in range(min(spec.content_pages, MOST_PAGES)):
            url = f"{spec.base_url}/pages/{page}"
            status, body = client.fetch(url + "?latency=0ms")
            if status != 200:  # noqa: PLR2004 - HTTP's OK
                raise Failure("failed", f"the server answered {status} to {url}")
            pages.append((page, body, page_url(page)))
    except OSError as error:
        raise Failure("failed", f"cannot fetch from {spec.base_url}: {error}") from error
    finally:
        client.close()
    return pages


def examine(
    parser: Any, pages: "list[tuple[int, bytes, str]]"
) -> "tuple[list[dict[str, Any]], str | None, str | None, dict[str, Any] | None]":
    """Parse every page once and some twice.

    Returns the errors raised, why records cannot be compared, why they cannot be pickled, and the first
    difference between two parses of the same page.
    """
    problems: list[dict[str, Any]] = []
    unchecked = unpicklable = None
    differs = None
    for page, body, url in pages:
        try:
            record = parser(body, url)
        except BaseException as error:  # noqa: BLE001 - a parser may raise anything, or call sys.exit
            problems.append(
                {"kind": f"parse: {type(error).__name__}", "page": page, "message": describe(error)}
            )
            continue
        if unpicklable is None:
            try:
                pickle.dumps(record)
            except Exception as error:  # noqa: BLE001 - pickling runs the record's own code
                unpicklable = f"page {page}: a {type(record).__qualname__}: {describe(error)}"
        if unchecked is not None:
            continue
        try:
            text = canonical(record)
        except NotCanonicalError as error:
            unchecked = f"page {page}: {error}"
            continue
        if page < TWICE and differs is None:
            differs = parse_again(parser, page, body, url, text)
    return problems, unchecked, unpicklable, differs


def parse_again(parser: Any, page: int, body: bytes, url: str, first: str) -> "dict[str, Any] | None":
    """Return the first field in which a second parse of the same page differs, or null."""
    try:
        second = canonical(parser(body, url))
    except BaseException as error:  # noqa: BLE001 - it raised nothing the first time: that is a difference
        return {"page": page, "field": "(whole record)", "first": "a record", "second": describe(error)}
    if second == first:
        return None
    field, left, right = difference(first, second) or ("(whole record)", "", "")
    return {"page": page, "field": field, "first": left, "second": right}


def time_parse(parser: Any, pages: "list[tuple[int, bytes, str]]") -> "float | None":
    """Return the mean CPU of one parse over the pages (ns): the median of several passes, null if all raise."""
    clock = time.thread_time_ns
    passes: list[float] = []
    began = clock()
    while len(passes) < PASSES and (not passes or clock() - began < PARSE_BUDGET_NS):
        costs: list[int] = []
        for _, body, url in pages:
            start = clock()
            try:
                parser(body, url)
            except BaseException:  # noqa: BLE001, S112 - examine has reported it
                continue
            costs.append(clock() - start)
        if not costs:
            return None
        passes.append(statistics.fmean(costs))
    return statistics.median(passes)


def time_units(parser: Any, page: "tuple[int, bytes, str]") -> float:
    """Return how many units of work (loop iterations, bytes) this thread does in a second of CPU."""
    _, body, url = page
    clock = time.thread_time_ns
    units, spent = 1000, 0
    while True:
        run = parser.bind(units)
        start = clock()
        run(body, url)
        spent = clock() - start
        if spent > 20_000_000:  # noqa: PLR2004 - 20 ms: long beside the clock's own 1 us
            break
        units *= 4
    rates = [units * 1e9 / spent]
    for _ in range(PASSES * 2):
        start = clock()
        run(body, url)
        rates.append(units * 1e9 / (clock() - start))
    return statistics.median(rates)


def time_client(name: str, base_url: str) -> "float | None":
    """Return the CPU of one keep-alive request at one in flight (ns), null where the library is missing.

    `name` is `blocking:LIBRARY` or `asyncio:LIBRARY`; for asyncio the loop's own work is part of the cost.
    """
    kind, _, library = name.partition(":")
    url = f"{base_url}/pages/0?latency=0ms"
    clock = time.thread_time_ns
    costs: list[int] = []
    try:
        if kind == "blocking":
            client = open_blocking(library, base_url)
            try:
                for _ in range(REQUESTS):
                    start = clock()
                    client.fetch(url)
                    costs.append(clock() - start)
            finally:
                client.close()
        else:

            async def fetch_all() -> None:
                client = open_async(library, base_url)
                try:
                    for _ in range(REQUESTS):
                        start = clock()
                        await client.fetch(url)
                        costs.append(clock() - start)
                finally:
                    await client.close()

            asyncio.run(fetch_all())
    except ImportError:
        return None
    except OSError as error:
        raise Failure("failed", f"{library} cannot fetch from {base_url}: {error}") from error
    except Exception as error:
        raise Failure("failed", f"{library} cannot fetch from {base_url}: {describe(error)}") from error
    return statistics.median(costs[REQUESTS // 6 :])
