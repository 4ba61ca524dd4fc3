from collections.abc import Callable
from math import exp, isfinite, log, log1p, sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from simulator.stats.intervals import Interval, differs, interval, paired_ratio, t_quantile

Noise = Callable[[np.random.Generator, tuple[int, int]], np.ndarray]

DRAWS = 1_000
TRUE_RATIO = 1.7
CELLS = 8
"""In each round of a run, two of which are compared."""
BUDGET = 300
"""Rounds after which a run ends although its intervals are not narrow yet."""


def lognormal(random: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    return random.normal(0, 0.05, shape)


def heavy_tailed(random: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Student's t with 3 degrees of freedom on the log: now and then a round is far off."""
    return 0.03 * random.standard_t(3, shape)


def stolen(random: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """A quiet machine of which the host takes some 15 % in every tenth repetition."""
    return random.normal(0, 0.02, shape) - (random.random(shape) < 0.1) * random.exponential(0.15, shape)


NOISES = [lognormal, heavy_tailed, stolen]


def cells(
    random: np.random.Generator, draws: int, rounds: int, noise: Noise
) -> tuple[np.ndarray, np.ndarray]:
    """Throughputs of two cells, a row per draw, a column per round.

    The machine's speed is a random walk, a step for each repetition, some 10 % in a round. The two cells are measured
    at moments of the round that are shuffled, so that they do not see quite the same speed; each has noise of its own.
    """
    speed = np.cumsum(random.normal(0, 0.03, (draws, rounds * CELLS)), axis=1).reshape(draws, rounds, CELLS)
    order = np.argsort(random.random((draws, rounds, CELLS)), axis=2)
    one, other = np.moveaxis(np.take_along_axis(speed, order[:, :, :2], axis=2), 2, 0)
    shape = (draws, rounds)
    return (
        TRUE_RATIO * 100 * np.exp(one + noise(random, shape)),
        100 * np.exp(other + noise(random, shape)),
    )


def held(found: Interval | None) -> bool:
    assert found is not None
    return found.low <= TRUE_RATIO <= found.high


@pytest.mark.parametrize("rounds", [3, 5, 10])
@pytest.mark.parametrize("noise", NOISES)
def test_ninety_five_percent_of_intervals_hold_the_true_ratio(rounds: int, noise: Noise) -> None:
    pairs = zip(*cells(np.random.default_rng(rounds), DRAWS, rounds, noise), strict=True)
    share = sum(held(paired_ratio(list(a), list(b))) for a, b in pairs) / DRAWS
    assert 0.92 <= share <= 0.98


def half_widths(values: np.ndarray, first: int) -> np.ndarray:
    """Of every draw after every round, by the formula of the module's documentation; without end before `first`."""
    logs, n = np.log(values), np.arange(1, values.shape[1] + 1)
    variance = np.cumsum(logs**2, axis=1) - np.cumsum(logs, axis=1) ** 2 / n
    scatter = np.sqrt(np.maximum(variance, 0) / np.maximum(n - 1, 1)) * [
        t_quantile(max(1, i - 1), 0.975) for i in n
    ]
    widths: np.ndarray[Any, Any] = np.maximum(scatter[:, first - 1 : first], scatter) / np.sqrt(n)
    widths[:, : first - 1] = np.inf
    return widths


@pytest.mark.parametrize("precision", [0.03, 0.05])
@pytest.mark.parametrize("first", [3, 5, 10])
@pytest.mark.parametrize("noise", NOISES)
def test_intervals_hold_the_true_ratio_as_often_where_they_decide_when_the_run_ends(
    noise: Noise, first: int, precision: float
) -> None:
    a, b = cells(np.random.default_rng(first), DRAWS, BUDGET, noise)
    narrow = half_widths(a / b, first) <= log1p(precision)
    ends = np.where(narrow.any(axis=1), narrow.argmax(axis=1) + 1, BUDGET)
    share = sum(
        held(paired_ratio(list(x[:end]), list(y[:end]), first)) for x, y, end in zip(a, b, ends, strict=True)
    )
    assert 0.92 <= share / DRAWS <= 0.98
    assert np.median(ends) < BUDGET  # most ended because of their intervals


def test_the_scatter_of_the_moment_deciding_when_to_end_would_cover_too_rarely() -> None:
    a, b = cells(np.random.default_rng(3), DRAWS, BUDGET, lognormal)
    ratios = a / b
    logs, n = np.log(ratios), np.arange(3, BUDGET + 1)
    plain = np.array(
        [[t_quantile(i - 1, 0.975) * row[:i].std(ddof=1) / sqrt(i) for i in n[:60]] for row in logs]
    )
    ends = np.where((plain <= log1p(0.05)).any(axis=1), (plain <= log1p(0.05)).argmax(axis=1) + 3, 62)
    share = sum(held(interval(list(row[:end]))) for row, end in zip(ratios, ends, strict=True)) / DRAWS
    assert share < 0.94


def test_before_the_first_rounds_are_done_all_there_are_tell_the_scatter() -> None:
    values = [1.0, 1.1, 1.3, 1.2]
    assert interval(values, 5) == interval(values)
    assert interval(values[:2], 5) == interval(values[:2])


def test_students_t_is_as_in_the_tables() -> None:
    table = {1: 12.7062, 2: 4.3027, 3: 3.1824, 4: 2.7764, 5: 2.5706, 9: 2.2622, 30: 2.0423, 120: 1.9799}
    assert {degrees: round(t_quantile(degrees, 0.975), 4) for degrees in table} == table


@pytest.mark.parametrize("rounds", [3, 5, 10])
def test_two_equal_cells_are_told_apart_in_at_most_a_twelfth_of_draws(rounds: int) -> None:
    pairs = zip(*cells(np.random.default_rng(rounds), DRAWS, rounds, lognormal), strict=True)
    wrong = sum(differs(paired_ratio(list(a / TRUE_RATIO), list(b))) for a, b in pairs)
    assert wrong / DRAWS <= 0.08


def test_pairing_by_round_takes_the_drift_out() -> None:
    random = np.random.default_rng(1)
    paired, unpaired = [], []
    for a, b in zip(*cells(random, 200, 5, lognormal), strict=True):
        together = paired_ratio(list(a), list(b))
        shuffled = paired_ratio(list(a), list(random.permutation(b)))
        assert together is not None
        assert shuffled is not None
        paired.append(log(together.high / together.low))
        unpaired.append(log(shuffled.high / shuffled.low))
    assert np.median(paired) < 0.7 * np.median(unpaired)


def test_no_value_has_no_interval_and_proves_nothing() -> None:
    assert interval([]) is None
    assert paired_ratio([], []) is None
    assert not differs(None)


@pytest.mark.parametrize("values", [[4.0], [4.0, 5.0]])
def test_fewer_than_three_rounds_print_their_range_and_prove_nothing(values: list[float]) -> None:
    found = interval(values)
    assert found == Interval(sum(values) / len(values), min(values), max(values), "range", len(values))
    assert not differs(found)


@given(values=st.lists(st.floats(0.1, 1e5), min_size=3, max_size=9))
def test_it_is_students_t_on_the_logarithms(values: list[float]) -> None:
    quantiles = {3: 4.303, 4: 3.182, 5: 2.776, 6: 2.571, 7: 2.447, 8: 2.365, 9: 2.306}  # two-sided 95 %
    logs = [log(value) for value in values]
    mean = sum(logs) / len(logs)
    variance = sum((value - mean) ** 2 for value in logs) / (len(logs) - 1)
    reach = quantiles[len(values)] * sqrt(variance / len(logs))
    found = interval(values)
    assert found is not None
    assert found.kind == "interval"
    assert found.median == pytest.approx(np.median(values))
    assert found.low == pytest.approx(min(exp(mean - reach), found.median), rel=1e-3 * (1 + reach))
    assert found.high == pytest.approx(max(exp(mean + reach), found.median), rel=1e-3 * (1 + reach))


@given(
    values=st.lists(st.sampled_from([0.1, 0.3, 1.1, 3.3, 7.7, 0.1000001]), min_size=1, max_size=15),
)
@example(values=[0.1] * 9 + [0.1000001])
def test_an_interval_is_finite_and_holds_its_median_also_when_values_repeat(values: list[float]) -> None:
    found = interval(values)
    assert found is not None
    assert isfinite(found.low)
    assert isfinite(found.high)
    assert 0 <= found.low <= found.median <= found.high


def test_equal_values_have_an_interval_of_no_width() -> None:
    for rounds in (3, 9, 10, 12):
        found = interval([0.3] * rounds)
        assert found is not None
        assert found.low == pytest.approx(0.3)
        assert found.high == pytest.approx(0.3)


def test_a_difference_needs_an_interval_that_excludes_one() -> None:
    assert differs(Interval(1.2, 1.01, 1.4))
    assert differs(Interval(0.8, 0.7, 0.99))
    assert not differs(Interval(1.2, 1.0, 1.4))
    assert not differs(Interval(0.9, 0.8, 1.0))
    assert not differs(Interval(5.0, 4.0, 6.0, "range"))


def test_rounds_that_do_not_pair_are_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        paired_ratio([1.0, 2.0, 3.0], [1.0, 2.0])
