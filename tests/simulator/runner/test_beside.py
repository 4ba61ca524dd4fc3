"""Spinners beside a real driver: they slow the job down or not, and are none of its numbers."""

from pathlib import Path

import pytest

from simulator.analysis.measures import measure
from simulator.result.observation import Observed
from simulator.runner.family import READABLE, session_members
from simulator.runner.servers import Servers
from tests.simulator.runner.test_affinity import cell, observed, run

LINUX = pytest.mark.skipif(not READABLE, reason="the CPU of threads cannot be read on this system")


def spun_s(seen: Observed) -> float:
    assert seen.ready.beside is not None
    assert seen.parked.beside is not None
    return (seen.parked.beside.on_cpu_ns - seen.ready.beside.on_cpu_ns) / 1e9


@LINUX
@pytest.mark.alone
@pytest.mark.parametrize("strategy", ["sequential", "threads", "processes", "forked", "asyncio"])
@pytest.mark.parametrize("place", ["threads", "processes"])
def test_spinners_compute_and_their_cpu_is_not_the_jobs(
    place: str, strategy: str, servers: Servers, tmp_path: Path
) -> None:
    made = cell(
        tmp_path,
        strategy,
        beside={"spinners": 2, "in": place},
        job__pages=None,
        job__duration="300ms",
        server__latency="10ms",
    )
    seen = observed(made, servers.serving(made.server), tmp_path)
    assert seen.environment["beside"] == {"spinners": 2, "in": place}
    assert spun_s(seen) > 0.05
    measured = measure(seen, "equal")
    assert measured.cpu_per_page_s is not None
    assert seen.ready.driver is not None
    assert seen.parked.driver is not None
    whole_s = (seen.parked.driver.on_cpu_ns - seen.ready.driver.on_cpu_ns) / 1e9
    assert measured.cpu_per_page_s * len(seen.samples) == pytest.approx(whole_s - spun_s(seen), abs=1e-6)


@LINUX
def test_spinner_processes_are_none_of_the_jobs_processes(servers: Servers, tmp_path: Path) -> None:
    alone = cell(tmp_path, "threads")
    server = servers.serving(alone.server)
    beside = cell(tmp_path, "threads", beside={"spinners": 3, "in": "processes"})
    seen = observed(beside, server, tmp_path)
    assert seen.parked.processes == observed(alone, server, tmp_path).parked.processes


@LINUX
@pytest.mark.parametrize("place", ["threads", "processes"])
def test_spinners_end_with_a_driver_that_breaks(place: str, servers: Servers, tmp_path: Path) -> None:
    made = cell(tmp_path, "threads", beside={"spinners": 2, "in": place})
    (tmp_path / "seen.py").write_text(
        "import os\n"
        "def parse(body):\n"
        # Not truncated: another worker's parse may end the process in between.
        f"    os.write(os.open({str(tmp_path / 'session')!r}, os.O_WRONLY | os.O_CREAT), b'%d' % os.getsid(0))\n"
        "    if body: os._exit(7)\n"
    )
    outcome = run(made, servers.serving(made.server), tmp_path)
    assert not isinstance(outcome, Observed)
    assert session_members(int((tmp_path / "session").read_text())) == ()
