"""A few cells of a scenario, drawn at random, to be measured after all were predicted."""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import median

from simulator.analysis.ranking import SOONEST
from simulator.experiment.design import Design, in_rounds, planned_cells
from simulator.measures.factors import STRATEGY
from simulator.result.document import CellResult, ResultDocument
from simulator.result.prediction import Prediction
from simulator.result.predictions import Check, Checked, CheckedResponse

SHARE = 0.1
FEWEST = 3
IN_PART = "of its jobs only the first ones were simulated"


def drawn(design: Design, predicted: Sequence[str]) -> Design:
    """Return the design of a tenth of the cells that were predicted, three at least, drawn by the scenario's seed."""
    scenario = design.scenario
    count = min(len(predicted), max(FEWEST, math.ceil(SHARE * len(predicted))))
    chosen = set(random.Random(scenario.seed).sample(sorted(predicted), count))  # noqa: S311 - to be drawn again
    cells = tuple(cell for cell in design.cells if cell.id in chosen)
    budget_ns = scenario.budget_ns and max(1_000_000_000, scenario.budget_ns * count // len(design.cells))
    narrowed = scenario.model_copy(update={"refine": False, "budget_ns": budget_ns})
    document = {
        key: value for key, value in design.header.scenario.items() if key not in ("expect", "refine")
    }
    return replace(
        design,
        scenario=narrowed,
        cells=cells,
        header=replace(design.header, scenario=document, cells=planned_cells(cells)),
        schedule=in_rounds(narrowed),
        search=None,
        needs=True,
    )


def checked(document: ResultDocument, predicted: Mapping[str, Prediction]) -> Check:
    """Return what was measured beside what was predicted before.

    Args:
        document: of the run.
        predicted: all predictions, by the ids of cells.
    """
    cells = tuple(_checked(cell, predicted[cell.id]) for cell in document.cells)
    errors = [abs(each.of_predicted - 1) for each in cells if each.of_predicted is not None]
    return Check(document.id, len(predicted), cells, median(errors) if errors else None)


def _checked(cell: CellResult, predicted: Prediction) -> Checked:
    band, measured = predicted.throughput_per_s, cell.throughput_per_s if cell.status == "ok" else None
    over = None if measured is None else predicted.over_predicted(measured.median)
    return Checked(
        id=cell.id,
        strategy=cell.strategy,
        levels={path: level for path, level in cell.factors.items() if path != STRATEGY},
        predicted_per_s=band,
        measured_per_s=measured,
        of_predicted=over,
        inside=None if measured is None or over is None else band.low <= measured.median <= band.high,
        warnings=cell.warnings,
        reason=cell.reason if measured is None else None if predicted.whole else IN_PART,
        response=None if over is None else _response(cell, predicted),
    )


def _response(cell: CellResult, predicted: Prediction) -> CheckedResponse | None:
    if predicted.arrivals is None or cell.response_time_s is None:
        return None
    for name in SOONEST:
        band, seen_s = predicted.percentile_s(name), getattr(cell.response_time_s, name)
        if band is not None and seen_s is not None:
            inside = band.low <= seen_s <= band.high
            return CheckedResponse(name, band, seen_s, seen_s / band.median, inside)
    return None
