"""What makes strategies dear that should be cheap: records that drag much along, threads that share objects."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from simulator.analysis.gil import gil_of
from simulator.result.document import CellResult
from simulator.result.findings.reasons import Contention, Moved

HEAVY = 3
"""Times the page that a strategy moves for each, from which on that is worth a word."""
MORE_CPU = 1.5
"""Times the CPU per page, from which on threads hinder each other's computing."""
STALLED = 0.2
"""Share of the threads' time off CPU without a reason, from which on they wait more than they hinder."""


def burdens(
    scope: Mapping[str, Any], base: CellResult | None, cells: Sequence[CellResult]
) -> list[Moved | Contention]:
    """Return what is to be said of them in this combination."""
    found = [_moved(scope, cells), *(_contended(scope, base, cell) for cell in cells)]
    return [finding for finding in found if finding is not None]


def _moved(scope: Mapping[str, Any], cells: Sequence[CellResult]) -> Moved | None:
    heavy = [found for cell in cells if (found := _drags(scope, cell)) is not None]
    if not heavy:
        return None
    most = max(heavy, key=lambda found: found.times_the_page)
    return replace(most, strategies=tuple(found.strategies[0] for found in heavy))


def _drags(scope: Mapping[str, Any], cell: CellResult) -> Moved | None:
    known, moved = cell.calibration, cell.moved_bytes_per_page
    if known is None or not known.page_bytes or moved is None or moved < HEAVY * known.page_bytes:
        return None
    return Moved(
        scope=scope,
        strategies=(cell.strategy,),
        page_bytes=known.page_bytes,
        moved_bytes_per_page=moved,
        times_the_page=moved / known.page_bytes,
        heaviest=known.heaviest,
    )


def _contended(scope: Mapping[str, Any], base: CellResult | None, cell: CellResult) -> Contention | None:
    """Say so where threads without a GIL are on CPU all the time and need more of it for the same pages."""
    alone, beside = base.cpu_per_page_s if base is not None else None, cell.cpu_per_page_s
    if cell.strategy not in ("threads", "threads_of_asyncio") or gil_of(cell) is not False:
        return None
    if not alone or beside is None or beside < MORE_CPU * alone:
        return None
    stalled = cell.attribution.stall if cell.attribution is not None else 0.0
    if stalled >= STALLED:
        return None
    return Contention(
        scope=scope,
        strategy=cell.strategy,
        stall=stalled,
        cpu_per_page_s=beside,
        alone_cpu_per_page_s=alone,
        ratio=beside / alone,
    )
