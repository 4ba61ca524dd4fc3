from collections.abc import Callable
from math import exp, isfinite, log, sqrt

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from simulator.analysis.intervals import differs, interval, paired_ratio
from simulator.result.document import Interval

Noise = Callable[[np.random.Generator, int], np.ndarray]

DRAWS = 1_000
TRUE_RATIO = 1.7


def lognormal(random: np.random.Generator, rounds: int) -> np.ndarray:
    return np.exp(random.normal(0, 0.05, rounds))


def heavy_tailed(random: np.random.Generator, rounds: int) -> np.ndarray:
    """Student's t with 3 degrees of freedom on the log: now and then a round is far off."""
    return np.exp(0.03 * random.standard_t(3, rounds))


def cells(random: np.random.Generator, rounds: int, noise: Noise) -> tuple[list[float], list[float]]:
    """Two cells of the same rounds: the machine's speed drifts by some 20 % for both, each has noise of its own."""
    drift = np.exp(np.cumsum(random.normal(0, 0.1, rounds)))
    return (
        list(TRUE_RATIO * 100 * drift * noise(random, rounds)),
        list(100 * drift * noise(random, rounds)),
    )


@pytest.mark.parametrize("rounds", [3, 5, 10])
@pytest.mark.parametrize("noise", [lognormal, heavy_tailed])
def test_ninety_five_percent_of_intervals_hold_the_true_ratio(rounds: int, noise: Noise) -> None:
    random = np.random.default_rng(rounds)
    held = 0
    for _ in range(DRAWS):
        found = paired_ratio(*cells(random, rounds, noise))
        assert found is not None
        held += found.low <= TRUE_RATIO <= found.high
    assert 0.92 <= held / DRAWS <= 0.98


@pytest.mark.parametrize("rounds", [3, 5, 10])
def test_two_equal_cells_are_told_apart_in_at_most_a_twelfth_of_draws(rounds: int) -> None:
    random = np.random.default_rng(rounds)
    wrong = 0
    for _ in range(DRAWS):
        a, b = cells(random, rounds, lognormal)
        wrong += differs(paired_ratio([value / TRUE_RATIO for value in a], b))
    assert wrong / DRAWS <= 0.08


def test_pairing_by_round_takes_the_drift_out() -> None:
    random = np.random.default_rng(1)
    paired, unpaired = [], []
    for _ in range(200):
        a, b = cells(random, 5, lognormal)
        reach = paired_ratio(a, b)
        shuffled = paired_ratio(a, list(random.permutation(b)))
        assert reach is not None
        assert shuffled is not None
        paired.append(log(reach.high / reach.low))
        unpaired.append(log(shuffled.high / shuffled.low))
    assert np.median(paired) < 0.7 * np.median(unpaired)


def test_no_value_has_no_interval_and_proves_nothing() -> None:
    assert interval([]) is None
    assert paired_ratio([], []) is None
    assert not differs(None)


@pytest.mark.parametrize("values", [[4.0], [4.0, 5.0]])
def test_fewer_than_three_rounds_print_their_range_and_prove_nothing(values: list[float]) -> None:
    found = interval(values)
    assert found == Interval(sum(values) / len(values), min(values), max(values), "range")
    assert not differs(found)


@given(values=st.lists(st.floats(0.1, 1e5), min_size=3, max_size=9))
def test_below_ten_rounds_it_is_students_t_on_the_logarithms(values: list[float]) -> None:
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


def test_from_ten_rounds_on_the_interval_follows_the_skew_of_the_data() -> None:
    # The bootstrap-t reaches further on the side of the long tail; Student's t is symmetric on the log.
    values = [1.0, 1.01, 1.02, 1.0, 0.99, 1.01, 1.0, 1.02, 1.4, 1.6]
    found = interval(values)
    assert found is not None
    middle = exp(np.log(values).mean())
    assert log(found.high / middle) > 1.3 * log(middle / found.low)
    assert found == interval(values)


@given(
    values=st.lists(st.sampled_from([0.1, 0.3, 1.1, 3.3, 7.7, 0.1000001]), min_size=1, max_size=15),
)
@example(values=[0.1] * 9 + [7.7])  # most resamples draw nine or ten equal values
@example(values=[1.1] * 11 + [0.1])
@example(values=[0.1] * 9 + [0.1000001])
def test_an_interval_is_finite_and_holds_its_median_also_when_values_repeat(values: list[float]) -> None:
    found = interval(values)
    assert found is not None
    assert isfinite(found.low)
    assert isfinite(found.high)
    assert 0 <= found.low <= found.median <= found.high
    if len(values) >= 10:
        assert min(values) * (1 - 1e-9) <= found.low
        assert found.high <= max(values) * (1 + 1e-9)


def test_one_round_far_off_does_not_make_the_interval_absurd() -> None:
    found = interval([1.5, 1.505, 1.495, 1.5, 1.502, 1.498, 1.501, 1.499, 1.5, 3.0])
    assert found is not None
    assert found.low > 1.4
    assert found.high <= 3.0 + 1e-9


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
