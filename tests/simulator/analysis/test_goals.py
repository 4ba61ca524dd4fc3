"""What a search looks for, and what is left when the machine's drift is taken out."""

from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.analysis.goals import KEEP, scores
from simulator.measures.registry import RANKING
from simulator.stats.layout import effects, ratios
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


@given(
    drift=st.lists(st.floats(-1, 1), min_size=4, max_size=4),
    cells=st.lists(st.floats(-2, 2), min_size=3, max_size=3),
)
def test_cells_that_never_met_are_compared_through_those_that_both_met(
    drift: list[float], cells: list[float]
) -> None:
    level = dict(zip("abc", cells, strict=True))
    ran = ["ab", "ab", "bc", "abc"[1:]]  # a and c share no round
    scored = {(cell, round_): level[cell] + drift[round_] for round_, met in enumerate(ran) for cell in met}
    found = effects(scored, {})
    assert found["a"] - found["c"] == pytest.approx(level["a"] - level["c"], abs=1e-3)
    assert found["a"] - found["b"] == pytest.approx(level["a"] - level["b"], abs=1e-3)


def test_a_repetition_of_little_weight_moves_little() -> None:
    scored = {("a", 0): 0.0, ("b", 0): 0.0, ("a", 1): 0.0, ("b", 1): -1.0}
    light = effects(scored, {("b", 1): 0.01})
    heavy = effects(scored, {})
    assert heavy["a"] - heavy["b"] == pytest.approx(0.5, abs=1e-3)
    assert light["a"] - light["b"] < 0.1


def test_ratios_are_of_the_rounds_that_both_ran_in_their_order() -> None:
    scored = {
        ("a", 2): log(4),
        ("b", 2): log(2),
        ("a", 0): log(3),
        ("b", 0): log(1),
        ("a", 1): 0.0,
        ("b", 3): 0.0,
    }
    assert ratios(scored, "a", "b") == pytest.approx([3.0, 2.0])
    assert ratios(scored, "a", "nobody") == []
    assert [exp(-log(r)) for r in ratios(scored, "a", "b")] == pytest.approx(ratios(scored, "b", "a"))
