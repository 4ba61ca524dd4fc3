"""What a model says that each cell would do, from what one of its jobs needs alone."""

from dataclasses import replace
from math import exp

from pydantic import ValidationError

from simulator.analysis.bounding import cores_of
from simulator.analysis.demanded import demands_of, machine_of, shape_of
from simulator.model.demands import Demands
from simulator.model.network import network
from simulator.model.shape import Machine, Shape
from simulator.result.document import CellResult, ResultDocument
from simulator.result.prediction import Band, Prediction
from simulator.scenario.cells import Cell, expand
from simulator.scenario.model import Scenario

Z_90 = 1.645
"""Of the normal distribution: between minus and plus so many standard errors lie 90 %."""
MODEL_ERROR = 0.06
"""Standard error of the model itself, as a share; see docs/prediction.md."""


def predict(shape: Shape, demands: Demands, machine: Machine) -> Prediction:
    """Return what a strategy would do with such jobs on such a machine."""
    made = network(shape, demands, machine)
    alone_s = sum(step.seconds for step in made.chains[0].steps)
    cpu_s = sum(step.seconds for step in made.chains[0].steps if not step.waits)
    held_s = sum(step.seconds for step in made.chains[0].steps if step.lock is not None)
    limits = [made.in_flight / alone_s, machine.cores / cpu_s]
    if held_s and len(made.locks) == 1:
        limits.append(1 / held_s)
    if shape.loop and len(made.chains) == 1:
        limits.append(
            1
            / sum(
                s.seconds
                for s in made.chains[0].steps
                if s.station is not None and made.stations[s.station].name == "loop"
            )
        )
    per_s = min(limits)
    return Prediction(
        _band(per_s, MODEL_ERROR),
        _band(made.in_flight / per_s, MODEL_ERROR),
        None,
        None,
        None,
        per_s,
        None,
        "bounds",
    )


def predicted(document: ResultDocument) -> ResultDocument:
    """Return the document with the prediction of every cell whose job was looked at alone, with closed arrivals."""
    if all(cell.calibration is None or cell.calibration.needs is None for cell in document.cells):
        return document
    cores, planned = cores_of(document), cells_in(document)
    if cores is None:
        return document
    baselines = {cell.id: cell for cell in document.cells if cell.baseline_id is None and cell.status == "ok"}
    cells = []
    for cell in document.cells:
        alone = baselines.get(cell.baseline_id or cell.id)
        found = _of(cell, planned.get(cell.id), alone, cores)
        cells.append(cell if found is None else replace(cell, predicted=found))
    return replace(document, cells=tuple(cells))


def _of(result: CellResult, cell: Cell | None, alone: CellResult | None, cores: float) -> Prediction | None:
    calibration = result.calibration
    if cell is None or calibration is None or calibration.needs is None or cell.arrivals is not None:
        return None
    demands = demands_of(cell, calibration, alone)
    if demands is None:
        return None
    return predict(shape_of(cell.plan), demands, machine_of(cell, cores, gil=calibration.needs.gil))


def cells_in(document: ResultDocument) -> dict[str, Cell]:
    """Return the cells of a document's scenario, by id; none of one that this version cannot read."""
    machine = document.environment.get("machine") or {}
    try:
        scenario = Scenario.model_validate(document.scenario)
    except ValidationError:
        return {}
    return {cell.id: cell for cell in expand(scenario, machine.get("usable_cores") or 1)}


def _band(middle: float, error: float) -> Band:
    reach = exp(Z_90 * error)
    return Band(middle, middle / reach, middle * reach)
