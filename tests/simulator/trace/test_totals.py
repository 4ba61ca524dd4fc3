"""What a trace adds up to is what the attribution of the same repetition says."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from simulator.analysis.attribution import attribute, job_time
from simulator.result.observation import CpuTime, Observed, Snapshot
from simulator.result.samples import UNKNOWN
from simulator.runner.servers import Servers
from tests.conftest import tiny_cells
from tests.contract.bench import Bench
from tests.simulator.analysis.builders import MS, observed, samples
from tests.simulator.trace.traced import cpu_us, events_of, total_us

PARTS = {
    "to server": "before_server_s",
    "network": "network_s",
    "resume lag": "resume_s",
    "to parser": "to_parser_s",
    "parse": "parse_s",
    "back": "back_s",
}


def assert_adds_up(one: Observed) -> None:
    """Assert it within 1 %, and within half an eighth of a microsecond for each end of each slice."""
    found, way = attribute(one, None), job_time(one.samples)
    assert found is not None
    assert way is not None
    events = events_of(one)
    jobs = len(one.samples)
    whole_us = found.workers * (int(one.samples.ready_ns.max()) - one.go_ns) / 1e3
    rounding_us = jobs * 0.125

    assert total_us(events, "network", "worker") == pytest.approx(
        found.network * whole_us, rel=0.01, abs=rounding_us
    )
    assert cpu_us(events, "fetch", "worker") == pytest.approx(found.fetch_cpu * whole_us, rel=0.01)
    assert cpu_us(events, "parse", "worker") == pytest.approx(found.parse_cpu * whole_us, rel=0.01)
    for name, part in PARTS.items():
        expected = getattr(way, part) * 1e6 * jobs
        assert total_us(events, name, "worker") == pytest.approx(expected, rel=0.01, abs=rounding_us), name


def test_a_trace_adds_up_to_the_attribution() -> None:
    # Of 60 ms a job: fetch 50 (1 before the server, 42 there, 7 resume lag), parse 10; 100 jobs.
    one = observed(samples(), worker_cpu_s=25 * 0.009)
    assert_adds_up(one)
    events = events_of(one)
    assert total_us(events, "network", "worker") == 100 * 42_000
    assert total_us(events, "resume lag", "worker") == 100 * 7_000
    assert total_us(events, "parse", "worker") == 100 * 10_000
    assert cpu_us(events, "parse", "worker") == pytest.approx(100 * 8_000)


def test_a_trace_adds_up_where_the_client_was_before_the_server_s_stamp() -> None:
    # The last byte is stamped 2 ms after the client had it: the fetch ends the network, and there is no resume lag.
    one = observed(samples(before_ns=1 * MS, intended_ns=40 * MS, body_ns=11 * MS))
    assert_adds_up(one)
    events = events_of(one)
    assert total_us(events, "network", "worker") == 100 * 49_000
    assert total_us(events, "resume lag", "worker") == 0


@pytest.mark.alone
def test_the_trace_of_a_measured_run_of_threads_adds_up_to_its_attribution(
    servers: Servers, tmp_path: Path
) -> None:
    cell = tiny_cells(tmp_path, server__latency="40ms")["threads"]
    one = Bench(cell, sys.executable, servers, tmp_path).observed()
    assert len(one.samples) == 12
    assert (one.samples.last_byte_ns != UNKNOWN).all()
    held = np.minimum(one.samples.last_byte_ns, one.samples.fetched_ns) - one.samples.received_ns
    assert total_us(events_of(one), "network", "worker") == pytest.approx(held.sum() / 1e3, abs=12 * 0.125)
    # The attribution takes what a thread waited for a core off the network, where that was longer than the rest of
    # the fetch. No clock point of a job tells of it, so a machine that has no core free must not decide this test.
    assert_adds_up(replace(one, ready=without_run_queue(one.ready), parked=without_run_queue(one.parked)))


def without_run_queue(snapshot: Snapshot) -> Snapshot:
    workers = {index: CpuTime(spent.on_cpu_ns, 0) for index, spent in snapshot.workers.items()}
    return replace(snapshot, workers=workers)
