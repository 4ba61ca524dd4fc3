"""What a search chooses among: every strategy of a scenario, with in_flight and parallelism in powers of two."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from simulator.measures.factors import IN_FLIGHT, STRATEGY
from simulator.scenario.cells import Cell, expand
from simulator.scenario.load import from_document
from simulator.scenario.model import Scenario
from simulator.scenario.strategy import SEQUENTIAL, Variant
from simulator.scenario.strategy_plan import StrategyPlan, plan


def powers(most: int) -> list[int]:
    """Return 1, 2, 4 … up to `most`, and `most` itself."""
    levels = [1 << exponent for exponent in range(most.bit_length()) if 1 << exponent <= most]
    return levels if levels[-1] == most else [*levels, most]


def candidates(
    scenario: Scenario,
    cores: int,
    max_in_flight: int,
    *,
    memory_limit_bytes: int | None = None,
    usable_cpus: Collection[int] | None = None,
    missing_runtimes: Mapping[str, str] | None = None,
) -> tuple[Cell, ...]:
    """Return the cells, `sequential` among them, each with in_flight, and parallelism where it matters, as factors.

    Args:
        scenario: without `cases`, `vary` and `expect`.
        cores: that the driver may use; the greatest parallelism that is tried.
        max_in_flight: the greatest in_flight.
        memory_limit_bytes: as of `expand`.
        usable_cpus: as of `expand`.
        missing_runtimes: as of `expand`.
    """
    document = scenario.document()
    by_kind: dict[tuple[bool, bool], list[Any]] = {}
    written = document.get("strategies") or [variant.name for variant in scenario.strategies]
    for entry, variant in zip(written, scenario.strategies, strict=True):
        if variant.base != SEQUENTIAL.name:
            by_kind.setdefault(_varies(variant), []).append(entry)
    if not by_kind:
        by_kind[False, False] = list(written)
    found: dict[tuple[str, StrategyPlan], Cell] = {}
    for (by_flight, by_cores), entries in by_kind.items():
        vary: dict[str, list[int]] = {}
        if by_flight:
            vary[IN_FLIGHT] = powers(max_in_flight)
        if by_cores:
            vary["parallelism"] = powers(cores if by_flight else max_in_flight)
        changed = {**document, "strategies": entries} | ({"vary": vary} if vary else {})
        one = from_document(changed, "tune", scenario.source_dir)
        for cell in expand(
            one,
            cores,
            memory_limit_bytes=memory_limit_bytes,
            usable_cpus=usable_cpus,
            missing_runtimes=missing_runtimes,
        ):
            # Fewer in flight than shards come to one in each, so different levels may be the same experiment.
            same = (str(cell.factors[STRATEGY]), replace(cell.plan, marked=False))
            if cell.plan.in_flight <= max_in_flight and (same not in found or not cell.plan.marked):
                found[same] = cell
    return tuple(found.values())


def _varies(variant: Variant) -> tuple[bool, bool]:
    """Whether in_flight, and whether the scenario's parallelism, make a difference to this strategy."""
    base, more_in_flight, more_parallel = (
        replace(plan(variant, in_flight, parallelism), marked=False)
        for in_flight, parallelism in ((8, 2), (16, 2), (8, 4))
    )
    return base != more_in_flight, base != more_parallel
