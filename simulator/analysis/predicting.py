"""What a model says that each cell would do, from what one of its jobs needs alone."""

from dataclasses import replace

import numpy as np

from simulator.analysis.arriving import predict_coming
from simulator.analysis.banding import MODEL_ERROR, band
from simulator.analysis.coming import MOST_JOBS
from simulator.analysis.loops import alike, at_load
from simulator.analysis.situations import Situation, situations
from simulator.model.bounds import bound_of
from simulator.model.demands import Demands
from simulator.model.means import means
from simulator.model.network import network
from simulator.model.shape import Machine, Shape
from simulator.model.simulation import simulate
from simulator.result.document import ResultDocument
from simulator.result.prediction import Prediction

SEED = 1
MOST_SIMULATED = 2_000
"""Jobs in flight: of more, mean values are told alone."""
FEWEST_JOBS = 1_000
MOST_OF_ALL = 40_000
"""Of all cells, which takes some seconds; of those whose jobs come by themselves three times each."""
TURNS = 40
"""Jobs that are simulated for each one in flight."""
FEWEST_TURNS = 10
"""Fewer would tell little."""


def predicted(document: ResultDocument, most_of_all: int = MOST_OF_ALL) -> ResultDocument:
    """Return the document with the prediction of every cell whose job was looked at alone.

    Args:
        document: its cells are measured, or only calibrated.
        most_of_all: so many jobs are simulated of all cells together, shared equally.
    """
    known = situations(document)
    most = min(MOST_JOBS, most_of_all // max(1, len(known)))
    cells = []
    for cell in document.cells:
        one, jobs = known.get(cell.id), None if cell.calibration is None else cell.calibration.jobs
        cells.append(cell if one is None else replace(cell, predicted=predict_cell(one, jobs, most)))
    return replace(document, cells=tuple(cells)) if known else document


def predict_cell(one: Situation, jobs: int | None = None, most: int = MOST_JOBS) -> Prediction:
    """Return what a cell would do, whether its jobs come by themselves or not; arguments as of `predict`."""
    if one.coming is not None:
        return predict_coming(one.shape, one.demands, one.machine, one.coming, most)
    return predict(one.shape, one.demands, one.machine, jobs, most)


def predict(
    shape: Shape, demands: Demands, machine: Machine, jobs: int | None = None, most: int = MOST_JOBS
) -> Prediction:
    """Return what a strategy would do with such jobs on such a machine.

    Args:
        shape: the strategy, for so many jobs in flight.
        demands: what one job needs.
        machine: what there is for all of them.
        jobs: how many there are in all, of which the last ones have fewer beside them; null: it never ends.
        most: so many are simulated at the most; where those are too few to tell, mean values are told alone.
    """
    demands = at_load(shape, demands, machine)
    made = network(shape, demands, machine)
    limit = bound_of(made)
    if made.in_flight > min(MOST_SIMULATED, most // FEWEST_TURNS):
        (found,) = means([network(alike(shape), demands, machine)])
        response = band(found.response_s, MODEL_ERROR)
        return Prediction(
            band(found.per_s, MODEL_ERROR), response, None, None, found.cores, limit.per_s, limit.by, "means"
        )
    counted = min(jobs or most, most, max(FEWEST_JOBS, TURNS * made.in_flight))
    simulated = simulate(made, jobs=counted, seed=SEED)
    per_s = simulated.per_s if jobs is None or jobs != counted else counted / simulated.makespan_s
    # The first ones found nobody before them.
    steady_s = (
        simulated.response_s[made.in_flight :] if counted > 2 * made.in_flight else simulated.response_s
    )
    p50, p90, p95, p99 = (
        band(float(value), MODEL_ERROR) for value in np.percentile(steady_s, (50, 90, 95, 99))
    )
    return Prediction(
        throughput_per_s=band(per_s, MODEL_ERROR),
        response_mean_s=band(float(steady_s.mean()), MODEL_ERROR),
        response_p50_s=p50,
        response_p95_s=p95,
        cores_used=simulated.cores - per_s * demands.server.mean_s,
        bound_per_s=limit.per_s,
        bound_by=limit.by,
        by="simulation",
        response_p90_s=p90,
        response_p99_s=p99,
    )
