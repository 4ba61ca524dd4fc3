import numpy as np
import pytest

from simulator.stats.layout import fit


def test_effects_are_mean_scores_where_no_round_is_missing() -> None:
    scored = {("a", 0): 1.0, ("a", 1): 3.0, ("b", 0): 0.0, ("b", 1): 1.0}
    found = fit(scored)
    assert found.effects == pytest.approx({"a": 2.0, "b": 0.5})
    assert found.spread("a", "b") == pytest.approx(2 / 2)
    assert found.degrees == 1
    assert found.variance == pytest.approx(4 * 0.25**2)


def test_a_cell_that_missed_the_fast_rounds_is_none_the_worse_for_it() -> None:
    drift = [0.0, 0.1, 0.5]
    truth = {"a": 0.3, "b": 0.1, "c": 0.0}
    scored = {(cell, r): value + drift[r] for cell, value in truth.items() for r in range(3)}
    del scored["a", 2]
    found = fit(scored).effects
    assert found["a"] - found["b"] == pytest.approx(0.2)


def test_cells_that_never_met_are_compared_through_one_that_met_both() -> None:
    scored = {("a", 0): 1.0, ("link", 0): 0.0, ("link", 1): 5.0, ("b", 1): 5.5}
    found = fit(scored)
    assert found.effects["a"] - found.effects["b"] == pytest.approx(0.5)
    assert found.spread("a", "b") == pytest.approx(4.0)


def test_it_is_the_weighted_least_squares_of_cells_and_rounds() -> None:
    random = np.random.default_rng(1)
    keys = [(cell, r) for cell in "abc" for r in range(4) if (cell, r) != ("b", 2)]
    scored = {key: float(random.normal()) for key in keys}
    weights = {key: float(random.uniform(0.2, 1)) for key in keys}
    found = fit(scored, weights)

    def loss(moved: float) -> float:
        effects = {**found.effects, "a": found.effects["a"] + moved}
        total = 0.0
        for r in range(4):
            mine = [key for key in keys if key[1] == r]
            left = [scored[key] - effects[key[0]] for key in mine]
            each = [weights[key] for key in mine]
            middle = np.average(left, weights=each)
            total += float(np.sum(np.array(each) * (np.array(left) - middle) ** 2))
        return total

    assert loss(0.0) < min(loss(0.01), loss(-0.01))


def test_one_score_alone_has_an_effect_and_no_scatter() -> None:
    found = fit({("a", 0): 1.5})
    assert found.effects == pytest.approx({"a": 1.5})
    assert found.variance is None
