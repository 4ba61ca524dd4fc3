"""What each cell could do at most, by what one job alone needs."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from simulator.analysis.gil import gil_of
from simulator.driver.parsers import BUILT_IN
from simulator.measures.factors import CASE, PARSER
from simulator.model.bounds import Needs, bound
from simulator.result.document import CellResult, ResultDocument
from simulator.scenario.shards import computing_in


def bounded(document: ResultDocument) -> ResultDocument:
    """Return the document with the bound of every valid cell that has closed arrivals."""
    needs = needs_in(document)
    cells = []
    for cell in document.cells:
        closed = cell.arrivals is None and cell.status == "ok"
        found = bound(cell.in_flight, needs(cell)) if closed else None
        cells.append(cell if found is None else replace(cell, bound_per_s=found.per_s, bound_by=found.by))
    return replace(document, cells=tuple(cells))


def needs_in(document: ResultDocument) -> Callable[[CellResult], Needs]:
    """Return what gives what a job of a cell needs, by its own CPU and by what a page takes the baseline."""
    by_id = {cell.id: cell for cell in document.cells}
    kinds, cores = computing_in(document.scenario), cores_of(document)

    def needs(cell: CellResult) -> Needs:
        shared = kinds.get(cell.strategy) in ("none", "threads") and gil_of(cell) is True
        held = shared and _holds_gil(_parser(cell, document.scenario))
        return Needs(
            # The baseline is what it is compared with: its own time alone is no bound of it that says anything.
            alone_s=alone_s(by_id.get(cell.baseline_id or "")),
            cpu_s=cell.cpu_per_page_s,
            cores=cores,
            held_s=cell.parse.cpu_s if held and cell.parse is not None else None,
        )

    return needs


def _holds_gil(parser: Any) -> bool:
    return isinstance(parser, str) and parser in BUILT_IN and not BUILT_IN[parser].releases_gil


def cores_of(document: ResultDocument) -> float | None:
    """Return how many cores the job may use; null where it is not known."""
    machine = document.environment.get("machine") or {}
    bound_to = (document.scenario.get("affinity") or {}).get("driver")
    cores, limit = machine.get("usable_cores"), machine.get("cpu_limit_cores")
    if cores is not None and isinstance(bound_to, list):
        cores = min(cores, len(bound_to))
    return min(float(cores), limit) if cores is not None and limit else cores


def alone_s(base: CellResult | None) -> float | None:
    """Return what a page takes alone, in seconds, by the baseline; null where it has no valid number."""
    if base is None or base.arrivals is not None or base.throughput_per_s is None:
        return None
    return 1 / base.throughput_per_s.median


def _parser(cell: CellResult, scenario: Mapping[str, Any]) -> Any:
    """Return the parser as it is written for this cell: a name, or a mapping."""
    case = ((scenario.get("cases") or {}).get(cell.factors.get(CASE)) or {}).get(PARSER)
    return cell.factors.get(PARSER) or case or (scenario.get("job") or {}).get("parser")
