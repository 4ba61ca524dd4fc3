"""Whom to take by what is predicted: decided only where bands lie apart."""

import json
from dataclasses import replace

import jsonschema
import pytest

from simulator.analysis.foreseeing import PUSHED, UNCALIBRATED, foreseen
from simulator.analysis.summary import summarise
from simulator.model.demands import Demand, Demands
from simulator.result.findings.answers import Winner
from simulator.result.predictions import PredictionDocument, prediction_json, prediction_schema
from tests.simulator.analysis.builders import document, planned, run
from tests.simulator.analysis.predictions import with_predictions

ONCE = {"sequential": [10.0], "threads": [40.0], "asyncio": [40.0], "processes": [80.0]}
WAITS = Demands(waits_s=(0.05,), parse_held=Demand(0.002))


def foresee(rates: dict[str, float], reach: float = 0.1) -> PredictionDocument:
    cells = [planned(name) for name in ONCE]
    made = summarise(run(cells, []))
    return foreseen(with_predictions(made, rates, reach=reach), dict.fromkeys(rates, WAITS))


def test_whoever_is_surely_faster_is_taken() -> None:
    found = foresee({"sequential": 10, "threads": 40, "asyncio": 41, "processes": 80})
    (combination,) = found.combinations
    assert (combination.best, combination.recommended) == ("processes", "processes")
    assert [(each.over, each.verdict) for each in combination.contrasts] == [
        ("asyncio", "faster"),
        ("threads", "faster"),
    ]
    ratio = combination.contrasts[0].ratio
    assert ratio is not None
    assert ratio.median == pytest.approx(80 / 41)
    assert ratio.low == pytest.approx(80 / 41 / 1.21)
    (winner,) = found.findings
    assert isinstance(winner, Winner)
    assert (winner.take, winner.job, winner.predicted) == ("processes", "waiting", True)
    assert winner.speedup is not None
    assert winner.speedup.median == pytest.approx(8)
    assert winner.bound_speedup == pytest.approx(9.6)


def test_bands_that_overlap_decide_nothing() -> None:
    found = foresee({"sequential": 10, "threads": 70, "asyncio": 41, "processes": 80})
    (combination,) = found.combinations
    assert [(each.over, each.verdict) for each in combination.contrasts] == [
        ("threads", "cannot tell"),
        ("asyncio", "faster"),
    ]


def test_the_simplest_of_those_that_are_surely_as_fast_is_taken() -> None:
    found = foresee({"sequential": 10, "threads": 80, "asyncio": 80.1, "processes": 80.2}, reach=0.005)
    (combination,) = found.combinations
    assert {each.verdict for each in combination.contrasts} == {"as fast"}
    assert (combination.best, combination.recommended) == ("processes", "threads")


def test_one_job_after_the_other_is_taken_where_nothing_is_gained() -> None:
    found = foresee({"sequential": 80, "threads": 80, "asyncio": 80, "processes": 70}, reach=0.005)
    assert found.combinations[0].recommended == "sequential"


def test_cells_without_a_prediction_say_why() -> None:
    made = document(ONCE)
    (none, *_) = foreseen(made, {}).cells
    assert none.reason == UNCALIBRATED
    assert foreseen(made, {}).findings == ()


def test_the_document_follows_its_schema() -> None:
    found = foresee({"sequential": 10, "threads": 40, "asyncio": 41, "processes": 80})
    text = json.loads(prediction_json(found))
    jsonschema.validate(text, prediction_schema())
    assert (text["schema"], text["kind"]) == ("simulator.prediction/1", "prediction")


def test_what_an_executor_hands_out_is_not_predicted_and_says_why() -> None:
    made = summarise(run([planned(name) for name in ("sequential", "threads", "thread_pool")], []))
    made = replace(made, scenario={"name": "shop", "strategies": ["threads", "thread_pool"]})
    cells = {cell.factors["strategy"]: cell for cell in foreseen(made, {}).cells}
    assert cells["thread_pool"].reason == PUSHED
    assert cells["threads"].reason == UNCALIBRATED
