from collections import Counter
from math import log, log1p, sqrt

import numpy as np
import pytest

from simulator.stats.contrasts import (
    Terms,
    against,
    contrast,
    half_width,
    rank,
    rounds_to_decide,
    verdict,
    would_show,
)
from simulator.stats.intervals import Interval, paired_ratio
from tests.simulator.stats.worlds import SCATTER, rounds

MARGIN = 0.03
TERMS = Terms(MARGIN)
FEW, MANY = 60, 2_500


def draws(few: int = FEW) -> list[object]:
    return [pytest.param(few, id="few"), pytest.param(MANY, id="many", marks=pytest.mark.truth)]


def tolerated(share: float, draws: int) -> float:
    """The share, and what chance may add to it in so many draws."""
    return share + 2.5 * sqrt(share * (1 - share) / draws)


@pytest.mark.parametrize("count", draws())
@pytest.mark.parametrize("stolen", [False, True])
@pytest.mark.parametrize("cells", [4, 6])
@pytest.mark.parametrize("made", [3, 5, 10])
def test_a_combination_seldom_names_a_faster_one_that_is_not_faster(
    made: int, cells: int, count: int, *, stolen: bool
) -> None:
    random, wrong, asked = np.random.default_rng(made * cells), Counter[str](), 0
    lead = log1p(MARGIN)
    for truth in (np.zeros(cells), np.array([lead] + [0.0] * (cells - 1))):
        for scatter in SCATTER:
            asked = 2 * len(SCATTER) * count
            for _ in range(count):
                found = rank(rounds(random, truth, scatter, made, stolen=stolen), TERMS)
                wrong[scatter] += any(
                    each.verdict == "faster" and truth[int(each.of)] - truth[int(each.over)] <= lead + 1e-9
                    for each in found.contrasts
                )
    assert wrong.total() / asked <= tolerated(0.05, asked)
    assert max(wrong.values()) / (2 * count) <= tolerated(0.05, 2 * count)


@pytest.mark.parametrize("count", draws(100))
@pytest.mark.parametrize("made", [3, 5, 10])
def test_what_is_six_percent_faster_is_seldom_called_as_fast_and_never_slower(made: int, count: int) -> None:
    random, as_fast, signs = np.random.default_rng(made), 0, 0
    truth = np.array([log(1.06), 0, 0, 0])
    for scatter in SCATTER:
        for _ in range(count):
            found = rank(rounds(random, truth, scatter, made), TERMS)
            of_best = {each.over: each for each in found.contrasts}
            if found.best == "0":
                as_fast += any(each.verdict == "as fast" for each in of_best.values())
            else:
                as_fast += of_best["0"].verdict == "as fast"
                signs += of_best["0"].verdict in ("faster", "a little faster")
    asked = len(SCATTER) * count
    assert as_fast / asked <= tolerated(0.05, asked)
    assert signs == 0


@pytest.mark.parametrize("cells", [4, 6])
def test_simultaneous_intervals_of_three_rounds_are_no_wider_than_paired_ones_were(cells: int) -> None:
    random, now, before = np.random.default_rng(cells), [], []
    for scatter in SCATTER:
        for _ in range(100):
            scored = rounds(random, np.zeros(cells), scatter, 3)
            for each in rank(scored, TERMS).contrasts:
                assert each.ratio is not None
                now.append(half_width(each.ratio))
                values = [scored[each.of, r] - scored[each.over, r] for r in range(3)]
                paired = paired_ratio(list(np.exp(values)), [1.0] * 3)
                assert paired is not None
                before.append(half_width(paired))
    # Of six, five intervals hold together where each held by itself.
    assert np.mean(now) <= (1.0 if cells == 4 else 1.2) * np.mean(before)


