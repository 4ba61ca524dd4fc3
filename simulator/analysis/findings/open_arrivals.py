"""Findings on jobs that come by themselves: who keeps up, and who of those answers soonest.

Throughput ranks nobody here: whoever keeps up does exactly as much as comes.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.result.document import CellResult
from simulator.result.findings.answers import FallsBehind, KeepsUp, Rival, Soonest, Steady, Tail
from simulator.result.repetition import Arrivals
from simulator.stats.intervals import Interval, differs, paired_ratio
from simulator.stats.percentiles import Percentiles


def open_findings(
    scope: Mapping[str, Any], cells: Sequence[CellResult], first: int | None = None
) -> list[KeepsUp | FallsBehind | Soonest]:
    """Return what can be said of one combination of levels.

    Args:
        scope: its levels.
        cells: those with valid numbers, all with open arrivals.
        first: as of `intervals.interval`.
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
    return found + _soonest(scope, [cell for cell in steady if not cell.marked], first)


def _behind(scope: Mapping[str, Any], cell: CellResult, arrivals: Arrivals) -> FallsBehind:
    return FallsBehind(
        scope=scope,
        strategy=cell.strategy,
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
        strategies=tuple(
            Steady(strategy=cell.strategy, own_in_flight=_own_in_flight(cell)) for cell in cells
        ),
        offered_per_s=cells[0].arrivals.offered_per_s if cells[0].arrivals is not None else None,
        backlog_max=max(cell.arrivals.backlog_max for cell in cells if cell.arrivals is not None),
    )


def _soonest(scope: Mapping[str, Any], cells: Sequence[CellResult], first: int | None) -> list[Soonest]:
    """Compare the median response times of those that keep up, paired by round."""
    known = [(p50, cell) for cell in cells if (p50 := _p50(cell.response_time_s)) is not None]
    if len(known) < 2:  # noqa: PLR2004 - nobody to compare with
        return []
    (p50, best), *rest = sorted(known, key=lambda pair: pair[0])
    against = [(cell, _ratio(cell, best, first)) for _, cell in rest]
    return [
        Soonest(
            scope=scope,
            best=best.strategy,
            p50_s=p50,
            tail=_tail(best.response_time_s),
            enough_rounds=not any(r is not None and r.kind == "range" for _, r in against),
            rivals=tuple(Rival(strategy=cell.strategy, ratio=r, differs=differs(r)) for cell, r in against),
        )
    ]


def _ratio(cell: CellResult, best: CellResult, first: int | None) -> Interval | None:
    """Return median response time of one cell over that of another, paired by round."""
    left, right = _rounds(cell), _rounds(best)
    rounds = sorted(left.keys() & right.keys())
    return paired_ratio([left[r] for r in rounds], [right[r] for r in rounds], first)


def _rounds(cell: CellResult) -> dict[int, float]:
    found: dict[int, float] = {}
    for repetition in cell.repetitions:
        if repetition.status == "ok" and repetition.measures is not None:
            p50 = repetition.measures.response_time_s.p50
            if p50 is not None and p50 > 0:
                found[repetition.round] = p50
    return found


def _p50(times_s: Percentiles | None) -> float | None:
    return times_s.p50 if times_s is not None else None


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
