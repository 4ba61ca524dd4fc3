"""What is known of strategies whose jobs share one thread though nothing of asyncio overlaps them."""

from pathlib import Path

import pytest

from simulator.analysis.attribution import attribute
from simulator.result.observation import Observed
from simulator.result.samples import UNKNOWN
from simulator.runner.servers import Servers
from tests.contract.bench import HERE, bench

SLOW_ONCE = (
    "import time\n"
    "def parse(body, url):\n"
    "    until = time.thread_time() + 0.05 * url.endswith('/5')\n"
    "    while time.thread_time() < until: pass\n"
    "    return len(body)\n"
)


@pytest.fixture(scope="module", params=["gevent", "trio"])
def seen(
    request: pytest.FixtureRequest, servers: Servers, tmp_path_factory: pytest.TempPathFactory
) -> Observed:
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "mine.py").write_text(SLOW_ONCE)
    made = bench(request.param, HERE, servers, folder)
    outcome = made.observed(job=made.job("parse", url=True))
    assert outcome.environment["loop"].startswith(request.param)
    assert outcome.environment["libraries"][request.param]
    return outcome


def test_all_jobs_are_one_worker_s_whose_fetches_have_no_cpu_of_their_own(seen: Observed) -> None:
    assert len(seen.ready.workers) == 1
    assert set(seen.samples.worker.tolist()) == {0}
    assert (seen.samples.fetch_cpu_ns == UNKNOWN).all()
    assert int(seen.samples.parse_cpu_ns.max()) >= 50_000_000
    found = attribute(seen, None)
    assert found is not None
    assert found.parse_cpu > 0
    assert found.fetch_cpu > 0


def test_the_loop_is_as_late_as_a_parse_holds_it_up(seen: Observed) -> None:
    assert max(seen.loop_lag_ns) >= 39_000_000


def test_a_client_under_greenlets_overlaps_its_waits(servers: Servers, tmp_path: Path) -> None:
    pytest.importorskip("gevent")
    made = bench("gevent", HERE, servers, tmp_path)
    latency = type(made.cell.server).model_validate({"latency": "50ms", "content": made.cell.server.content})
    for client in ("requests", "httpx2"):
        job = made.cell.job.model_copy(
            update={"client": made.cell.job.client.model_copy(update={"blocking": client})}
        )
        outcome = made.observed(job=job, server=latency)
        # Twelve pages of three in flight are four rounds; one after another they would take 0.6 s.
        took_s = (int(outcome.samples.ready_ns.max()) - outcome.go_ns) / 1e9
        held_s = float((outcome.samples.ready_ns - outcome.samples.start_ns).sum()) / 1e9
        assert held_s > 2 * took_s, client
