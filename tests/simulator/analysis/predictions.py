"""Documents whose cells have predictions, of which every number can be worked out."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from simulator.analysis.summary import summarise
from simulator.experiment.design import planned_cells
from simulator.model.bounds import Resource
from simulator.result.document import ResultDocument
from simulator.result.needs import Needs, Over, Request
from simulator.result.prediction import Band, Prediction
from simulator.scenario.cells import expand
from simulator.scenario.model import Scenario
from tests.simulator.analysis.builders import run


def band(middle: float, reach: float = 0.1) -> Band:
    """Return a band that reaches so far to both sides, as a share."""
    return Band(middle, middle / (1 + reach), middle * (1 + reach))


def prediction(
    per_s: float, *, reach: float = 0.1, in_flight: int = 8, bound_by: Resource = "the GIL"
) -> Prediction:
    """Return what is predicted of a cell."""
    response_s = in_flight / per_s
    return Prediction(
        throughput_per_s=band(per_s, reach),
        response_mean_s=band(response_s, reach),
        response_p50_s=band(response_s, reach),
        response_p95_s=band(response_s * 1.5, reach),
        cores_used=1.0,
        bound_per_s=per_s * 1.2,
        bound_by=bound_by,
        by="simulation",
    )


def with_predictions(
    document: ResultDocument, rates: Mapping[str, float], *, reach: float = 0.1
) -> ResultDocument:
    """Return the document in which so much is predicted of these cells, by id."""
    cells = (
        replace(cell, predicted=prediction(rates[cell.id], reach=reach, in_flight=cell.in_flight))
        if cell.id in rates
        else cell
        for cell in document.cells
    )
    return replace(document, cells=tuple(cells))


JOB = {
    "client": {"blocking": "http.client", "asyncio": "aiohttp"},
    "parser": "spin",
    "parse_cost": "5ms",
}
SCENARIO: dict[str, Any] = {
    "name": "known",
    "server": {"latency": "20ms"},
    "job": JOB,
    "strategies": ["threads", "asyncio", "processes", "processes_per_core"],
    "in_flight": 8,
}
"""Of whose job everything is known."""


def calibrated(cores: int = 2, **changes: Any) -> ResultDocument:
    """Return the document of a scenario of which nothing was measured but what a job needs."""
    request = Request(0.0003, 0.02, 0.0006, 0.2, 2.0, None, 0.0001)
    needs = Needs(
        requests={"blocking:http.client": request, "asyncio:aiohttp": request},
        gil=True,
        held=None,
        over={"shards:processes": Over(0.0001, 0.0001)},
    )
    scenario = Scenario.from_document({**SCENARIO, **changes})
    cells = expand(scenario, cores)
    made = run(
        planned_cells(cells),
        [],
        calibrations={cell.id: {"needs": needs, "parse_cpu_s": 0.005} for cell in cells},
        scenario=scenario.document(),
    )
    header = replace(made.header, environment={"machine": {"usable_cores": cores}})
    return summarise(replace(made, header=header))
