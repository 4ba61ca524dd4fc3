from math import exp, log, sqrt

import numpy as np
import pytest
from scipy.special import stdtrit

from simulator.stats.moderation import moderated
from simulator.stats.unpaired import Scattered, differences, rejected, scattered

DRAWS = 3_000
ALIKE, ONE_WILD, HALF_CALM = np.ones(20), np.r_[np.full(19, 0.3), 1.0], np.array([0.1, 0.1, 1.0, 1.0])
RISING = np.geomspace(0.1, 1.0, 20)


def drawn(random: np.random.Generator, scatter: np.ndarray, rounds: int) -> Scattered:
    """Many runs at a time: the last axis are the cells of each."""
    values = random.normal(0, 1, (DRAWS, len(scatter), rounds)) * scatter[:, None]
    return Scattered(
        values.mean(axis=-1),
        values.var(axis=-1, ddof=1),
        np.full(len(scatter), rounds - 1.0),
        np.full(len(scatter), float(rounds)),
    )


@pytest.mark.parametrize("rounds", [3, 5, 10])
@pytest.mark.parametrize(
    "scatter", [ALIKE, ONE_WILD, HALF_CALM, RISING], ids=["alike", "one", "half", "rising"]
)
def test_intervals_hold_the_truth_also_of_the_cell_that_scatters_most(
    scatter: np.ndarray, rounds: int
) -> None:
    random = np.random.default_rng(3)
    for other, least in ((scatter, 0.92), (scatter * 0.02, 0.89)):
        found = differences(drawn(random, scatter, rounds), drawn(random, other, rounds))
        held = (np.abs(found.mean) <= found.reach).mean(axis=0)
        assert 0.93 <= held.mean() <= 0.98
        assert held.min() >= least


def test_the_cells_beside_one_make_its_interval_narrower_where_rounds_are_few() -> None:
    random = np.random.default_rng(3)
    reach = differences(drawn(random, ALIKE, 3), drawn(random, ALIKE, 3)).reach.mean()
    alone = differences(drawn(random, np.ones(1), 3), drawn(random, np.ones(1), 3)).reach.mean()
    assert reach < 0.87 * alone


def test_of_one_cell_it_is_welch_s_interval() -> None:
    above, below = [1.0, 1.2, 1.4], [0.1, 0.2, 0.3, 0.4, 0.5]
    found = differences(scattered([above]), scattered([below]))
    # Variances 0.04 and 0.025: 0.04/3 + 0.025/5 = 0.018333; degrees 0.018333^2 / (0.013333^2/2 + 0.005^2/4).
    degrees = 0.0183333**2 / (0.0133333**2 / 2 + 0.005**2 / 4)
    assert float(found.mean[0]) == pytest.approx(0.9)
    assert float(found.degrees[0]) == pytest.approx(degrees, rel=1e-4)
    assert float(found.reach[0]) == pytest.approx(stdtrit(degrees, 0.975) * sqrt(0.0183333), rel=1e-4)


def test_a_variance_is_raised_to_those_beside_it_and_never_lowered() -> None:
    own = np.array([0.2, 1.0, 1.2, 0.9, 4.0])
    found, degrees = moderated(own, np.full(5, 2.0))
    assert (found >= own).all()
    assert found[0] > 0.5
    assert found[4] == 4
    assert degrees == pytest.approx(4)
    unlike, few = moderated(np.geomspace(1e-8, 1, 5), np.full(5, 4.0))
    assert (unlike[1:] < 2 * np.geomspace(1e-8, 1, 5)[1:]).all()
    assert (few < 4.5).all()


def test_what_does_not_scatter_is_known() -> None:
    found = differences(scattered([[log(3.0)] * 3] * 2), scattered([[log(1.5)] * 3] * 2))
    assert np.exp(found.mean) == pytest.approx(2)
    assert (found.reach < 1e-5).all()
    assert found.below(np.log([1.5, 3.0])) == pytest.approx([1, 0])
    assert found.above(np.log([1.5, 3.0])) == pytest.approx([0, 1])


def test_the_chances_go_with_the_interval() -> None:
    found = differences(scattered([[1.0, 1.2, 1.4]]), scattered([[0.1, 0.2, 0.3]]))
    assert found.below(found.mean + found.reach) == pytest.approx(0.025)
    assert found.above(found.mean - found.reach) == pytest.approx(0.025)


def test_the_scatter_of_a_run_that_stopped_when_it_was_narrow_is_that_of_its_first_rounds() -> None:
    logs = [0.0, 0.1, -0.1, *[0.0] * 9]
    honest, plain = scattered([logs], 3), scattered([logs])
    assert float(honest.variance[0]) == pytest.approx(0.01)
    assert (float(honest.degrees[0]), float(honest.rounds[0])) == (2, 12)
    assert float(plain.variance[0]) == pytest.approx(np.var(logs, ddof=1))
    calm_first = scattered([[0.0, 0.001, -0.001, 0.3, -0.3]], 3)
    assert float(calm_first.variance[0]) == pytest.approx(np.var([0.0, 0.001, -0.001, 0.3, -0.3], ddof=1))


def test_swapping_the_runs_turns_the_interval_over() -> None:
    one, other = scattered([[1.0, 1.1, 1.3]]), scattered([[2.0, 2.4, 2.1]])
    there, back = differences(one, other), differences(other, one)
    assert exp(there.mean[0]) == pytest.approx(1 / exp(back.mean[0]))
    assert there.reach == pytest.approx(back.reach)


@pytest.mark.parametrize(
    ("p_values", "found"),
    [
        ([], []),
        ([0.04], [True]),
        ([0.04, 0.04], [False, False]),
        ([0.04, 0.024], [True, True]),
        ([0.5, 0.01, 0.02, 0.9], [False, True, False, False]),
    ],
)
def test_the_more_are_looked_at_the_surer_each_must_be(p_values: list[float], found: list[bool]) -> None:
    assert rejected(p_values, 0.05) == found
