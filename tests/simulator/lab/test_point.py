from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from simulator.lab.point import Asked, Point, scenario_text
from simulator.lab.presets import QUESTIONS
from simulator.scenario.load import load_text
from simulator.scenario.named import shipped

AT: dict[str, Any] = {
    "latency_ms": 40,
    "parse_ms": 5,
    "held_percent": 100,
    "in_flight": 8,
    "cores": 2,
    "python": "3.11",
}
CLIENT = {"blocking": "http.client", "asyncio": "aiohttp"}


def text(**changes: Any) -> str:
    asked = Asked(**{**AT, "strategies": ("threads", "processes"), **changes})
    return scenario_text(asked, client=CLIENT, cpus=(0, 1), current="3.11")


def test_a_point_is_a_scenario() -> None:
    scenario = load_text(text(), "lab", Path())
    assert scenario.in_flight == 8
    assert scenario.job.parser.name == "spin"
    assert scenario.job.parse_cost_ns == 5_000_000
    assert [variant.name for variant in scenario.strategies] == ["threads", "processes"]
    assert scenario.affinity is None
    assert scenario.runtimes == ()


@pytest.mark.parametrize(
    ("held", "parse_ms", "parser"),
    [(100, 5, "spin"), (0, 5, "sha256"), (0, 0, "spin"), (40, 5, "lab_parser:parse")],
)
def test_the_parser_holds_the_gil_as_is_set(held: float, parse_ms: float, parser: str) -> None:
    assert Point(**{**AT, "held_percent": held, "parse_ms": parse_ms}).parser == parser


def test_fewer_cores_than_there_are_are_bound() -> None:
    scenario = load_text(text(cores=1), "lab", Path())
    assert scenario.affinity is not None
    assert (scenario.affinity.server, scenario.affinity.driver) == ((0,), (0,))


def test_another_python_is_a_runtime() -> None:
    assert [one.level for one in load_text(text(python="3.14t"), "lab", Path()).runtimes] == ["3.14t"]


@pytest.mark.parametrize("ms", [0.05, 0.000001, 0.1, 2000, 1e-9])
def test_every_duration_can_be_written(ms: float) -> None:
    load_text(text(latency_ms=ms, parse_ms=ms), "lab", Path())


@pytest.mark.parametrize(
    "change",
    [
        {"latency_ms": -1},
        {"parse_ms": float("nan")},
        {"held_percent": 101},
        {"in_flight": 0},
        {"cores": 0},
        {"python": "3.11; rm"},
        {"more": 1},
        {"strategies": ()},
        {"strategies": ("nobody",)},
    ],
)
def test_what_is_no_point_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Asked(**{**AT, "strategies": ("threads",), **change})


def test_every_shipped_scenario_has_a_question() -> None:
    assert sorted(preset.scenario for preset in QUESTIONS if preset.scenario) == sorted(shipped())


@pytest.mark.parametrize("preset", QUESTIONS, ids=lambda preset: preset.question)
def test_every_question_is_about_a_point(preset: Any) -> None:
    Point(**{**AT, **preset.state})
