"""A scenario narrowed to some of its cases and strategies measures the same cells, and fewer."""

from pathlib import Path

import pytest

from simulator.scenario.cells import expand
from simulator.scenario.load import load_text
from simulator.scenario.model import Scenario
from simulator.scenario.narrowed import narrowed
from simulator.scenario.problem import ScenarioError

TEXT = """\
name: shop
job: {pages: 160, parser: spin}
strategies:
  - {name: sequential, base: sequential}
  - threads
  - asyncio
  - {name: uv, base: asyncio, loop: uvloop}
cases:
  waiting:   {job.parse_cost: 0ms}
  computing: {job.parse_cost: 20ms}
  looping:   {strategies: [asyncio, uv]}
vary:
  server.latency: [0ms, 20ms]
  strategies.uv.loop: [asyncio, uvloop]
expect:
  - throughput(threads) > 1/s
  - throughput(threads, case=waiting) > 1/s
  - throughput(uv, case=looping) > throughput(asyncio, case=looping)
"""


@pytest.fixture
def shop() -> Scenario:
    return load_text(TEXT, "shop.yaml", Path.cwd())


def ids(scenario: Scenario) -> set[str]:
    return {cell.id for cell in expand(scenario, 4)}


def test_cells_of_one_case_are_those_that_the_whole_has(shop: Scenario) -> None:
    made, left_out = narrowed(shop, cases=["waiting"])
    assert ids(made) == {cell.id for cell in expand(shop, 4) if cell.factors["case"] == "waiting"}
    assert [one.that for one in made.expect] == [
        "throughput(threads) > 1/s",
        "throughput(threads, case=waiting) > 1/s",
    ]
    assert left_out == 1


def test_cells_of_one_strategy_stay_beside_their_baseline(shop: Scenario) -> None:
    made, left_out = narrowed(shop, strategies=["threads"])
    whole = {
        cell.id
        for cell in expand(shop, 4)
        if cell.factors["strategy"] in ("sequential", "threads") and cell.factors["case"] != "looping"
    }
    assert ids(made) == whole
    assert (len(made.expect), left_out) == (2, 1)


def test_a_strategy_that_is_not_listed_may_be_measured_too(shop: Scenario) -> None:
    made, _ = narrowed(shop, cases=["waiting"], strategies=["processes", "uv"])
    assert [variant.name for variant in made.strategies] == ["sequential", "uv", "processes"]


def test_conditions_are_added_and_a_mistake_in_one_is_named(shop: Scenario) -> None:
    made, _ = narrowed(shop, expect=["p95(asyncio) < 1s"])
    assert [one.that for one in made.expect][-1] == "p95(asyncio) < 1s"
    assert len(made.expect) == 4
    with pytest.raises(ScenarioError, match=r"^--expect: .*unknown strategy thread; did you mean threads"):
        narrowed(shop, expect=["p95(thread) < 1s"])
    # One that speaks of what is not measured is a mistake of whoever wrote it now.
    with pytest.raises(ScenarioError, match=r"^--expect: "):
        narrowed(shop, strategies=["threads"], expect=["p95(asyncio) < 1s"])


@pytest.mark.parametrize(
    ("chosen", "says"),
    [
        ({"cases": ["waitin"]}, "--case: there is no waitin; did you mean waiting?"),
        ({"strategies": ["thread"]}, "--strategy: there is no thread; did you mean threads?"),
    ],
)
def test_what_is_not_there_is_told_the_nearest(
    shop: Scenario, chosen: dict[str, list[str]], says: str
) -> None:
    with pytest.raises(ScenarioError) as caught:
        narrowed(shop, **chosen)
    assert str(caught.value).startswith(says)


def test_nothing_asked_changes_nothing(shop: Scenario) -> None:
    assert narrowed(shop) == (shop, 0)
