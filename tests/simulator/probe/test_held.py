import pytest

from simulator.probe.held import Held, estimate, shares_of


def pairs(target: list[float], hold: float = 1.0, release: float = 0.0) -> list[dict[str, float]]:
    return [{"target": value, "hold": hold, "release": release} for value in target]


def test_the_share_is_the_median_of_the_looks_inside_its_interval() -> None:
    found = estimate(pairs([0.48, 0.50, 0.52, 0.51, 0.49]), "py-spy")
    assert isinstance(found, Held)
    assert found.median == pytest.approx(0.50)
    # mean 0.5, s = 0.0158, t(4) = 2.776: ± 0.0196
    assert found.low == pytest.approx(0.480, abs=0.001)
    assert found.high == pytest.approx(0.520, abs=0.001)
    assert found.estimator == "py-spy"


def test_a_share_stays_between_0_and_1() -> None:
    found = estimate(pairs([1.05, 0.97, 1.02]), "py-spy")
    assert isinstance(found, Held)
    assert (found.median, found.high) == (1.0, 1.0)


@pytest.mark.parametrize(("hold", "release"), [(0.5, 0.0), (1.0, 0.4)])
def test_wrong_controls_leave_nothing_to_believe(hold: float, release: float) -> None:
    found = estimate(pairs([0.5, 0.5, 0.5], hold, release), "py-spy")
    assert isinstance(found, str)
    assert found.startswith("too noisy to tell")
    assert f"measured at {hold:.0%}".replace("%", " %") in found
    assert f"does at {release:.0%}".replace("%", " %") in found


def test_looks_that_disagree_are_too_noisy() -> None:
    found = estimate(pairs([0.1, 0.9, 0.5]), "py-spy")
    assert isinstance(found, str)
    assert found.startswith("too noisy to tell: between")


def test_two_looks_are_too_few() -> None:
    assert isinstance(estimate(pairs([0.5, 0.5]), "py-spy"), str)


def test_a_look_gives_ratios_of_samples() -> None:
    seen = {"target": 200, "hold": 100, "release": 100}
    assert shares_of(seen, {"target": 50, "hold": 98}) == {"target": 0.25, "hold": 0.98, "release": 0.0}


def test_a_look_that_hardly_saw_a_phase_gives_none() -> None:
    assert shares_of({"target": 200, "hold": 10, "release": 100}, {"target": 50}) is None
