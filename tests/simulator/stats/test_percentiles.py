from fractions import Fraction
from math import ceil

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from simulator.stats.percentiles import (
    CURVE,
    SAMPLES_BEYOND,
    curve_ends_s,
    curve_s,
    ends,
    lag_s,
    percentile,
    percentiles_s,
)

SHARES = {"p50": "0.5", "p90": "0.9", "p95": "0.95", "p99": "0.99", "p99_9": "0.999"}
durations = st.lists(st.integers(0, 10**12), min_size=1, max_size=400)


@given(values=durations, share=st.sampled_from(sorted(SHARES.values())))
def test_a_percentile_is_a_sample_at_the_exact_rank_or_null(values: list[int], share: str) -> None:
    found = percentile(np.array(values), float(share))
    rank = ceil(Fraction(share) * len(values))
    if len(values) - rank < SAMPLES_BEYOND:
        assert found is None
    else:
        assert found == sorted(values)[rank - 1]


def test_ten_samples_beyond_are_enough_and_nine_are_not() -> None:
    assert percentile(np.arange(1, 21), 0.5) == 10
    assert percentile(np.arange(1, 20), 0.5) is None
    assert percentile(np.arange(1, 1001), 0.99) == 990
    assert percentile(np.arange(1, 1000), 0.99) is None


def test_ties_and_order_do_not_matter() -> None:
    values = np.array([3] * 30 + [1] * 30)
    assert percentile(values, 0.5) == 1
    assert percentile(values[::-1], 0.9) is None or percentile(values[::-1], 0.9) == 3


@given(values=durations)
def test_response_times_are_in_seconds_and_ascend(values: list[int]) -> None:
    found = percentiles_s(np.array(values))
    assert found.max == max(values) / 1e9
    known = [value for name in SHARES if (value := getattr(found, name)) is not None]
    assert known == sorted(known)
    for name, share in SHARES.items():
        expected = percentile(np.array(values), float(share))
        assert getattr(found, name) == (None if expected is None else expected / 1e9)


def test_without_samples_all_is_null_and_never_zero() -> None:
    found = percentiles_s(np.array([], dtype=np.int64))
    assert (found.p50, found.p90, found.p95, found.p99, found.p99_9, found.max) == (None,) * 6
    assert lag_s([]) is None


def test_a_lag_keeps_its_maximum_where_percentiles_are_refused() -> None:
    few = lag_s([1_000_000, 3_000_000])
    assert few is not None
    assert (few.p50, few.p99, few.max) == (None, None, 0.003)
    many = lag_s(np.arange(1, 2001) * 1_000_000)
    assert many is not None
    assert (many.p50, many.p99, many.max) == (1.0, 1.98, 2.0)


@given(values=durations)
def test_a_curve_has_the_exact_percentile_of_each_share_as_far_as_the_samples_carry(
    values: list[int],
) -> None:
    found = curve_s(np.array(values))
    exact = [(share, percentile(np.array(values), share)) for share in CURVE]
    assert list(found) == [(share, value / 1e9) for share, value in exact if value is not None]


def test_a_curve_begins_at_the_shortest_and_has_few_points_however_many_samples_there_are() -> None:
    found = curve_s(np.arange(1_000_000, 0, -1) * 1_000_000)
    assert found[0] == (0.0, 0.001)
    assert found[-1] == (0.9999, 999.9)
    assert len(found) <= 20
    assert curve_s(np.arange(10)) == ()
    assert curve_s(np.array([])) == ()


def test_the_ends_of_an_interval_are_the_ranks_of_published_tables() -> None:
    # Conover, Practical Nonparametric Statistics, table A3: binomial, 2.5 % on either side.
    assert ends(np.arange(1, 21), 0.5) == (6, 15)
    assert ends(np.arange(1, 101), 0.5) == (40, 61)
    assert ends(np.arange(1, 11), 0.9) is None, "the upper end would lie beyond the longest"


def test_the_interval_of_a_percentile_covers_it_in_at_least_95_of_100_worlds() -> None:
    rng = np.random.default_rng(7)
    for size, share in ((60, 0.5), (250, 0.95), (1_500, 0.99)):
        worlds = 2_000
        found = [ends(np.sort(rng.exponential(size=size)), share) for _ in range(worlds)]
        covered = sum(each is not None and each[0] <= -np.log(1 - share) <= each[1] for each in found)
        assert covered >= 0.945 * worlds, "0.95 less twice what 2,000 worlds scatter by"


@given(values=durations)
def test_every_interval_of_a_curve_is_around_its_percentile(values: list[int]) -> None:
    curve = dict(curve_s(np.array(values)))
    for share, low, high in curve_ends_s(np.array(values)):
        assert low <= curve[share] <= high
