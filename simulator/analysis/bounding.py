"""What each cell could do at most, by what one of its jobs needs."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from math import ceil, inf
from typing import Any

from simulator.analysis.demanded import shape_of
from simulator.analysis.gil import gil_of
from simulator.analysis.needed import in_turn_s, needed
from simulator.analysis.written import levels_of, written
from simulator.measures.factors import IN_FLIGHT
from simulator.model.bounds import Bound, bound_of
from simulator.model.network import network
from simulator.model.shape import Machine, Shape
from simulator.result.document import CellResult, ResultDocument
from simulator.scenario.paths import PathError, place, replaced, split
from simulator.scenario.shards import variants_in
from simulator.scenario.strategy import Variant, number_of
from simulator.scenario.strategy_plan import StrategyPlan, plan

Bounds = Callable[[CellResult, int | None], Bound | None]


def bounded(document: ResultDocument) -> ResultDocument:
    """Return the document with the bound of every valid cell that has closed arrivals."""
    bound = bounds_in(document)
    cells = []
    for cell in document.cells:
        found = bound(cell, None)
        cells.append(cell if found is None else replace(cell, bound_per_s=found.per_s, bound_by=found.by))
    return replace(document, cells=tuple(cells))


def bounds_in(document: ResultDocument) -> Bounds:
    """Return what gives the bound of a cell with so many jobs in flight, null for its own, by what was measured of it.

    Null for a cell without valid rounds or with open arrivals, and for a number that its strategy cannot have.
    """
    by_id = {cell.id: cell for cell in document.cells}
    variants, cores = variants_in(document.scenario), cores_of(document)

    def bound(cell: CellResult, in_flight: int | None) -> Bound | None:
        if cell.arrivals is not None or cell.status != "ok":
            return None
        usable = cores_for(cell, cores)
        planned_for = cell.in_flight if usable == inf else max(1, ceil(usable))
        parallelism = number_of(written(cell, document.scenario, "parallelism"), planned_for)
        own = _with_own_options(cell, document.scenario)
        variant = (variants if own is None else variants_in(own)).get(cell.strategy)
        planned = None if variant is None else _plan(cell, variant, in_flight, parallelism)
        # Of a later version: nothing is known to be shared.
        jobs = in_flight or cell.in_flight
        shape = Shape("processes", (1,) * jobs, loop=False) if planned is None else shape_of(planned)
        if in_flight is not None and shape.in_flight != in_flight:
            return None
        demands = needed(cell, document.scenario, planned)
        made = network(shape, demands, Machine(usable, gil=gil_of(cell) is True))
        # The baseline meets the same faults: its time has what a page backs off for wherever that holds a slot.
        return bound_of(made, alone_s(by_id.get(cell.baseline_id or "")) or in_turn_s(cell))

    return bound


def _with_own_options(cell: CellResult, scenario: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the scenario with the options of strategies that are set for a cell; null where none are."""
    found = scenario
    with suppress(PathError):
        for path, level in levels_of(cell, scenario).items():
            if path.startswith("strategies."):
                found = replaced(found, place(found, split(path)), level)
    return None if found is scenario else found


def _plan(cell: CellResult, variant: Variant, in_flight: int | None, parallelism: int) -> StrategyPlan:
    """Return a cell's strategy, worked out for so many jobs in flight."""
    jobs = in_flight or cell.in_flight
    planned = plan(variant, in_flight or int(cell.factors[IN_FLIGHT] or 1), parallelism)
    return planned if planned.in_flight == jobs else plan(variant, jobs, jobs)


def cores_of(document: ResultDocument) -> float | None:
    """Return how many cores this program might use, whatever affinity its drivers had; null: not known."""
    machine = document.environment.get("machine") or {}
    cores, limit = machine.get("usable_cores"), machine.get("cpu_limit_cores")
    return min(float(cores), limit) if cores is not None and limit else cores


def cores_for(cell: CellResult, cores: float | None) -> float:
    """Return how many of the cores a cell's driver was allowed to run on; infinitely many: not known."""
    bound_to = cell.environment.get("affinity")
    return min(inf if cores is None else cores, inf if bound_to is None else len(bound_to))


def alone_s(base: CellResult | None) -> float | None:
    """Return what a page takes alone, in seconds, by the baseline; null where it has no valid number."""
    if base is None or base.arrivals is not None or base.throughput_per_s is None:
        return None
    return 1 / base.throughput_per_s.median
