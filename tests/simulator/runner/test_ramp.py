"""A ramp with real drivers and a server on two addresses: what was ready before its end is counted, not measured."""

import sys
from pathlib import Path

import pytest

from simulator.analysis.asked import impostures
from simulator.result.observation import Broken, Observed
from simulator.runner.job import Amount
from simulator.runner.repetition import ALL_IN_RAMP, run_repetition
from simulator.runner.servers import Servers
from tests.conftest import tiny_cells

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all of 127.0.0.0/8")
PAGES = 60


def ran(folder: Path, servers: Servers, strategy: str, ramp: str) -> Observed | Broken:
    cell = tiny_cells(
        folder,
        strategies=[strategy],
        in_flight=4,
        server__latency="40ms",
        server__addresses=2,
        server__workers=2,
        job__pages=PAGES,
        job__ramp=ramp,
    )[strategy]
    return run_repetition(
        cell,
        servers.serving(cell.server),
        round_=0,
        python=sys.executable,
        amount=Amount(),
        seed=3,
        import_path=(),
        time_limit_s=60,
    )


@linux
@pytest.mark.parametrize("strategy", ["threads", "processes_of_asyncio"])
def test_the_window_opens_when_the_ramp_has_ended(strategy: str, tmp_path: Path, servers: Servers) -> None:
    found = ran(tmp_path, servers, strategy, "160ms")
    assert isinstance(found, Observed), found
    samples, before = found.samples, found.before
    assert before is not None
    assert before.jobs > 0
    assert before.jobs + len(samples) == len(found.digests) + before.jobs == PAGES
    assert samples.ready_ns.min() >= found.go_ns
    # Begun in the ramp, by workers that each had their turn, and ready after it.
    assert samples.start_ns.min() < found.go_ns
    assert found.server_stats["requests"] == PAGES
    assert list(impostures(found, None)) == []
    assert found.ready.driver is not None
    assert found.parked.driver is not None
    assert found.parked.driver.on_cpu_ns > found.ready.driver.on_cpu_ns


@linux
def test_a_ramp_that_takes_in_every_job_leaves_nothing_to_measure(tmp_path: Path, servers: Servers) -> None:
    found = ran(tmp_path, servers, "asyncio", "2s")
    assert isinstance(found, Broken)
    assert (found.status, found.reason) == ("invalid", ALL_IN_RAMP)
