"""What each cell could do at most, by what one job alone needs."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from mockserver.rate_limit import Limited, RateLimit
from simulator.analysis.gil import gil_of
from simulator.driver.parsers import BUILT_IN
from simulator.measures.factors import CASE, PARSER
from simulator.model.bounds import Needs, bound
from simulator.result.document import CellResult, ResultDocument
from simulator.scenario.shards import computing_in

_LIMIT: TypeAdapter[RateLimit] = TypeAdapter(Limited)


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
            # The baseline is what it is compared with: its own time alone is no bound of it that says anything. It
            # meets the same faults, so its time has what a page backs off for wherever that holds a slot.
            alone_s=alone_s(by_id.get(cell.baseline_id or "")),
            cpu_s=cell.cpu_per_page_s,
            cores=cores,
            held_s=cell.parse.cpu_s if held and cell.parse is not None else None,
            served_per_s=served_per_s(cell, document.scenario),
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


def served_per_s(cell: CellResult, scenario: Mapping[str, Any]) -> float | None:
    """Return how many pages a second the server lets through by its capacity and its rate limit; null: all that come.

    What meets a fault takes a place and a token like any other request, so a page that takes several attempts takes
    several of them; what the rate limit refuses takes neither.
    """
    limits: list[float] = []
    capacity, serving_s = _written(cell, scenario, "server.capacity"), _serving_s(cell)
    if isinstance(capacity, int) and serving_s is not None and serving_s > 0:
        limits.append(capacity / serving_s)
    limit = _written(cell, scenario, "server.rate_limit")
    rate = _written(cell, scenario, "server.rate_limit.rate")
    if limit is not None:
        with suppress(ValidationError):  # written as only a later version can read it
            rate_per_s = _LIMIT.validate_python(rate or limit).rate_per_s
            limits.append(rate_per_s / _let_in(cell))
    return min(limits, default=None)


def _serving_s(cell: CellResult) -> float | None:
    """Return for how long a page takes places of the server, all its attempts together; null where nobody knows."""
    if cell.server is not None and cell.server.served_s_per_page is not None:
        return cell.server.served_s_per_page
    # Of runs that kept no more: the server held its request so long, its time in the queue apart.
    once = (cell.attempts_per_page or 1) == 1
    if not once or cell.network_s is None or cell.server_queue_s is None:
        return None
    return cell.network_s - cell.server_queue_s


def _let_in(cell: CellResult) -> float:
    """Return how many requests of a page the server has let in."""
    known = None if cell.server is None else cell.server.admitted_per_page
    return max(1.0, known or 1.0)


def _parser(cell: CellResult, scenario: Mapping[str, Any]) -> Any:
    """Return the parser as it is written for this cell: a name, or a mapping."""
    return _written(cell, scenario, PARSER)


def _written(cell: CellResult, scenario: Mapping[str, Any], path: str) -> Any:
    """Return what is written for a cell at a dotted path: its level, that of its case, or what the scenario has."""
    case = (scenario.get("cases") or {}).get(cell.factors.get(CASE)) or {}
    for levels in (cell.factors, case):
        if path in levels:
            return levels[path]
    found: Any = scenario
    for key in path.split("."):
        found = found.get(key) if isinstance(found, Mapping) else None
    return found
