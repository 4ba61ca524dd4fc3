"""What differs between Pythons: on which of them threads compute in parallel, and what turned a GIL on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from simulator.analysis.combinations import Key, key_of, others
from simulator.analysis.gil import gil_of
from simulator.measures.factors import RUNTIME
from simulator.result.document import CellResult, ResultDocument
from simulator.result.findings.across import Gil, OnRuntime, Runtimes
from simulator.stats.intervals import Interval, surely_above, surely_below

SCALES, FLAT = 1.3, 1.2
"""Speed-ups of threads above which they surely compute in parallel, and below which they surely do not."""
FEWEST = 2
"""Pythons, and jobs in flight, that make a comparison."""


@dataclass(frozen=True)
class _Scaling:
    runtime: str
    speedup: Interval
    gil: bool | None
    """Of its workers; null: not known, or not the same in all."""
    alone_per_s: float
    """What sequential does there."""


def runtimes(document: ResultDocument) -> tuple[Runtimes | Gil, ...]:
    """Return what a GIL, or none, has to do with the numbers: of runtimes compared, and of each whose GIL came on."""
    several = any(RUNTIME in cell.factors for cell in document.cells)
    return (*(_compared(document) if several else ()), *_turned_on(document))


def _compared(document: ResultDocument) -> Iterator[Runtimes]:
    by_id = {cell.id: cell for cell in document.cells}
    groups: dict[Key, list[_Scaling]] = {}
    scopes: dict[Key, Mapping[str, Any]] = {}
    for cell in document.cells:
        base = by_id.get(cell.baseline_id or "")
        scaling = _scaling(cell, base)
        if scaling is None:
            continue
        key = key_of(cell.factors, RUNTIME)
        groups.setdefault(key, []).append(scaling)
        scopes[key] = others(cell.factors, RUNTIME)
    for key, members in groups.items():
        if len(members) >= FEWEST:
            yield _comparison(scopes[key], members)


def _scaling(cell: CellResult, base: CellResult | None) -> _Scaling | None:
    """Return how threads scale on one Python; null where that cannot be said, or a job waits more than it computes."""
    if cell.strategy != "threads" or cell.in_flight < FEWEST or cell.speedup is None or cell.status != "ok":
        return None
    if (
        base is None
        or base.throughput_per_s is None
        or (base.cpu_per_page_s or 0.0) <= (base.network_s or 0.0)
    ):
        return None
    return _Scaling(str(cell.factors[RUNTIME]), cell.speedup, gil_of(cell), base.throughput_per_s.median)


def _comparison(scope: Mapping[str, Any], members: Sequence[_Scaling]) -> Runtimes:
    parallel = [one for one in members if surely_above(one.speedup, SCALES)]
    flat = [one for one in members if surely_below(one.speedup, FLAT)]
    first = members[0]  # as the scenario lists them: what the others are compared with
    return Runtimes(
        scope=scope,
        runtimes=tuple(
            OnRuntime(
                runtime=one.runtime,
                speedup=one.speedup,
                sequential_per_s=one.alone_per_s,
                of_first=one.alone_per_s / first.alone_per_s,
            )
            for one in members
        ),
        because=_because(parallel, flat),
    )


def _because(
    parallel: Sequence[_Scaling], flat: Sequence[_Scaling]
) -> Literal["no GIL, or one", "no GIL", "GIL let go", "GIL"] | None:
    """Return what the GIL has to do with it, where what is known of it fits the numbers."""
    if parallel and all(one.gil is False for one in parallel):
        return "no GIL, or one" if flat and all(one.gil is True for one in flat) else "no GIL"
    if parallel and flat and any(one.gil is True for one in parallel):
        return "GIL let go"
    return "GIL" if flat and not parallel and all(one.gil is True for one in flat) else None


def _turned_on(document: ResultDocument) -> Iterator[Gil]:
    """Say of each free-threaded Python which module turned its GIL on, by being imported or in a call."""
    said = set()
    for cell in document.cells:
        told = [about for r in cell.whole() if (about := r.environment).get("free_threaded")]
        late = next((by for about in told if (by := about.get("gil_turned_on_by"))), None)
        module = late or (cell.calibration.gil_enabled_by if cell.calibration is not None else None)
        runtime = cell.factors.get(RUNTIME)
        if module is None or (late is None and gil_of(cell) is not True) or (runtime, module) in said:
            continue
        said.add((runtime, module))
        yield Gil(
            scope={} if runtime is None else {RUNTIME: str(runtime)},
            module=str(module),
            when="import" if late is None else "call",
        )
