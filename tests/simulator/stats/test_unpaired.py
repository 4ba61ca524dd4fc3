from collections.abc import Callable
from math import exp, log, sqrt

import numpy as np
import pytest

from simulator.stats.intervals import Interval
from simulator.stats.unpaired import t_975, unpaired_ratio

DRAWS = 1_000


@pytest.mark.parametrize(
    ("degrees", "quantile"),  # any statistics table
    [(1, 12.7062), (2, 4.3027), (3, 3.1824), (4, 2.7764), (9, 2.2622), (30, 2.0423), (1000, 1.9623)],
)
def test_quantiles_are_those_of_the_tables(degrees: int, quantile: float) -> None:
    assert t_975(degrees) == pytest.approx(quantile, abs=2e-4)


def test_quantiles_fall_between_whole_degrees_and_end_at_the_normal_distribution() -> None:
    assert t_975(3) < t_975(2.5) < t_975(2)
    assert t_975(1e12) == pytest.approx(1.96, abs=1e-3)


def test_it_is_welch_s_interval_on_the_logarithms() -> None:
    above, below = [exp(v) for v in (1.0, 1.2, 1.4)], [exp(v) for v in (0.1, 0.2, 0.3, 0.4, 0.5)]
    # Variances 0.04 and 0.025: 0.04/3 + 0.025/5 = 0.018333; degrees 0.018333^2 / (0.013333^2/2 + 0.005^2/4).
    degrees = 0.0183333**2 / (0.0133333**2 / 2 + 0.005**2 / 4)
    reach = t_975(degrees) * sqrt(0.0183333)
    found = unpaired_ratio(above, below)
    assert found is not None
    assert found.kind == "interval"
    assert found.median == pytest.approx(exp(0.9))
    assert log(found.low) == pytest.approx(0.9 - reach, abs=1e-4)
    assert log(found.high) == pytest.approx(0.9 + reach, abs=1e-4)


def even(random: np.random.Generator) -> tuple[list[float], list[float]]:
    return list(np.exp(random.normal(0.5, 0.05, 5))), list(np.exp(random.normal(0, 0.05, 5)))


def uneven(random: np.random.Generator) -> tuple[list[float], list[float]]:
    """Four times the scatter in fewer rounds: what a pooled variance would get wrong."""
    return list(np.exp(random.normal(0.5, 0.2, 3))), list(np.exp(random.normal(0, 0.05, 10)))


@pytest.mark.parametrize("draw", [even, uneven])
def test_ninety_five_percent_of_intervals_hold_the_true_ratio(
    draw: Callable[[np.random.Generator], tuple[list[float], list[float]]],
) -> None:
    random = np.random.default_rng(3)
    held = 0
    for _ in range(DRAWS):
        found = unpaired_ratio(*draw(random))
        assert found is not None
        held += found.low <= exp(0.5) <= found.high
    assert 0.92 <= held / DRAWS <= 0.98


def test_fewer_than_three_values_on_a_side_give_the_range_of_all_ratios() -> None:
    found = unpaired_ratio([2.0, 4.0], [1.0, 1.0, 2.0])
    assert found == Interval(3.0, 1.0, 4.0, "range")


def test_a_side_without_values_has_no_ratio() -> None:
    assert unpaired_ratio([], [1.0]) is None
    assert unpaired_ratio([1.0], []) is None


def test_equal_values_have_an_interval_of_no_width() -> None:
    assert unpaired_ratio([3.0] * 3, [1.5] * 3) == Interval(2.0, pytest.approx(2.0), pytest.approx(2.0))  # type: ignore[arg-type]


def test_swapping_the_runs_turns_the_interval_over() -> None:
    one, other = [1.0, 1.1, 1.3], [2.0, 2.4, 2.1]
    there, back = unpaired_ratio(one, other), unpaired_ratio(other, one)
    assert there is not None
    assert back is not None
    assert (there.low, there.high) == pytest.approx((1 / back.high, 1 / back.low))
