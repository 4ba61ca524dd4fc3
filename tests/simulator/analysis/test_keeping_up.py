"""Who is predicted to keep up with jobs that come by themselves, who answers soonest, and how that is said."""

import json
from collections.abc import Mapping
from dataclasses import replace

import jsonschema
import pytest

from simulator.analysis.foreseeing import WHEN, foreseen
from simulator.analysis.keeping_up import compared_by
from simulator.analysis.predicting import predicted
from simulator.analysis.summary import summarise
from simulator.report.sentences.registry import sentence
from simulator.result.document import ResultDocument
from simulator.result.findings.answers import FallsBehind, KeepsUp, Soonest
from simulator.result.prediction import PredictedArrivals, Prediction
from simulator.result.predictions import PredictionDocument, prediction_json, prediction_schema
from tests.simulator.analysis.builders import planned, run
from tests.simulator.analysis.predictions import band, calibrated, prediction

STEADY = PredictedArrivals(200, 50.0, 199, 4, 0, 0.002, keeps_up=True, surely=True)
UNSURE = replace(STEADY, backlog_max=20, surely=False)
LOST = replace(STEADY, completed=120, backlog_max=80, backlog_end=78, keeps_up=False)
Told = Mapping[str, tuple[PredictedArrivals, float]]
"""By strategy: how it copes, and a p90 (s) of its response time."""


def cell(coming: PredictedArrivals, p90_s: float, reach: float) -> Prediction:
    found = prediction(coming.completed / 4, reach=reach)
    return replace(
        found,
        response_p50_s=band(p90_s / 2, reach),
        response_p90_s=band(p90_s, reach),
        response_p95_s=band(p90_s * 1.2, reach),
        response_p99_s=band(p90_s * 1.5, reach),
        arrivals=coming,
    )


def foresee(told: Told, reach: float = 0.1) -> PredictionDocument:
    made = summarise(run([planned("sequential"), *map(planned, told)], []))
    told = {"sequential": (LOST, 3.0), **told}
    cells = [replace(each, predicted=cell(*told[each.id], reach)) for each in made.cells]
    return foreseen(replace(made, cells=tuple(cells)), {})


def test_those_that_keep_up_are_compared_by_what_a_run_would_compare_them_by() -> None:
    found = foresee({"threads": (LOST, 2.0), "asyncio": (STEADY, 0.09), "processes": (STEADY, 0.06)})
    (combination,) = found.combinations
    assert (combination.by, combination.best, combination.recommended) == ("p95", "processes", "processes")
    (contrast,) = combination.contrasts
    assert (contrast.over, contrast.verdict) == ("asyncio", "faster")
    assert contrast.ratio is not None
    assert contrast.ratio.median == pytest.approx(1.5)
    assert contrast.ratio.low == pytest.approx(1.5 / 1.21)
    assert [sentence(each) for each in found.findings] == [
        (
            "Predicted: asyncio and processes keep up with the 50 jobs/s that come; at most 4 of them would wait for a"
            " worker at a time."
        ),
        (
            "Predicted: threads are unstable at this rate: 50 jobs/s come and 30/s would be done; the backlog would"
            " grow to 78 of 200 jobs, and a longer run would only have longer responses."
        ),
        (
            "Predicted: processes would answer soonest: a response in 30 ms (median, from the planned start; p95 72"
            " ms); asyncio would take 1.50 × (1.24 to 1.82) as long (p95)."
        ),
    ]


def test_whether_one_keeps_up_that_may_not_is_left_open() -> None:
    found = foresee({"threads": (UNSURE, 0.2), "processes": (STEADY, 0.19)})
    unsure = [each for each in found.findings if isinstance(each, FallsBehind)]
    assert [sentence(each) for each in unsure] == [
        "Predicted: whether threads keep up the band cannot tell: 50 jobs/s come and 49.8/s would be done."
    ]
    (soonest,) = [each for each in found.findings if isinstance(each, Soonest)]
    assert "of threads the bands cannot tell" in sentence(soonest)
    (steady,) = [each for each in found.findings if isinstance(each, KeepsUp)]
    assert [each.strategy for each in steady.strategies] == ["processes"]


def test_the_simplest_of_those_that_answer_as_soon_is_taken_but_never_one_worker() -> None:
    found = foresee({"threads": (STEADY, 0.0602), "asyncio": (STEADY, 0.06)}, reach=0.004)
    (combination,) = found.combinations
    assert (combination.best, combination.recommended) == ("asyncio", "threads")
    assert "threads are as fast" in sentence(found.findings[-1])


def test_where_nobody_keeps_up_nobody_is_taken() -> None:
    found = foresee({"threads": (LOST, 2.0), "asyncio": (LOST, 2.1)})
    (combination,) = found.combinations
    assert (combination.best, combination.recommended, combination.contrasts) == (None, None, ())
    assert {each.kind for each in found.findings} == {"falls_behind"}


@pytest.mark.parametrize(
    ("offered", "by"), [(1_000, "p99"), (999, "p95"), (199, "p90"), (99, "p50"), (5, "p50")]
)
def test_the_percentile_is_one_that_a_repetition_carries(offered: int, by: str) -> None:
    assert compared_by([cell(replace(STEADY, offered=offered), 1.0, 0.1)]) == by
    assert compared_by([prediction(50.0)]) == "throughput"


def coming(**arrivals: object) -> ResultDocument:
    job = {
        "client": {"blocking": "http.client", "asyncio": "aiohttp"},
        "parser": "spin",
        "parse_cost": "5ms",
        "duration": "1s",
    }
    return predicted(calibrated(arrivals=arrivals, job=job, strategies=["threads", "processes"]))


def test_every_cell_of_a_scenario_with_arrivals_is_predicted() -> None:
    found = coming(rate="100/s")
    told = {each.strategy: each.predicted for each in found.cells}
    for name, keeps in {"sequential": False, "threads": True, "processes": True}.items():
        guess = told[name]
        assert guess is not None
        assert guess.arrivals is not None
        assert guess.arrivals.keeps_up is keeps
    document = foreseen(found, {})
    assert all(each.reason is None for each in document.cells)
    jsonschema.validate(json.loads(prediction_json(document)), prediction_schema())


def test_when_jobs_come_that_were_recorded_elsewhere_is_not_known(tmp_path: object) -> None:
    found = coming(process="recorded", file=f"{tmp_path}/gone.txt", rate="100/s")
    assert {each.predicted for each in found.cells} == {None}
    assert {each.reason for each in foreseen(found, {}).cells} == {WHEN}
