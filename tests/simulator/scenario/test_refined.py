"""New parse costs between those that are listed."""

from pathlib import Path

import pytest

from simulator.scenario.load import load_text
from simulator.scenario.problem import ScenarioError
from simulator.scenario.refined import is_new, refined
from tests.conftest import tiny_text


def test_between_two_costs_there_are_three_in_equal_steps_of_the_logarithm() -> None:
    scenario = load_text(
        tiny_text(job__parse_cost=None, vary={"job.parse_cost": ["0ms", "1ms", "16ms"]}, refine=True),
        "t",
        Path(),
    )
    more = refined(scenario).document()
    assert more["vary"]["job.parse_cost"] == ["0ms", "1ms", "2ms", "4ms", "8ms", "16ms"]
    written = scenario.document()
    assert is_new({"job.parse_cost": "4ms"}, written)
    assert not is_new({"job.parse_cost": "16ms"}, written)


def test_without_refine_nothing_is_new() -> None:
    scenario = load_text(tiny_text(vary={"job.parse_cost": ["1ms", "16ms"]}), "t", Path())
    assert refined(scenario) is scenario
    assert not is_new({"job.parse_cost": "4ms"}, scenario.document())


def test_there_must_be_a_gap() -> None:
    with pytest.raises(ScenarioError, match=r"refine: true needs 2 levels of job\.parse_cost"):
        load_text(tiny_text(vary={"job.parse_cost": ["1ms"]}, refine=True), "t", Path())
