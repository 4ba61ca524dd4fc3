"""A ramp with real drivers and a server on two addresses: what was ready before its end is counted, not measured."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from simulator.analysis.asked import impostures
from simulator.result.observation import BeforeWindow, Broken, Observed
from simulator.runner import driver_process, observe
from simulator.runner.driver_process import DriverError, DriverProcess
from simulator.runner.job import Amount
from simulator.runner.repetition import ALL_IN_RAMP, NONE_BEGUN, run_repetition, why_none
from simulator.runner.servers import Server, Servers
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
    # Nobody was tried again: the server let each measured job in once.
    assert found.seen is not None
    assert found.seen.admitted == len(samples)
    assert found.ready.driver is not None
    assert found.parked.driver is not None
    assert found.parked.driver.on_cpu_ns > found.ready.driver.on_cpu_ns


@linux
def test_a_ramp_that_takes_in_every_job_leaves_nothing_to_measure(tmp_path: Path, servers: Servers) -> None:
    found = ran(tmp_path, servers, "asyncio", "2s")
    assert isinstance(found, Broken)
    assert (found.status, found.reason) == ("invalid", ALL_IN_RAMP)


@linux
def test_of_a_server_that_cannot_be_looked_at_the_cpu_of_the_ramp_is_left_out(
    tmp_path: Path, servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[float] = []
    stats = Server.stats

    def remembered(server: Server) -> Mapping[str, Any]:
        told.append(stats(server)["cpu_s"])
        return {**stats(server), "cpu_s": told[-1]}

    monkeypatch.setattr(Server, "stats", remembered)
    monkeypatch.setattr(observe, "used_by", lambda _: None)
    found = ran(tmp_path, servers, "threads", "160ms")
    assert isinstance(found, Observed), found
    before, after = told[-2:]
    assert found.server_stats["cpu_s"] == after - before > 0


def test_without_a_ramp_no_samples_means_that_no_job_was_begun() -> None:
    assert why_none(None) == NONE_BEGUN
    assert why_none(BeforeWindow(3, 3)) == ALL_IN_RAMP


def saying(folder: Path, then: str, time_limit_s: float = 60) -> DriverProcess:
    """Return a driver that says it is parked, or what else its code does, as soon as it is up."""
    driver = folder / "driver.py"
    driver.write_text(
        f"import os, sys, time\nevents = int(sys.argv[sys.argv.index('--events-fd') + 1])\n{then}\n"
    )
    return DriverProcess(sys.executable, {}, folder, time_limit_s=time_limit_s, driver=driver)


SLEEP = "time.sleep(60)"


def test_what_the_driver_says_early_ends_the_ramp_and_is_kept(tmp_path: Path) -> None:
    event = '{"event": "parked", "of": 3}'
    with saying(tmp_path, f"os.write(events, {event.encode()!r} + b'\\n'); {SLEEP}") as driver:
        driver.passes(50)
        assert driver.wait_for("parked")["of"] == 3


def test_a_driver_that_dies_in_the_ramp_is_told_at_once(tmp_path: Path) -> None:
    with saying(tmp_path, "sys.exit(3)") as driver, pytest.raises(DriverError, match="exit code 3"):
        driver.passes(50)


def test_the_time_limit_holds_in_the_ramp_too(tmp_path: Path) -> None:
    with saying(tmp_path, SLEEP, 0.1) as driver, pytest.raises(DriverError, match=r"no end after 0\.1 s"):
        driver.passes(50)


def test_whoever_shows_how_far_it_is_is_woken_in_the_ramp(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver_process, "WAKE_EVERY_S", 0.01)
    woken: list[int] = []
    with saying(tmp_path, SLEEP) as driver:
        driver.passes(0.1, lambda: woken.append(1))
    assert woken
