"""Before the first repetition: does the job run at all here, and what do one parse and one request cost?

Everything is measured alone, one at a time, in CPU time of the thread.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from .difference import difference
from .gil import enabled_by
from .loop_lag import lag_ns
from .output import environment
from .parsers import BUILT_IN, is_scalable
from .shared.control import PROTOCOL, Control
from .shared.failure import Failure, describe
from .shared.memory import peak_bytes
from .shared.output import write
from .shared.preflight import (
    FIRST_REQUESTS,
    REQUESTS,
    examine,
    fetch_pages,
    median,
    time_parse,
    time_requests,
    time_units,
)
from .shared.python import gil_enabled
from .spec import PER_WORKER, Spec
from .strategies.event_loop import new_loop
from .strategies.jobs import gil_watch, load_parser, opener_of

IDLE_S = 0.3
"""How long an idle loop is watched: 30 ticks of 10 ms."""
clock = time.thread_time_ns


def preflight(spec: Spec, control: Control) -> None:
    """Write what was found; raises Failure where the job cannot run at all."""
    gil_enabled_by, watch = enabled_by(spec), gil_watch()
    parser = load_parser(spec.parser)
    loaded_ns = time.perf_counter_ns()
    pages = pages_of(spec)
    scalable = is_scalable(parser)
    found = examine(parser, pages, clock, lambda page, size: control.say("at", page=page, bytes=size))
    costs = found.pop("costs")
    weights = found.pop("record_bytes")
    differs = found.pop("differs")
    if differs is not None and "texts" in differs:
        field, first, second = difference(*differs["texts"]) or ("(whole record)", "", "")
        differs = {"page": differs["page"], "field": field, "first": first, "second": second}
    parse_cpu_ns, units_per_s = None, None
    if scalable:
        units_per_s, parse_error = time_units(parser, pages[0], clock)
    else:
        parse_cpu_ns, parse_error = time_parse(parser, pages, clock, costs)
    written: dict[str, Any] = {
        "protocol": PROTOCOL,
        "pages": len(pages),
        "mean_bytes": sum(len(body) for _, body, _ in pages) / len(pages),
        **found,
        "differs": differs,
        "parse_cpu_ns": parse_cpu_ns,
        "parse_error": parse_error,
        "units_per_s": units_per_s,
        "client_cpu_ns": {name: time_client(name, spec) for name in spec.clients},
        "plain_cpu_ns": plain_cpu_ns(spec),
        **needs(spec, parser, pages, control),
        "idle_loop_lag_ns": idle_lags_ns(spec.loops),
        "record_bytes": sum(weights) / len(weights) if weights else None,
        "peak_bytes": peak_bytes(),
        "loaded_ns": loaded_ns,
        "gil_enabled_by": gil_enabled_by or (None if watch is None else watch.enabled_by()),
        "environment": environment(spec),
    }
    write(spec.output, written)
    control.say("written")


def needs(
    spec: Spec, parser: Any, pages: "list[tuple[int, bytes, str]]", control: Control
) -> "dict[str, Any]":
    """Return what the models of a job have to know, where it is asked for; nothing of what cannot be had here."""
    if spec.needs is None:
        return {}
    from .handing_over import over  # noqa: PLC0415 - processes and pools, only where they are asked for
    from .needs import held_share, needs_of_clients  # noqa: PLC0415 - likewise

    found: dict[str, Any] = {"over": {}, "gil": gil_enabled()}
    known = BUILT_IN[spec.parser["name"]].held if spec.parser.get("name") else None
    found["held"], found["held_error"] = held_share(parser, pages) if known is None else (known, None)
    found["needs"] = needs_of_clients(spec, control)
    for kind in spec.needs:
        with suppress(Failure):  # it is said of the cells that need it
            found["over"][kind] = over(kind, spec, pages[0][1])
    return found


def idle_lags_ns(loops: "tuple[str, ...]") -> "dict[str, list[int]]":
    """Return how late the ticks of an idle loop of each kind are (ns); nothing of one that is not installed."""
    found = {}
    for kind in loops:
        try:
            found[kind] = lag_ns(None, IDLE_S, partial(new_loop, kind))
        except Failure:  # said of the cells that ask for it
            continue
    return found


def pages_of(spec: Spec) -> "list[tuple[int, bytes, str]]":
    """Fetch each different page once, without the injected delay. Raises Failure."""
    # As they are, whatever the job's own clients ask for.
    plain = replace(spec, connections=PER_WORKER, accept_encoding="identity")
    client = opener_of(plain, "http.client", "blocking", 1)()
    try:
        return fetch_pages(client.fetch, f"{spec.base_url}/pages/", spec.base_url, spec.content_pages)
    except OSError as error:
        raise Failure("failed", f"cannot fetch from {spec.base_url}: {error}") from error
    finally:
        client.close()


def time_client(name: str, spec: Spec) -> "float | None":
    """Return the CPU of one request at one in flight (ns), null where there is no such client here.

    `name` is `blocking:CLIENT` or `asyncio:CLIENT`; for asyncio the loop's own work is part of the cost.
    """
    kind, _, client_name = name.partition(":")
    url = f"{spec.base_url}/pages/0?latency=0ms"
    try:
        opened = opener_of(spec, client_name, kind, 1)
    except Failure as failure:
        if failure.status == "unsupported":
            return None  # it is said of the cells that need it
        raise
    try:
        if kind == "asyncio":
            return asyncio.run(time_on_a_loop(opened, url))
        client = opened()
        try:
            return time_requests(client.fetch, url, clock)
        finally:
            client.close()
    except OSError as error:
        raise Failure("failed", f"{client_name} cannot fetch from {spec.base_url}: {error}") from error
    except Exception as error:
        raise Failure(
            "failed", f"{client_name} cannot fetch from {spec.base_url}: {describe(error)}"
        ) from error


def plain_cpu_ns(spec: Spec) -> "dict[str, float | None]":
    """Return the same of each client for a page as it is, where the job gets pages compressed; else nothing."""
    if spec.accept_encoding == "identity":
        return {}
    plain = replace(spec, accept_encoding="identity")
    return {name: time_client(name, plain) for name in spec.clients}


async def time_on_a_loop(opened: Callable[[], Any], url: str) -> float:
    """Do on the running loop what `time_requests` does on a thread."""
    client = opened()
    costs: list[int] = []
    try:
        for _ in range(REQUESTS):
            start = clock()
            await client.fetch(url)
            costs.append(clock() - start)
    finally:
        await client.close()
    return median(costs[FIRST_REQUESTS:])
