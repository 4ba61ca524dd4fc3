"""What Dask does that no other strategy can: go on where a worker has died, and be somebody else's cluster."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator.analysis.equality import Reference, compare
from simulator.analysis.measures import measure
from simulator.analysis.validity import Limits, judge
from simulator.result.observation import Observed
from simulator.runner.servers import Servers
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
    assert 1 <= found.done_again <= 2
    assert reasons(outcome, cluster) == ()

    alone = bench("sequential", HERE, servers, parsers)
    (parsers / "mine.py.died").touch()
    (parsers / "mine.py").write_text(DIES_ONCE)
    reference = Reference()
    assert compare(reference, alone.observed(job=alone.job("parse", url=True))) == ("equal", None)
    assert compare(reference, outcome) == ("equal", None)


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[str]:
    """Start a cluster as a person does, of two workers with two threads each; give its address."""
    pytest.importorskip("distributed")
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
    script = tmp_path / "cluster.py"
    script.write_text(code)
    with subprocess.Popen(
        [sys.executable, str(script), str(tmp_path)],
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


@pytest.mark.truth
def test_a_cluster_that_runs_gets_the_code_and_keeps_nothing_of_it(
    scheduler: str, servers: Servers, parsers: Path
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


def test_where_no_scheduler_answers_it_says_so(servers: Servers, parsers: Path) -> None:
    outcome = made(servers, parsers, scheduler="tcp://127.0.0.1:9").broken()
    assert outcome.status == "failed"
    assert "no scheduler of Dask answers at tcp://127.0.0.1:9" in outcome.reason
