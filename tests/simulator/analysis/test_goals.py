"""What a search looks for."""

from math import log

import pytest

from simulator.analysis.goals import KEEP, scores
from simulator.measures.registry import RANKING
from simulator.stats.percentiles import Percentiles
from tests.simulator.analysis.builders import repetition


def tail(p99: float | None) -> Percentiles:
    return Percentiles(0.01, None, None, p99, None, None)


def test_more_is_always_better_as_a_score() -> None:
    done = [
        repetition("a", 0, 100.0, memory_bytes=10, cpu_per_page_s=0.001, response_time_s=tail(0.1)),
        repetition("b", 0, 99.0, memory_bytes=20, cpu_per_page_s=0.002, response_time_s=tail(0.2)),
    ]
    for name in ("throughput", "p99", "memory", "cpu"):
        scored = scores(RANKING[name], done)
        assert scored["a", 0] > scored["b", 0], name
    assert scores(RANKING["throughput"], done)["a", 0] == pytest.approx(log(100))
    assert scores(RANKING["memory"], done)["b", 0] == pytest.approx(-log(20))


def test_what_is_invalid_or_lacks_the_measure_has_no_score() -> None:
    done = [
        repetition("a", 0, 100.0, status="invalid"),
        repetition("b", 0, None, status="failed"),
        repetition("c", 0, 100.0, status="discarded"),
        repetition("d", 0, 100.0, response_time_s=tail(None)),
        repetition("e", 0, 100.0, response_time_s=tail(0.2)),
    ]
    assert set(scores(RANKING["p99"], done)) == {("e", 0)}
    assert set(scores(RANKING["throughput"], done)) == {("d", 0), ("e", 0)}
    assert scores(RANKING["throughput"], []) == {}


def test_thrift_never_wins_at_the_price_of_a_tenth_of_the_throughput() -> None:
    def best(rate: float) -> str:
        done = [
            repetition("fast", 0, 100.0, memory_bytes=200),
            repetition("thrifty", 0, rate, memory_bytes=100),
        ]
        scored = scores(RANKING["memory"], done)
        return max(scored, key=lambda key: scored[key])[0]

    assert best(100 * KEEP + 1) == "thrifty"
    assert best(80.0) == "fast"
