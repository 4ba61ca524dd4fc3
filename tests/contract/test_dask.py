"""What Dask does that no other strategy can: go on where a worker has died, and be somebody else's cluster."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from simulator.analysis.equality import Reference, compare
from simulator.analysis.measures import measure
from simulator.analysis.validity import Limits, judge
from simulator.result.observation import Observed
from simulator.runner.servers import Servers
from simulator.scenario.arrivals import Arrivals
from tests.contract.bench import HERE, Bench, bench

PAGES = 12
DIES_ONCE = """
import os, signal
def parse(body, url):
    if url.endswith("/5"):
        try:
            os.close(os.open(__file__ + ".died", os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            pass
        else:
            os.kill(os.getpid(), signal.SIGKILL)
    return len(body)
"""


def made(servers: Servers, folder: Path, **options: Any) -> Bench:
    return bench({"name": "mine", "base": "dask", **options}, HERE, servers, folder)


def reasons(outcome: Observed, made: Bench) -> tuple[str, ...]:
    limits = Limits(min_window_s=0.0, min_jobs_per_slot=0, delay_tolerance_s=10)
    plan = made.cell.plan
    return judge(
        outcome, measure(outcome, "equal"), limits=limits, in_flight=plan.in_flight, server_workers=1
    ).reasons


def test_a_worker_that_dies_in_mid_run_loses_no_page_and_doubles_none(
    servers: Servers, parsers: Path
) -> None:
    cluster = made(servers, parsers, workers=2, threads=2)
    (parsers / "mine.py").write_text(DIES_ONCE)
    outcome = cluster.observed(job=cluster.job("parse", url=True))
    (parsers / "mine.py.died").unlink()
    assert sorted(outcome.samples.page.tolist()) == list(range(PAGES))
    assert outcome.samples.error_kinds == ()
    assert outcome.environment["ended_workers"] == 1
    found = measure(outcome, "equal")
    assert found.done_again is not None
    assert 1 <= found.done_again <= cluster.cell.plan.in_flight
    assert reasons(outcome, cluster) == ()

    alone = bench("sequential", HERE, servers, parsers)
    (parsers / "mine.py.died").touch()
    (parsers / "mine.py").write_text(DIES_ONCE)
    reference = Reference()
    assert compare(reference, alone.observed(job=alone.job("parse", url=True))) == ("equal", None)
    assert compare(reference, outcome) == ("equal", None)


HERE_TOO: tuple[str, ...] = ()
ELSEWHERE = ("unshare", "--time", "--monotonic", "5000", "--boottime", "5000", "--fork", "--kill-child")
"""What starts a program with another clock, as on another machine; only root may."""


@contextmanager
def running_cluster(folder: Path, where: tuple[str, ...]) -> Iterator[str]:
    """Start a cluster as a person does, of two workers with two threads each; give its address."""
    pytest.importorskip("distributed")
    if where and subprocess.run([*where, "true"], capture_output=True, check=False).returncode:
        pytest.skip("another clock cannot be had here")
    code = (
        "import sys, logging\n"
        "from distributed import LocalCluster\n"
        "if __name__ == '__main__':\n"
        "    cluster = LocalCluster(n_workers=2, threads_per_worker=2, dashboard_address=None,\n"
        "                           local_directory=sys.argv[1], silence_logs=logging.ERROR)\n"
        "    print(cluster.scheduler_address, flush=True)\n"
        "    sys.stdin.read()\n"
        "    cluster.close()\n"
    )
    script = folder / "cluster.py"
    script.write_text(code)
    with subprocess.Popen(
        [*where, sys.executable, str(script), str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout is not None
        try:
            yield running.stdout.readline().strip()
        finally:
            assert running.stdin is not None
            running.stdin.close()
            running.wait(30)


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[str]:
    with running_cluster(tmp_path, HERE_TOO) as address:
        yield address


@pytest.mark.truth
def test_a_cluster_that_runs_gets_the_code_and_keeps_nothing_of_it(
    scheduler: str, tmp_path: Path, servers: Servers, parsers: Path
) -> None:
    (parsers / "mine.py").write_text("def parse(body): return len(body)\n")
    cluster = made(servers, parsers, scheduler=scheduler)
    job = cluster.job("parse")
    for _ in range(2):
        outcome = cluster.observed(job=job)
        assert sorted(outcome.samples.page.tolist()) == list(range(PAGES))
        assert outcome.environment["dask"] == {"workers": 2, "threads": 2, "same_clock": True}
        found = measure(outcome, "equal")
        assert (found.cpu_per_page_s, found.memory_bytes, found.attribution) == (None, None, None)
        assert found.hand_over_s is not None
        assert reasons(outcome, cluster) == ()
        # What has changed is sent anew.
        (parsers / "mine.py").write_text("def parse(body): return str(len(body))\n")
    assert {text[0] for text in outcome.records.values()} == {'"'}
    from distributed import Client  # noqa: PLC0415 - skipped where there is none

    with Client(scheduler, set_as_default=False) as client:
        left = client.run(lambda: [name for name in sys.modules if "simulator_driver" in name])
    assert set(map(tuple, left.values())) == {()}
    assert not [*tmp_path.rglob("simulator-driver-*")]


@pytest.mark.truth
def test_workers_with_another_clock_are_compared_with_nothing_that_needs_theirs(
    tmp_path: Path, servers: Servers, parsers: Path
) -> None:
    with running_cluster(tmp_path, ELSEWHERE) as address:
        cluster = made(servers, parsers, scheduler=address)
        outcome = cluster.observed()
        refused = cluster.broken(arrivals=Arrivals.model_validate({"rate": "100/s"}))
    samples = outcome.samples
    assert outcome.environment["dask"]["same_clock"] is False
    assert sorted(samples.page.tolist()) == list(range(PAGES))
    assert (samples.start_ns >= outcome.go_ns).all()
    assert (samples.parsed_ns <= samples.ready_ns).all()
    assert reasons(outcome, cluster) == ()
    found = measure(outcome, "equal")
    assert found.hand_over_s is not None
    assert 0 < found.hand_over_s < 5
    assert found.fetch.wall_s is not None
    assert found.fetch.wall_s > 0.003
    assert (found.hand_over_there_s, found.job_time, found.attribution, found.network_s) == (None,) * 4
    assert refused.status == "unsupported"
    assert "whose clocks do not tell when a job is due" in refused.reason


def test_where_no_scheduler_answers_it_says_so(servers: Servers, parsers: Path) -> None:
    outcome = made(servers, parsers, scheduler="tcp://127.0.0.1:9").broken()
    assert outcome.status == "failed"
    assert "no scheduler of Dask answers at tcp://127.0.0.1:9" in outcome.reason
