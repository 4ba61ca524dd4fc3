"""What decides how fast each cell of a run is: its strategy, what its job needs, and the machine."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor

from pydantic import ValidationError

from simulator.analysis.bounding import cores_of
from simulator.analysis.coming import Coming, coming_of
from simulator.analysis.demanded import demands_of, machine_of, shape_of
from simulator.measures.factors import IN_FLIGHT
from simulator.model.demands import Demands
from simulator.model.shape import Machine, Shape
from simulator.result.document import CellResult, ResultDocument
from simulator.scenario.cells import MAX_PROCESSES_PER_CORE, Cell, expand
from simulator.scenario.dispatch import PULL
from simulator.scenario.engines import why_unmodelled
from simulator.scenario.model import Scenario
from simulator.scenario.problem import ScenarioError
from simulator.scenario.refined import refined


@dataclass(frozen=True)
class Situation:
    """One cell with all that decides how fast it is."""

    cell: Cell
    demands: Demands
    machine: Machine
    in_flight: int
    """N of the scenario, of which its strategy is worked out."""
    cores: int
    """What `cores` stands for in the scenario."""
    coming: Coming | None = None
    """Null: a free worker starts the next job at once."""

    @property
    def too_many(self) -> str | None:
        """Say why it cannot be run so; null: it can."""
        planned, most = self.cell.planned(self.in_flight, self.cores), MAX_PROCESSES_PER_CORE * self.cores
        if planned.processes <= most:
            return None
        each = f"{MAX_PROCESSES_PER_CORE} for each of {self.cores:,} cores"
        return f"{planned.processes:,} processes are more than {each}"

    @property
    def shape(self) -> Shape:
        """Return its strategy, worked out."""
        return shape_of(self.cell.planned(self.in_flight, self.cores))


def situations(document: ResultDocument) -> Mapping[str, Situation]:
    """Return the situation of each cell whose job was looked at alone, by its id.

    None of those to which an executor hands their jobs, what that takes is not looked at, nor of those whose engine the
    model does not know. A cell whose jobs come by themselves has none where nobody knows when: its recording is not on
    this machine.
    """
    looked = [
        cell for cell in document.cells if cell.calibration is not None and cell.calibration.needs is not None
    ]
    cores = cores_of(document)
    if not looked or cores is None:
        return {}
    planned, alone, found = cells_in(document), baselines(document), dict[str, Situation]()
    seed = int(document.scenario.get("seed") or 0)
    for result in looked:
        cell, calibration = planned.get(result.id), result.calibration
        if cell is None or calibration is None or calibration.needs is None:
            continue
        fetch = cell.plan.fetch
        if cell.plan.dispatch != PULL or why_unmodelled(fetch.kind, adaptive=fetch.adaptive) is not None:
            continue
        demands = demands_of(cell, calibration, alone.get(result.baseline_id or result.id))
        coming = coming_of(cell, calibration.jobs, seed)
        if demands is not None and (coming is None) == (cell.arrivals is None):
            machine = machine_of(cell, cores, gil=calibration.needs.gil)
            in_flight = int(cell.factors[IN_FLIGHT] or 1)
            found[result.id] = Situation(
                cell, demands, machine, in_flight, max(1, floor(machine.cores)), coming
            )
    return found


def baselines(document: ResultDocument) -> dict[str, CellResult]:
    """Return the baselines that were measured, by id."""
    return {cell.id: cell for cell in document.cells if cell.baseline_id is None and cell.status == "ok"}


def cells_in(document: ResultDocument) -> dict[str, Cell]:
    """Return the cells of a document's scenario, by id; none of one that this version cannot read."""
    machine = document.environment.get("machine") or {}
    try:
        scenario = refined(Scenario.from_document(dict(document.scenario)))
        cells = expand(scenario, machine.get("usable_cores") or 1)
    except (ScenarioError, ValidationError):
        return {}
    return {cell.id: cell for cell in cells}
