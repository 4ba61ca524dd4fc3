"""What a job needs besides waiting and parsing, as a run found it out before it measured."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from simulator.analysis.demanded import demands_of
from simulator.analysis.situations import baselines
from simulator.lab.usual import USUAL
from simulator.model.demands import Demand, Demands
from simulator.result.calibration import Calibration
from simulator.result.document import CellResult, ResultDocument
from simulator.scenario.cells import Cell
from simulator.scenario.engines import ClientKind
from simulator.scenario.strategy import SEQUENTIAL, StrategyName, Variant
from simulator.scenario.strategy_plan import StrategyPlan, plan

_UNSURE = 0.05
"""Standard error of a client's CPU that was calibrated, as a share."""
_HELD: Mapping[ClientKind, float] = {"blocking": 2 / 3, "asyncio": 0.75}
"""Of a client's CPU, how much is under the GIL where nobody looked; the rest is inside system calls."""


def demands_in(document: ResultDocument, cells: Sequence[Cell]) -> dict[StrategyName, Demands]:
    """Return the demands of each strategy, also of those that were not run: as far as they are known, else usual ones.

    Args:
        document: the run.
        cells: those of its scenario; none where this version cannot read it.
    """
    alone = baselines(document)
    looked = next((cell for cell in document.cells if _looked(cell)), None)
    found = dict(USUAL)
    if not cells:
        return found
    known = [cell.calibration for cell in document.cells if cell.calibration is not None]
    for name, usual in USUAL.items():
        worked_out = replace(cells[0], plan=_plan(name, cells[0]))
        demands = None
        if looked is not None and looked.calibration is not None:
            demands = demands_of(worked_out, looked.calibration, alone.get(looked.baseline_id or looked.id))
        found[name] = (
            _calibrated(usual, worked_out, known) if demands is None else _with_usual(demands, usual)
        )
    return found


def _looked(cell: CellResult) -> bool:
    return cell.calibration is not None and cell.calibration.needs is not None


def _plan(name: StrategyName, cell: Cell) -> StrategyPlan:
    variant = SEQUENTIAL if name == SEQUENTIAL.name else Variant(name=name, base=name)
    return plan(variant, max(2, cell.plan.in_flight), 2)


def _with_usual(demands: Demands, usual: Demands) -> Demands:
    """Return them with the hand-over that is usual where none was looked at."""
    if demands.over_main.mean_s or demands.over_worker.mean_s:
        return demands
    return replace(demands, over_main=usual.over_main, over_worker=usual.over_worker)


def _calibrated(usual: Demands, cell: Cell, known: Iterable[Calibration]) -> Demands:
    """Return what is usual with the CPU of the client as it was calibrated, where it was."""
    kind = cell.plan.fetch.client_kind
    for calibration in known:
        cpu_s = calibration.client_cpu_s.get(f"{kind}:{cell.client}")
        if cpu_s:
            held = _HELD[kind]
            return replace(
                usual,
                client_held=Demand(cpu_s * held, _UNSURE),
                client_free=Demand(cpu_s * (1 - held), _UNSURE),
            )
    return usual
