from math import exp, log

import pytest

from simulator.analysis.goals import GOALS, KEEP, effects, ratios, scores
from simulator.result.repetition import Percentiles
from tests.simulator.analysis.builders import repetition


def test_more_is_better_for_throughput_and_less_for_the_others() -> None:
    done = [
        repetition("a", 0, 50.0, memory_bytes=100_000_000, cpu_per_page_s=0.01),
        repetition("b", 0, 50.0, memory_bytes=50_000_000, cpu_per_page_s=0.02),
    ]
    assert scores(GOALS["throughput"], done)["a", 0] == pytest.approx(log(50))
    memory, cpu = scores(GOALS["memory"], done), scores(GOALS["cpu"], done)
    assert memory["b", 0] - memory["a", 0] == pytest.approx(log(2))
    assert cpu["a", 0] - cpu["b", 0] == pytest.approx(log(2))


def test_what_is_too_slow_is_no_choice_however_small() -> None:
    done = [repetition("big", 0, 100.0, memory_bytes=100), repetition("small", 0, 50.0, memory_bytes=50)]
    scored = scores(GOALS["memory"], done)
    assert scored["big", 0] > scored["small", 0]
    done = [
        repetition("big", 0, 100.0, memory_bytes=100),
        repetition("small", 0, 100 * KEEP, memory_bytes=50),
    ]
    scored = scores(GOALS["memory"], done)
    assert scored["small", 0] > scored["big", 0]


def test_repetitions_without_the_measure_or_not_valid_have_no_score() -> None:
    done = [
        repetition("a", 0, 50.0, response_time_s=Percentiles(0.1, None, None, None, None, 0.2)),
        repetition("b", 0, 50.0, status="invalid"),
        repetition("c", 0, None, status="failed"),
    ]
    assert scores(GOALS["p99"], done) == {}
    assert set(scores(GOALS["throughput"], done)) == {("a", 0)}


def test_effects_see_through_the_machine_s_drift() -> None:
    rate = {"a": 100.0, "b": 80.0, "c": 50.0}
    speed = [1.0, 0.5, 2.0]
    ran = [("a", 0), ("b", 0), ("a", 1), ("c", 1), ("b", 2), ("a", 2)]
    scored = {(cell, r): log(rate[cell] * speed[r]) for cell, r in ran}
    found = effects(scored, {})
    assert exp(found["a"] - found["b"]) == pytest.approx(100 / 80, rel=1e-3)
    assert exp(found["a"] - found["c"]) == pytest.approx(2.0, rel=1e-3), "they share but the slow round"


def test_ratios_are_paired_by_round() -> None:
    scored = {("a", 0): log(4), ("a", 1): log(6), ("b", 1): log(3), ("b", 2): log(9)}
    assert ratios(scored, "a", "b") == [pytest.approx(2.0)]
