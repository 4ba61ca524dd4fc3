"""A server that breaks: every strategy meets the same faults, makes the same attempts, and gets every page."""

import dataclasses
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from mockserver.faults import drawer
from simulator.analysis.measures import measure
from simulator.experiment.judgement import injected
from simulator.result.observation import Observed
from simulator.result.samples import UNKNOWN
from simulator.runner.servers import Servers
from tests.contract.bench import HERE, Bench, bench

PAGES = 80
BREAKS: dict[str, Any] = {
    "seed": 5,
    "latency": "1ms",
    "content": {"kind": "catalogue", "count": 10, "items": 1},
    "faults": [
        {"kind": "reset", "share": "8%"},
        {"kind": "reset", "where": "body", "share": "4%"},
        {"kind": "empty", "share": "4%"},
        {"kind": "truncated", "share": "4%"},
        {"kind": "malformed", "share": "4%"},
        {"kind": "status", "status": 503, "share": "8%"},
        {"kind": "hang", "share": "2%"},
    ],
}
AGAIN = {"attempts": 20, "backoff": {"first": "1ms", "most": "4ms"}}
STRATEGIES = (
    *("sequential", "threads", "asyncio", "processes", "asyncio_to_processes", "processes_of_asyncio"),
    *("gevent", "trio"),
)


def breaking(name: str, servers: Servers, folder: Path, **changes: Any) -> Bench:
    """Return the bench of a strategy whose server breaks, its job changed."""
    made = bench(name, HERE, servers, folder)
    server, job = made.cell.server, made.cell.job
    client = made.cell.job.client.model_dump()
    timed = {"client": client, "pages": PAGES, "timeout": "1s"}
    cell = dataclasses.replace(
        made.cell,
        job=type(job).model_validate({**timed, "warmup": job.warmup, **changes}),
        server=type(server).model_validate({**BREAKS, "loop": server.loop}),
    )
    return dataclasses.replace(made, cell=cell)


def last_attempts(seen: Observed) -> dict[int, int]:
    """Return the number of each page's last attempt."""
    return dict(zip(seen.samples.page.tolist(), seen.samples.attempt.tolist(), strict=True))


def drawn_attempts(made: Bench) -> dict[int, int]:
    """Return at which attempt each page meets no fault."""
    server = made.cell.server
    drawn = drawer(server.faults, server.seed)
    return {page: next(k for k in range(1, 100) if drawn(page, k) is None) for page in range(PAGES)}


@pytest.mark.parametrize(
    ("name", "hold"),
    [*((name, hold) for name in STRATEGIES for hold in (True, False)), ("process_pool", True)],
)
def test_every_strategy_gets_every_page_with_the_attempts_that_were_drawn(
    name: str,
    hold: bool,  # noqa: FBT001 - a table
    servers: Servers,
    parsers: Path,
) -> None:
    made = breaking(name, servers, parsers, retries={**AGAIN, "hold_slot": hold})
    seen = made.observed()
    assert last_attempts(seen) == drawn_attempts(made)
    assert (seen.samples.error == UNKNOWN).all()
    assert len(seen.digests) == PAGES
    assert all(seen.digests)
    by_content = {
        page % 10: digest for page, digest in zip(seen.samples.page.tolist(), seen.digests, strict=True)
    }
    assert all(
        by_content[page % 10] == digest
        for page, digest in zip(seen.samples.page.tolist(), seen.digests, strict=True)
    )
    met = Counter(
        fault.kind
        for page, last in last_attempts(seen).items()
        for attempt in range(1, last)
        if (fault := drawer(made.cell.server.faults, made.cell.server.seed)(page, attempt)) is not None
    )
    counted = {kind: n for kind, n in seen.server_stats["faults"].items() if n}
    assert counted == dict(met)
    assert (seen.samples.backoff_ns[seen.samples.attempt > 1] > 0).all()


def test_what_is_given_up_is_what_was_drawn(servers: Servers, parsers: Path) -> None:
    made = breaking("threads", servers, parsers, retries={**AGAIN, "attempts": 2}, failures="allowed")
    seen = made.observed()
    expected = {page for page, attempt in drawn_attempts(made).items() if attempt > 2}
    samples = seen.samples
    given_up = {
        page
        for page, code in zip(samples.page.tolist(), samples.error.tolist(), strict=True)
        if code != UNKNOWN
    }
    assert given_up == expected
    assert expected
    found = measure(seen, "equal")
    assert found.given_up == len(expected)
    meant = injected(made.cell.server)
    assert all(meant(page, 2, "fetch: X") for page in expected)
