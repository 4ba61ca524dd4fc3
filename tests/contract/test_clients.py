"""One suite for every client, however its connections are kept: the same job, the same records, nothing left."""

import threading
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from mockserver.config import ServerConfig
from simulator.driver.clients import CLIENTS
from simulator.driver.difference import digest
from simulator.driver.parsers import load
from simulator.driver.shared.canonical import canonical
from simulator.driver.shared.failure import Failure
from simulator.driver.spec import Spec, from_mapping
from simulator.driver.strategies import open_shard
from simulator.driver.strategies.connections import is_there
from simulator.result.observation import Observed
from simulator.runner.servers import Server, Servers
from tests.conftest import tiny_cells
from tests.contract.bench import Bench
from tests.simulator.driver.jobs import JOB

PAGES, WIDTH, CONTENT = 12, 3, 5
CONNECTIONS = ("per_worker", "shared", "per_request")
SERVED = ServerConfig.model_validate(
    {
        "latency": "3ms",
        "content": {"kind": "catalogue", "count": CONTENT, "items": 2},
        "loop": "asyncio",
        "seed": 3,
    }
)
PARSER = {"name": "html.parser"}
STRATEGIES = {"sequential": ("blocking", 1), "threads": ("blocking", WIDTH), "asyncio": ("asyncio", WIDTH)}
WIRES: dict[str, dict[str, Any]] = {"plain": {}, "TLS, gzip": {"tls": True, "encoding": "gzip"}}
"""What lies between client and server: every client, however its connections are kept, is tried on each of these."""
ALONE: dict[str, dict[str, Any]] = {
    "TLS": {"tls": True},
    **{coding: {"encoding": coding} for coding in ("gzip", "br", "zstd")},
}
"""On these each client with connections as they are by default."""
CASES = [
    pytest.param(name, strategy, connections, wire, id=f"{name} {strategy} {connections} {wire}")
    for name, library in CLIENTS.items()
    for strategy, (kind, _) in STRATEGIES.items()
    for connections in CONNECTIONS
    for wire in ((*WIRES, *ALONE) if connections == "per_worker" and strategy != "threads" else WIRES)
    if kind in library.kinds
]


@dataclass(frozen=True)
class Wired:
    """The mock servers, as they are asked for."""

    servers: Servers
    folder: Path

    def to(self, wire: str) -> tuple[Server, dict[str, Any]]:
        """Return a server, and what a job file says of the way to it."""
        config = SERVED.model_copy(update=(WIRES | ALONE)[wire])
        server = self.servers.serving(config)
        ca_file = server.write_authority(self.folder)
        tls = None if ca_file is None else {"ca_file": str(ca_file)}
        return server, {"base_url": server.url, "accept_encoding": config.encoding, "tls": tls}


@pytest.fixture(scope="module")
def wired(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Wired:
    return Wired(servers, tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def expected(wired: Wired) -> list[str]:
    server, way = wired.to("plain")
    return digests(job("http.client", "sequential", **way), server)


def installed(name: str) -> None:
    if find_spec(CLIENTS[name].module.partition(".")[0]) is None:
        pytest.skip(f"{name} is not installed")


def job(client: str, strategy: str, **changes: Any) -> Spec:
    fetch, width = STRATEGIES[strategy]
    plan = {**JOB["strategy"], "fetch": fetch, "widths": [width]}
    return from_mapping(
        {
            **JOB,
            "client": client,
            "parser": PARSER,
            "strategy": plan,
            "pages": PAGES,
            "warmup": 1,
            **changes,
        }
    )


def digests(spec: Spec, server: Server) -> list[str]:
    """Do the job in this process; return the digest of each page's record, in their order."""
    shard = open_shard(spec)
    try:
        shard.start()
        shard.warm_up()
        server.reset()
        shard.run()
        jobs = sorted((job for log in shard.outcome.logs for job in log.jobs()), key=lambda job: job[0][0])
    finally:
        shard.release()
    assert [error for _, _, error in jobs] == [""] * PAGES, shard.outcome.errors
    return [digest(canonical(record)) for _, record, _ in jobs]


@pytest.mark.parametrize(("client", "strategy", "connections", "wire"), CASES)
def test_every_client_hands_on_the_same_pages_however_its_connections_are_kept(
    client: str, strategy: str, connections: str, wire: str, wired: Wired, expected: list[str]
) -> None:
    installed(client)
    server, way = wired.to(wire)
    spec = job(client, strategy, connections=connections, **way)
    unsupported = why_not(client, strategy, connections, spec)
    if unsupported is not None:
        with pytest.raises(Failure, match=unsupported) as raised:
            digests(spec, server)
        assert raised.value.status == "unsupported"
        return
    before = set(threading.enumerate())
    assert digests(spec, server) == expected
    for thread in set(threading.enumerate()) - before:  # niquests watches its connections from one of its own
        thread.join(10)
        assert not thread.is_alive(), thread
    stats = server.stats()
    assert stats["requests"] == PAGES
    assert stats["connections_opened"] == (PAGES if connections == "per_request" else 0)


def why_not(client: str, strategy: str, connections: str, spec: Spec) -> str | None:
    library = CLIENTS[client]
    if strategy == "threads" and connections == "shared" and not library.threads_share:
        return f"threads must not share one client of {client}"
    if spec.tls is not None and library.tls is None:
        return f"the client {client} speaks no TLS"
    needed = {"identity": ()}.get(spec.accept_encoding, library.decodes.get(spec.accept_encoding))
    if needed is None or (needed and not any(map(is_there, needed))):
        return f"the client {client} cannot decode {spec.accept_encoding}"
    return None


@pytest.mark.parametrize("client", [name for name in CLIENTS if "blocking" in CLIENTS[name].kinds])
def test_every_client_that_blocks_works_in_processes(
    client: str, servers: Servers, parsers: Path, expected: list[str]
) -> None:
    installed(client)
    cell = tiny_cells(parsers, strategies=["processes"], job__client={"blocking": client})["processes"]
    bench = Bench(cell, __import__("sys").executable, servers, parsers)
    outcome = bench.observed()
    assert isinstance(outcome, Observed)
    assert outcome.server_stats["connections_opened"] == 0
    order = outcome.samples.page.argsort()
    assert [outcome.digests[position] for position in order] == expected


def test_the_expected_records_are_those_of_the_pages(expected: list[str]) -> None:
    assert len(set(expected)) == CONTENT
    assert expected[:2] == expected[CONTENT : CONTENT + 2]
    assert callable(load(PARSER))
