"""A part of a run: what is shown of it, and what it takes along."""

import pytest
from hypothesis import given, settings

from simulator.analysis.only import asked, only
from simulator.report.view.build import build
from simulator.report.view.page import build_page
from simulator.report.view.summary import build_summary
from simulator.result.document import from_json, to_json
from tests.simulator.analysis.builders import matrix
from tests.simulator.report.random_documents import RECIPES, Recipe

RATES = {
    "threads": [100.0, 101.0, 99.0],
    "asyncio": [60.0, 61.0, 60.5],
    "processes": [50.0, 52.0, 51.0],
}
RUN = matrix({level: {"1ms": RATES, "9ms": RATES} for level in ("0ms", "20ms")}, {"1ms": 0.001, "9ms": 0.009})


def test_of_other_levels_nothing_is_left_and_of_these_everything() -> None:
    found = only(RUN, asked("server.latency=20ms"))
    assert {cell.factors["server.latency"] for cell in found.cells} == {"20ms"}
    assert len(found.cells) == len(RUN.cells) / 2
    assert found.combinations == tuple(c for c in RUN.combinations if c.levels["server.latency"] == "20ms")
    assert {f.scope.get("server.latency", "20ms") for f in found.findings} == {"20ms"}
    assert only(RUN, asked("server.latency=20ms, server.latency=0ms")) == RUN


def test_a_strategy_keeps_the_two_that_it_is_compared_with_and_its_verdict() -> None:
    found = only(RUN, asked("strategy=processes,server.latency=0ms,job.parse_cost=1ms"))
    assert [cell.strategy for cell in found.cells] == ["sequential", "threads", "processes"]
    (combination,) = found.combinations
    (contrast,) = combination.contrasts
    whole = next(c for c in RUN.combinations if c.best == combination.best)
    assert contrast in whole.contrasts, "no number is worked out anew"
    assert not any({each.faster, each.slower} & {"asyncio"} for each in found.crossovers)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("threads", "'threads' is not FACTOR=LEVEL, as in case=mixed,strategy=threads"),
        ("latency=0ms", "no factor latency"),
        ("server.latencey=0ms", "did you mean server.latency? (there are: server.latency, job.parse_cost, "),
        ("strategy=thread", "strategy has no level thread; did you mean threads? (there are: sequential, "),
        ("in_flight=1,strategy=threads", "no cell of this run has in_flight=1 and strategy=threads"),
    ],
)
def test_what_is_not_there_is_named_with_what_is(text: str, told: str) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011 - its text is looked at
        only(RUN, asked(text))
    assert told in str(error.value)


@given(RECIPES)
@settings(max_examples=8)
def test_every_part_of_every_run_can_be_shown(recipe: Recipe) -> None:
    made = recipe.document()
    for factor, level in {pair for cell in made.cells for pair in cell.factors.items()}:
        found = only(made, {factor: [str(level)]})
        assert all(cell in found.cells for cell in made.cells if cell.factors.get(factor) == level)
        assert from_json(to_json(found)) == found
        assert build(found, only="some", all_tables=True, explain=True)
        assert build_page(found)
        assert build_summary(found)
