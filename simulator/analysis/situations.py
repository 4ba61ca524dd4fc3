"""What decides how fast each cell of a run is: its strategy, what its job needs, and the machine."""

from collections.abc import Mapping
from math import floor

from simulator.analysis.bounding import cores_of
from simulator.analysis.demanded import demands_of, machine_of
from simulator.analysis.predicting import cells_in
from simulator.analysis.what_if.change import Situation
from simulator.measures.factors import IN_FLIGHT
from simulator.result.document import ResultDocument


def situations(document: ResultDocument) -> Mapping[str, Situation]:
    """Return the situation of each cell of which something is predicted, by its id."""
    cores, planned = cores_of(document), cells_in(document)
    baselines = {cell.id: cell for cell in document.cells if cell.baseline_id is None and cell.status == "ok"}
    found: dict[str, Situation] = {}
    for result in document.cells:
        cell, calibration = planned.get(result.id), result.calibration
        if cores is None or cell is None or calibration is None or result.predicted is None:
            continue
        demands = demands_of(cell, calibration, baselines.get(result.baseline_id or result.id))
        if demands is not None and calibration.needs is not None:
            machine = machine_of(cell, cores, gil=calibration.needs.gil)
            in_flight = int(cell.factors[IN_FLIGHT] or 1)
            found[result.id] = Situation(cell, demands, machine, in_flight, max(1, floor(machine.cores)))
    return found