@pytest.mark.parametrize("made", [3, 5])
@pytest.mark.parametrize("scatter", SCATTER)
def test_ratios_to_a_control_hold_the_truth_together(scatter: str, made: int) -> None:
    random, held = np.random.default_rng(made), 0
    truth = np.array([0.0, log(3.9), log(4.0), log(1.9)])
    for _ in range(200):
        found = against(rounds(random, truth, scatter, made), "0", ["1", "2", "3"], TERMS)
        held += all(
            ratio is not None and ratio.low <= np.exp(truth[int(cell)]) <= ratio.high
            for cell, ratio in found.items()
        )
    assert held / 200 >= 0.92


def test_the_best_is_the_one_of_the_greatest_effect_though_its_own_rounds_were_slow_ones() -> None:
    # The machine is 1.6 times faster from round 3 on, in which the better cell was not valid.
    scored = {("better", r): log(105) for r in range(3)}
    scored |= {("worse", r): log(100 * (1.6 if r >= 3 else 1)) for r in range(6)}
    found = rank(scored, TERMS)
    assert found.best == "better"
    assert found.contrasts[0].ratio is not None
    assert found.contrasts[0].ratio.median == pytest.approx(1.05)
    assert found.contrasts[0].ratio.rounds == 3


def test_what_two_rounds_say_is_a_range_and_decides_nothing() -> None:
    found = rank({("a", 0): 1.0, ("b", 0): 0.0, ("a", 1): 1.1, ("b", 1): 0.0}, TERMS).contrasts[0]
    assert found.ratio is not None
    assert (found.ratio.kind, found.ratio.rounds, found.verdict) == ("range", 2, "cannot tell")


def test_cells_that_never_ran_in_one_round_have_no_ratio() -> None:
    found = rank({("a", 0): 1.0, ("b", 1): 0.0}, TERMS).contrasts[0]
    assert (found.ratio, found.verdict) == (None, "cannot tell")


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (1.031, 1.5, "faster"),
        (1.001, 1.029, "a little faster"),
        (0.98, 1.02, "as fast"),
        (0.97, 1.02, "cannot tell"),
        (1.001, 1.031, "cannot tell"),
        (0.5, 3.0, "cannot tell"),
    ],
)
def test_a_verdict_looks_at_sign_and_size(low: float, high: float, said: str) -> None:
    assert verdict(Interval((low * high) ** 0.5, low, high, rounds=3), MARGIN) == said


def test_the_instruments_own_error_widens_what_is_said() -> None:
    scored = {
        (cell, r): score + 0.001 * ((r + i) % 2)
        for i, (cell, score) in enumerate([("a", 0.04), ("b", 0.0)])
        for r in range(5)
    }
    assert rank(scored, TERMS).contrasts[0].verdict == "faster"
    blurred = Terms(MARGIN, errors={"a": 0.0, "b": 0.02})
    assert rank(scored, blurred).contrasts[0].verdict == "cannot tell"


def test_more_looks_at_the_same_contrast_are_dearer() -> None:
    scored = rounds(np.random.default_rng(1), np.zeros(2), "alike", 5)
    once, often = (contrast(scored, "0", "1", Terms(MARGIN, looks=n)).ratio for n in (1, 6))
    assert once is not None
    assert often is not None
    assert half_width(often) > 1.3 * half_width(once)


def test_a_disturbed_round_counts_for_less() -> None:
    scored = {(cell, r): base for cell, base in (("a", 0.1), ("b", 0.0)) for r in range(4)}
    scored["a", 3] = -2.0
    plain, weighted = (
        contrast(scored, "a", "b", Terms(MARGIN, weights=weights)).ratio
        for weights in (None, {("a", 3): 0.01})
    )
    assert plain is not None
    assert weighted is not None
    assert plain.median < 0.7
    assert weighted.median > 1.05


def test_it_is_told_which_difference_would_have_shown_and_how_many_rounds_would_decide() -> None:
    ratio = Interval(1.0, 1 / 1.06, 1.06, rounds=4)
    assert would_show(ratio, MARGIN) == pytest.approx(1.03 * 1.06 - 1)
    assert rounds_to_decide(ratio, MARGIN) == 16
    assert rounds_to_decide(Interval(1.03, 1.0, 1.0609, rounds=4), MARGIN) is None
