from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from simulator.scenario.cells import expand
from simulator.scenario.expect_mistakes import expect_mistakes
from simulator.scenario.load import from_document, load_text
from simulator.scenario.problem import Problem
from simulator.scenario.schema import scenario_schema

Refused = Callable[..., tuple[Problem, ...]]

EXPECT = """\
vary: {server.latency: [0ms, 20ms]}
expect:
  - throughput(threads) > 2 * throughput(sequential)
  - claim: Quick
    that: p50(asyncio, server.latency=20ms) < 1s
"""


def test_texts_and_claims_are_both_entries(base: str) -> None:
    scenario = load_text(base + EXPECT, "t.yaml", Path())
    assert [(entry.claim, entry.that) for entry in scenario.expect] == [
        (None, "throughput(threads) > 2 * throughput(sequential)"),
        ("Quick", "p50(asyncio, server.latency=20ms) < 1s"),
    ]
    assert len(expand(scenario, 2)) == 6
    assert from_document(scenario.document(), "stored").expect == scenario.expect
    assert scenario.document()["expect"][0] == "throughput(threads) > 2 * throughput(sequential)"


def test_nothing_expected_is_the_default(base: str) -> None:
    assert load_text(base, "t.yaml", Path()).expect == ()


def test_the_schema_knows_both_forms() -> None:
    schema = scenario_schema()
    document: dict[str, Any] = {
        "name": "t",
        "job": {"pages": 1},
        "expect": ["a", {"claim": "c", "that": "b"}],
    }
    jsonschema.validate(document, schema)
    for wrong in (3, {"claim": "c"}, {"that": "b", "more": 1}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**document, "expect": [wrong]}, schema)


@pytest.mark.parametrize(
    ("entry", "where", "words"),
    [
        (
            "throughput(thread) > 5/s",
            "expect[0]",
            "column 12: unknown strategy thread; did you mean threads?",
        ),
        ("{that: p50(processes) < 1s}", "expect[0].that", "known here: sequential, threads, asyncio"),
        ("p50(threads, in_flight=9) < 1s", "expect[0]", "unknown level of in_flight 9; known here: 8"),
        ("p50(threads, server.latency=40ms) < 1s", "expect[0]", "unknown factor server.latency"),
        ("p50(threads) < 250", "expect[0]", "column 16: 250 has no unit"),
        ("p50(threads)", "expect[0]", "column 13: the comparison is missing"),
        ("3", "expect[0]", "found 3; an expectation is a text such as"),
        ("''", "expect[0]", "empty"),
        ("{claim: x}", "expect[0].that", "missing"),
        ("{claim: x, taht: y}", "expect[0].taht", "did you mean that?"),
        ("{claim: '', that: p50(threads) < 1s}", "expect[0].claim", "empty"),
    ],
)
def test_mistakes_have_the_line_of_their_entry(
    refused: Refused, base: str, entry: str, where: str, words: str
) -> None:
    problems = refused(f"{base}expect:\n  - {entry}\n")
    found = [problem for problem in problems if problem.path == where]
    assert found, problems
    assert found[0].line == 9
    assert words in str(found[0])


def test_a_list_is_expected(refused: Refused, base: str) -> None:
    (problem,) = refused(base + "expect: p50(threads) < 1s\n")
    assert (problem.line, problem.message) == (8, "found 'p50(threads) < 1s'; a list is expected")


@pytest.mark.parametrize("name", ["expects", "expectations", "expetc"])
def test_the_key_is_guessed(refused: Refused, base: str, name: str) -> None:
    (problem,) = refused(f"{base}{name}: []\n")
    assert problem.hint == "did you mean expect?"


def test_levels_are_those_of_the_cells(base: str) -> None:
    """What the check takes for the cells' factors are the factors that the cells get."""
    text = base + (
        "cases: {few: {in_flight: 2}, many: {job.parser: json}}\n"
        "vary: {server.latency: [0ms, {kind: fixed, delay: 2ms}], strategies.asyncio.loop: [asyncio, uvloop]}\n"
    )
    scenario = load_text(text, "t.yaml", Path())
    for cell in expand(scenario, 2):
        levels = ", ".join(f'{p}="{v}"' for p, v in cell.factors.items() if p != "strategy")
        condition = f"p50({cell.factors['strategy']}, {levels}) < 1s"
        assert not list(expect_mistakes({**scenario.document(), "expect": [condition]}, ()))
    wrong = list(
        expect_mistakes({**scenario.document(), "expect": ["p50(asyncio, case=few, in_flight=8) < 1s"]}, ())
    )
    assert "no cell of asyncio has all of case=few, in_flight=8" in wrong[0].message


def test_names_are_not_blamed_where_the_strategies_are_wrong(refused: Refused, base: str) -> None:
    text = base.replace("[threads,", "[thraeds,") + "expect: [p50(threads) < 1s, p50(threads) < 1]\n"
    problems = refused(text)
    assert [problem.path for problem in problems] == ["strategies[0]", "expect[1]"]


def test_an_override_is_named_as_the_source(refused: Refused, base: str) -> None:
    (problem,) = refused(base, overrides=["expect=[p50(nobody) < 1s]"])
    assert (problem.source, problem.line) == ("--set", None)


def test_a_level_that_an_override_takes_away_is_found(refused: Refused, base: str) -> None:
    (problem,) = refused(base + EXPECT, overrides=["vary.server.latency=[0ms, 30ms]"])
    assert "unknown level of server.latency 20ms" in problem.message
    assert problem.line == 12
