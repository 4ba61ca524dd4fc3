"""Findings on jobs that come by themselves: who keeps up, and who of those answers soonest, measured or predicted.

Throughput ranks nobody here: whoever keeps up does exactly as much as comes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.result.document import CellResult, CombinationResult
from simulator.result.findings.answers import FallsBehind, KeepsUp, Rival, Soonest, Steady, Tail
from simulator.result.prediction import PredictedArrivals
from simulator.result.predictions import PredictedCombination
from simulator.result.repetition import Arrivals
from simulator.stats.percentiles import Percentiles


@dataclass(frozen=True)
class Coped:
    """How a strategy copes with the jobs that come."""

    cell: CellResult
    arrivals: Arrivals | PredictedArrivals
    keeps_up: bool
    """Surely."""
    unstable: bool
    """Surely the backlog grows as long as jobs come."""
    throughput_per_s: float

    @property
    def own_in_flight(self) -> int | None:
        """Return its jobs in flight where they are other than those of the rest, by its nature."""
        return self.cell.in_flight if self.cell.marked else None


def open_findings(
    scope: Mapping[str, Any], cells: Sequence[CellResult], combination: CombinationResult | None
) -> list[KeepsUp | FallsBehind | Soonest]:
    """Return what can be said of one combination of levels that was measured.

    Args:
        scope: its levels.
        cells: those with valid numbers, all with open arrivals.
        combination: how they compare.
    """
    known = [
        Coped(
            cell,
            arrivals,
            keeps_up=arrivals.keeps_up is True,
            unstable=arrivals.unstable,
            throughput_per_s=cell.throughput_per_s.median if cell.throughput_per_s else 0.0,
        )
        for cell in cells
        if (arrivals := cell.arrivals) is not None
    ]
    told = who_keeps_up(scope, known)
    by_id = {each.cell.id: each.cell for each in known if each.keeps_up and not each.cell.marked}
    if combination is None or combination.best not in by_id:
        return told
    times_s = by_id[combination.best].response_time_s
    p50_s = None if times_s is None else times_s.p50
    return told + who_is_soonest(scope, combination, by_id, p50_s, _tail(times_s))


def who_keeps_up(
    scope: Mapping[str, Any], known: Sequence[Coped], *, predicted: bool = False
) -> list[KeepsUp | FallsBehind | Soonest]:
    """Return who keeps up, first, and each that may not."""
    steady = [each for each in known if each.keeps_up]
    found: list[KeepsUp | FallsBehind | Soonest] = []
    if steady:
        found.append(
            KeepsUp(
                scope=scope,
                strategies=tuple(
                    Steady(strategy=each.cell.name, own_in_flight=each.own_in_flight) for each in steady
                ),
                offered_per_s=steady[0].arrivals.offered_per_s,
                backlog_max=max(each.arrivals.backlog_max for each in steady),
                predicted=predicted,
            )
        )
    found += [
        FallsBehind(
            scope=scope,
            strategy=each.cell.name,
            own_in_flight=each.own_in_flight,
            unstable=each.unstable,
            offered=each.arrivals.offered,
            offered_per_s=each.arrivals.offered_per_s,
            throughput_per_s=each.throughput_per_s,
            backlog_end=each.arrivals.backlog_end,
            predicted=predicted,
        )
        for each in known
        if not each.keeps_up
    ]
    return found


def who_is_soonest(
    scope: Mapping[str, Any],
    combination: CombinationResult | PredictedCombination,
    by_id: Mapping[str, CellResult],
    p50_s: float | None,
    tail: Tail | None,
    *,
    predicted: bool = False,
) -> list[Soonest]:
    """Return how those that keep up compare by their response times; none where they do not.

    Args:
        scope: their levels.
        combination: how they compare.
        by_id: these cells.
        p50_s: median response time of the best.
        tail: what is told of it beside.
        predicted: nothing was measured.
    """
    against, by = combination.contrasts, combination.by
    if combination.best is None or by is None or not against:
        return []
    return [
        Soonest(
            scope=scope,
            best=by_id[combination.best].name,
            by=by,
            p50_s=p50_s,
            tail=tail,
            enough_rounds=predicted
            or not any(each.ratio is not None and each.ratio.kind == "range" for each in against),
            rivals=tuple(
                Rival(strategy=by_id[each.over].name, ratio=each.ratio, verdict=each.verdict)
                for each in against
            ),
            predicted=predicted,
        )
    ]


def _tail(times_s: Percentiles | None) -> Tail | None:
    """Return the highest percentile that is known, unless that is the median."""
    if times_s is None:
        return None
    if times_s.p99 is not None:
        return Tail(percentile="p99", value_s=times_s.p99)
    if times_s.p95 is not None:
        return Tail(percentile="p95", value_s=times_s.p95)
    return None if times_s.p90 is None else Tail(percentile="p90", value_s=times_s.p90)
