"""What a model says that each cell would do, from what one of its jobs needs alone."""

from dataclasses import replace
from math import exp

import numpy as np

from simulator.analysis.situations import situations
from simulator.model.bounds import bound_of
from simulator.model.demands import Demands
from simulator.model.means import means
from simulator.model.network import network
from simulator.model.shape import Machine, Shape
from simulator.model.simulation import simulate
from simulator.result.document import ResultDocument
from simulator.result.prediction import Band, Prediction

SEED = 1
LOOKS = 3
"""How often is worked out how busy a loop is by what a request costs, and that by how busy it is."""
MOST_SIMULATED = 2_000
"""Jobs in flight: of more, mean values are told alone."""
FEWEST_JOBS = 1_000
MOST_JOBS = 20_000
MOST_OF_ALL = 40_000
"""Jobs that are simulated of all cells of a document, which takes some seconds."""
TURNS = 40
"""Jobs that are simulated for each one in flight."""
FEWEST_TURNS = 10
"""Fewer would tell little."""
Z_90 = 1.645
"""Of the normal distribution: between minus and plus so many standard errors lie 90 %."""
MODEL_ERROR = 0.09
"""Standard error of the model itself, as a share; see docs/prediction.md."""


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
        (found,) = means([network(_alike(shape), demands, machine)])
        response = _band(found.response_s, MODEL_ERROR)
        return Prediction(
            _band(found.per_s, MODEL_ERROR), response, None, None, found.cores, limit.per_s, limit.by, "means"
        )
    counted = min(jobs or most, most, max(FEWEST_JOBS, TURNS * made.in_flight))
    simulated = simulate(made, jobs=counted, seed=SEED)
    per_s = simulated.per_s if jobs is None or jobs != counted else counted / simulated.makespan_s
    # The first ones found nobody before them.
    steady_s = (
        simulated.response_s[made.in_flight :] if counted > 2 * made.in_flight else simulated.response_s
    )
    p50_s, p95_s = (float(value) for value in np.percentile(steady_s, (50, 95)))
    return Prediction(
        throughput_per_s=_band(per_s, MODEL_ERROR),
        response_mean_s=_band(float(steady_s.mean()), MODEL_ERROR),
        response_p50_s=_band(p50_s, MODEL_ERROR),
        response_p95_s=_band(p95_s, MODEL_ERROR),
        cores_used=simulated.cores - per_s * demands.server.mean_s,
        bound_per_s=limit.per_s,
        bound_by=limit.by,
        by="simulation",
    )


def at_load(shape: Shape, demands: Demands, machine: Machine) -> Demands:
    """Return the demands with what a request costs on a loop that is as busy as it will be."""
    if not shape.loop or shape.pool != "inline" or demands.client_busy == 1:
        return demands  # beside a pool the loop is woken for each page that comes back
    busy, found = 0.0, demands
    for _ in range(LOOKS):
        cheaper = 1 - busy * (1 - demands.client_busy)
        found = demands.scaled(client_held=cheaper, client_free=cheaper)
        made = network(_alike(shape), found, machine)
        on_loop_s = sum(
            step.seconds
            for step in made.chains[0].steps
            if step.station is not None and made.stations[step.station].name == "loop"
        )
        busy = min(1.0, means([made])[0].per_s / len(made.chains) * on_loop_s)
    return found


def _alike(shape: Shape) -> Shape:
    """Return the shape with as many jobs in flight in each shard as in the fullest, for what knows only such."""
    return replace(shape, widths=(max(shape.widths),) * len(shape.widths))


def predicted(document: ResultDocument) -> ResultDocument:
    """Return the document with the prediction of every cell whose job was looked at alone, with closed arrivals."""
    known = situations(document)
    most = min(MOST_JOBS, MOST_OF_ALL // max(1, len(known)))
    cells = []
    for cell in document.cells:
        one, jobs = known.get(cell.id), None if cell.calibration is None else cell.calibration.jobs
        cells.append(
            cell
            if one is None
            else replace(cell, predicted=predict(one.shape, one.demands, one.machine, jobs, most))
        )
    return replace(document, cells=tuple(cells)) if known else document


def _band(middle: float, error: float) -> Band:
    reach = exp(Z_90 * error)
    return Band(middle, middle / reach, middle * reach)
