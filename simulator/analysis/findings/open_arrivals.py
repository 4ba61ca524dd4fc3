"""Findings on jobs that come by themselves: who keeps up, and who of those answers soonest.

Throughput ranks nobody here: whoever keeps up does exactly as much as comes.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.result.document import CellResult, CombinationResult
from simulator.result.findings.answers import FallsBehind, KeepsUp, Rival, Soonest, Steady, Tail
from simulator.result.repetition import Arrivals
from simulator.stats.percentiles import Percentiles


def open_findings(
    scope: Mapping[str, Any], cells: Sequence[CellResult], combination: CombinationResult | None
) -> list[KeepsUp | FallsBehind | Soonest]:
    """Return what can be said of one combination of levels.

    Args:
        scope: its levels.
        cells: those with valid numbers, all with open arrivals.
        combination: how they compare.
    """
    found: list[KeepsUp | FallsBehind | Soonest] = []
    steady: list[CellResult] = []
    for cell in cells:
        if (arrivals := cell.arrivals) is None:
            continue
        if arrivals.keeps_up:
            steady.append(cell)
        else:
            found.append(_behind(scope, cell, arrivals))
    if steady:
        found.insert(0, _steady(scope, steady))
    return found + _soonest(scope, [cell for cell in steady if not cell.marked], combination)


def _behind(scope: Mapping[str, Any], cell: CellResult, arrivals: Arrivals) -> FallsBehind:
    return FallsBehind(
        scope=scope,
        strategy=cell.name,
        own_in_flight=_own_in_flight(cell),
        unstable=arrivals.unstable,
        offered=arrivals.offered,
        offered_per_s=arrivals.offered_per_s,
        throughput_per_s=cell.throughput_per_s.median if cell.throughput_per_s else 0.0,
        backlog_end=arrivals.backlog_end,
    )


def _steady(scope: Mapping[str, Any], cells: Sequence[CellResult]) -> KeepsUp:
    return KeepsUp(
        scope=scope,
        strategies=tuple(Steady(strategy=cell.name, own_in_flight=_own_in_flight(cell)) for cell in cells),
        offered_per_s=cells[0].arrivals.offered_per_s if cells[0].arrivals is not None else None,
        backlog_max=max(cell.arrivals.backlog_max for cell in cells if cell.arrivals is not None),
    )


def _soonest(
    scope: Mapping[str, Any], cells: Sequence[CellResult], combination: CombinationResult | None
) -> list[Soonest]:
    """Return how those that keep up compare by their response times."""
    by_id = {cell.id: cell for cell in cells}
    if combination is None or combination.best not in by_id or combination.by is None:
        return []
    best, against = by_id[combination.best], combination.contrasts
    if not against:
        return []
    times_s = best.response_time_s
    return [
        Soonest(
            scope=scope,
            best=best.name,
            by=combination.by,
            p50_s=times_s.p50 if times_s is not None else None,
            tail=_tail(times_s),
            enough_rounds=not any(each.ratio is not None and each.ratio.kind == "range" for each in against),
            rivals=tuple(
                Rival(strategy=by_id[each.over].name, ratio=each.ratio, verdict=each.verdict)
                for each in against
            ),
        )
    ]


def _tail(times_s: Percentiles | None) -> Tail | None:
    if times_s is None:
        return None
    if times_s.p99 is not None:
        return Tail(percentile="p99", value_s=times_s.p99)
    if times_s.p95 is not None:
        return Tail(percentile="p95", value_s=times_s.p95)
    return None if times_s.p90 is None else Tail(percentile="p90", value_s=times_s.p90)


def _own_in_flight(cell: CellResult) -> int | None:
    return cell.in_flight if cell.marked else None
