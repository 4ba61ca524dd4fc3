"""What a server with a limit does to a job, end to end: against closed forms, and against an exact replay."""

import heapq
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulator.analysis.asked import impostures
from simulator.analysis.measures import delay_errors_ns, measure
from simulator.result.observation import Observed
from simulator.runner.job import Amount
from simulator.runner.repetition import run_repetition
from simulator.runner.servers import Servers
from tests.conftest import tiny_cells

MS = 1_000_000
SPIN = {"parser": "spin", "parse_cost": "0ms", "warmup": 1}


def observed(servers: Servers, folder: Path, strategy: str, **changes: Any) -> Observed:
    cell = tiny_cells(folder, strategies=[strategy], **changes)[strategy]
    outcome = run_repetition(
        cell,
        servers.serving(cell.server),
        round_=0,
        python=sys.executable,
        amount=Amount(units=0),
        seed=3,
        import_path=(str(folder),),
        time_limit_s=60,
    )
    assert isinstance(outcome, Observed), outcome
    return outcome


def most_at_a_time(begin: np.ndarray, end: np.ndarray) -> int:
    """Return how many of these intervals overlap at the most; one that ends when another begins does not."""
    moments = sorted([(int(t), 1) for t in begin] + [(int(t), -1) for t in end])
    return int(np.cumsum([step for _, step in moments]).max())


@pytest.mark.parametrize("workers", [1, 2])
def test_the_queue_is_told_apart_and_audited(servers: Servers, tmp_path: Path, workers: int) -> None:
    seen = observed(
        servers,
        tmp_path,
        "threads",
        server={"latency": "10ms", "capacity": 2, "workers": workers, "loop": "asyncio"},
        job={**SPIN, "client": "http.client", "pages": 24},
        in_flight=6,
    )
    samples, found = seen.samples, measure(seen, "equal")
    assert most_at_a_time(samples.begun_ns, samples.last_byte_ns) == 2
    assert list(impostures(seen, lambda _: 10 * MS)) == []
    assert delay_errors_ns(samples).min() >= 0
    assert found.server_queue_s is not None
    assert found.network_s is not None
    # Six in flight, two served: two thirds of the time that the server holds a request it queues, ends apart; the
    # median, since one stall of a busy machine holds up all that queue.
    queued_s = (samples.begun_ns - samples.received_ns) / 1e9
    assert np.median(queued_s) == pytest.approx(0.02, rel=0.7)
    assert found.server_queue_s == pytest.approx(queued_s.mean(), rel=0.05)
    assert found.network_s >= found.server_queue_s + 0.01
    assert seen.server_stats["queue"]["max"] == 4


@pytest.mark.truth
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("strategy", ["threads", "asyncio"])
def test_sixty_four_in_flight_share_eight_places(
    servers: Servers, tmp_path: Path, strategy: str, workers: int
) -> None:
    """N jobs that are never idle share c places of a fixed service time D: each takes N · D / c."""
    in_flight, capacity, delay_s, pages = 64, 8, 0.040, 960
    seen = observed(
        servers,
        tmp_path,
        strategy,
        server={"latency": "40ms", "capacity": capacity, "workers": workers, "loop": "uvloop"},
        job={**SPIN, "client": {"blocking": "http.client", "asyncio": "aiohttp"}, "pages": pages},
        in_flight=in_flight,
    )
    samples = seen.samples
    assert most_at_a_time(samples.begun_ns, samples.last_byte_ns) == capacity
    steady = (samples.page >= 2 * in_flight) & (samples.page < pages - in_flight)
    took_s = (samples.ready_ns - samples.start_ns)[steady] / 1e9
    assert took_s.mean() == pytest.approx(in_flight * delay_s / capacity, rel=0.05)
    queued_s = (samples.begun_ns - samples.received_ns)[steady] / 1e9
    assert queued_s.mean() == pytest.approx((in_flight - capacity) * delay_s / capacity, rel=0.05)


@pytest.mark.truth
@pytest.mark.parametrize("workers", [1, 2])
def test_open_arrivals_wait_as_long_as_a_queue_with_eight_servers_has_them_wait(
    servers: Servers, tmp_path: Path, workers: int
) -> None:
    """The arrivals that were, served by 8 places for exactly their delay (Kiefer and Wolfowitz 1955)."""
    capacity, delay_ns, pages = 8, 40 * MS, 1500
    seen = observed(
        servers,
        tmp_path,
        "asyncio",
        server={"latency": "40ms", "capacity": capacity, "workers": workers, "loop": "uvloop"},
        job={**SPIN, "client": {"asyncio": "aiohttp"}, "pages": pages},
        arrivals={"process": "poisson", "rate": "150/s"},
        in_flight=256,
    )
    samples = seen.samples
    order = np.argsort(samples.received_ns)
    received = samples.received_ns[order]
    free = [int(received[0])] * capacity
    predicted = np.empty(pages)
    for position, came in enumerate(received.tolist()):
        begun = max(came, heapq.heappop(free))
        predicted[position] = begun - came
        heapq.heappush(free, begun + delay_ns)
    waited = (samples.begun_ns - samples.received_ns)[order]
    mean_ms, predicted_ms = (waited.mean() + delay_ns) / MS, (predicted.mean() + delay_ns) / MS
    assert mean_ms == pytest.approx(predicted_ms, rel=0.05)
    assert predicted.mean() > 2 * MS, "there is a queue to speak of"
