"""Over TLS and compressed, every strategy gets the same records, with the same connections, and leaves nothing."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from simulator.driver.shared.failure import Failure
from simulator.driver.strategies import connections, jobs
from simulator.result.observation import Observed
from simulator.runner.calibrate import Preflights
from simulator.runner.servers import Servers
from simulator.scenario.cells import Cell
from simulator.scenario.job import Job
from tests.conftest import tiny_cells
from tests.contract.bench import HERE, Bench, bench
from tests.simulator.driver.jobs import spec

HTTPX = {"client": "httpx"}
SECURE = {"tls": True}
PACKED = {"encoding": "gzip"}
BOTH = SECURE | PACKED
SPAWNED = {"name": "spawned", "base": "processes_per_core", "start_method": "spawn"}
FORKED = {"name": "forked", "base": "asyncio_to_processes", "start_method": "fork"}
UVLOOP = {"name": "uv", "base": "asyncio", "loop": "uvloop"}

WAYS: dict[str, tuple[Any, str, dict[str, Any], dict[str, Any]]] = {
    "sequential": ("sequential", HERE, BOTH, {}),
    "threads": ("threads", HERE, BOTH, {}),
    "threads, TLS": ("threads", HERE, SECURE, {}),
    "threads, gzip": ("threads", HERE, PACKED, {}),
    "threads, httpx": ("threads", HERE, BOTH, HTTPX),
    "threads, socket": ("threads", HERE, PACKED, {"client": "socket"}),
    "asyncio": ("asyncio", HERE, BOTH, {}),
    "asyncio, httpx": ("asyncio", HERE, BOTH, HTTPX),
    "asyncio on uvloop": (UVLOOP, HERE, BOTH, {}),
    "asyncio, two workers": ("asyncio", HERE, BOTH | {"workers": 2, "loop": "uvloop"}, {}),
    "processes": ("processes", HERE, BOTH, {}),
    "spawned": (SPAWNED, HERE, BOTH, HTTPX),
    "a pool, forked": (FORKED, HERE, BOTH, {}),
    "interpreters": ("interpreters", "3.14", BOTH, {}),
    "threads_of_asyncio, free-threaded": ("threads_of_asyncio", "3.13t", BOTH, {}),
}
PAGES = 12


def on_the_wire(cell: Cell, server: dict[str, Any], job: dict[str, Any]) -> dict[str, Any]:
    """Return the cell's server and job, changed."""
    config = cell.server.model_copy(update=server)
    client = Job.model_validate(job or {"client": cell.job.client.model_dump(exclude_none=True)}).client
    return {"server": config, "job": cell.job.model_copy(update={"client": client})}


@pytest.fixture(scope="module")
def plain(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> dict[int, str]:
    """Return the digest of each page over plain HTTP, as it is."""
    return by_page(bench("sequential", HERE, servers, tmp_path_factory.mktemp("plain")).observed())


def by_page(outcome: Observed) -> dict[int, str]:
    return dict(zip(outcome.samples.page.tolist(), outcome.digests, strict=True))


@pytest.mark.parametrize("way", WAYS)
def test_records_are_those_of_plain_http(
    way: str, servers: Servers, parsers: Path, plain: dict[int, str]
) -> None:
    entry, runtime, server, job = WAYS[way]
    made: Bench = bench(entry, runtime, servers, parsers)
    outcome = made.observed(**on_the_wire(made.cell, server, job))
    assert outcome.samples.error_kinds == ()
    assert by_page(outcome) == plain
    assert sorted(plain) == list(range(PAGES))
    # Every handshake lies in the start-up; the server's stamps are those of the pages.
    assert outcome.server_stats["connections_opened"] == 0
    assert outcome.server_stats["requests"] == PAGES
    assert (outcome.samples.first_byte_ns - outcome.samples.received_ns >= 3_000_000).all()


def test_the_cpu_of_a_request_is_that_of_the_job_and_of_a_plain_page_beside(
    servers: Servers, tmp_path: Path
) -> None:
    cell = tiny_cells(tmp_path)["threads"]
    preflights = Preflights(servers, sys.executable, import_path=(), time_limit_s=60, seed=3)
    found = [
        preflights.found_for(replace(cell, **on_the_wire(cell, server, {}))) for server in ({}, SECURE, BOTH)
    ]
    names = {"blocking:http.client", "asyncio:aiohttp"}
    assert [set(one.client_cpu_ns) for one in found] == [names] * 3
    assert [set(one.plain_cpu_ns) for one in found] == [set(), set(), names]
    assert all(cost for one in found for cost in (*one.client_cpu_ns.values(), *one.plain_cpu_ns.values()))
    # The parser saw the same bytes.
    assert len({one.mean_bytes for one in found}) == 1


def test_the_client_socket_over_tls_is_unsupported_before_anything_runs(tmp_path: Path) -> None:
    cells = tiny_cells(tmp_path, job__client={"blocking": "socket", "asyncio": "aiohttp"}, server__tls=True)
    assert cells["threads"].unsupported == (
        "the client socket speaks no TLS; set server.tls to false, or job.client to one of"
        " httpx2, httpx, http.client, urllib3, requests, niquests, curl_cffi, pycurl"
    )


def test_a_client_that_cannot_decode_here_is_unsupported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "is_there", lambda _: False)
    asked = spec(None, accept_encoding="br")
    with pytest.raises(
        Failure, match=r"http\.client cannot decode br .*install brotli or brotlicffi there"
    ) as found:
        jobs.opener(asked, 1)
    assert found.value.status == "unsupported"
    monkeypatch.setattr(connections, "is_there", lambda _: True)
    jobs.opener(asked, 1)().close()
