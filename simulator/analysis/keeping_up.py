"""Who is predicted to keep up with jobs that come by themselves, and who of those answers soonest.

As where it was measured (analysis/ranking.py, analysis/findings/open_arrivals.py): throughput ranks nobody, since
whoever keeps up does exactly as much as comes.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from simulator.result.document import CellResult
from simulator.result.findings.answers import FallsBehind, KeepsUp, Rival, Soonest, Steady, Tail
from simulator.result.prediction import Band, PredictedArrivals, Prediction
from simulator.result.predictions import PredictedCombination
from simulator.stats.percentiles import carried

SHARES: Final = {"p99": 0.99, "p95": 0.95, "p90": 0.9, "p50": 0.5}
"""The first of these that the jobs of a repetition carry ranks those that keep up."""
TAILS: Final = ("p99", "p95", "p90")


def compared_by(found: Sequence[Prediction]) -> str:
    """Return by what cells are compared: `throughput`, or that percentile of the response time which a run carries."""
    offered = [each.arrivals.offered for each in found if each.arrivals is not None]
    if not offered:
        return "throughput"
    return next((name for name, share in SHARES.items() if carried(min(offered), share)), "p50")


def soonness(found: Prediction, name: str) -> Band | None:
    """Return one over a percentile of the response time, so that more is better; null of what does not keep up."""
    band = found.percentile_s(name)
    if found.arrivals is None or not found.arrivals.keeps_up or band is None:
        return None
    return Band(1 / band.median, 1 / band.high, 1 / band.low)


def open_findings(
    combination: PredictedCombination, cells: Sequence[CellResult]
) -> list[KeepsUp | FallsBehind | Soonest]:
    """Return what is predicted of one combination of levels whose jobs come by themselves.

    Args:
        combination: how its cells compare.
        cells: those of it that are told of.
    """
    known = [(cell, *both) for cell in cells if (both := _both(cell)) is not None]
    steady = [(cell, coming) for cell, _, coming in known if coming.keeps_up and coming.surely]
    found: list[KeepsUp | FallsBehind | Soonest] = []
    if steady:
        found.append(_steady(combination.levels, steady))
    found += [
        _behind(combination.levels, *each) for each in known if not (each[2].keeps_up and each[2].surely)
    ]
    found += _soonest(combination, {cell.id: (cell, predicted) for cell, predicted, _ in known})
    return found


def _both(cell: CellResult) -> tuple[Prediction, PredictedArrivals] | None:
    found = cell.predicted
    return None if found is None or found.arrivals is None else (found, found.arrivals)


def _steady(scope: Mapping[str, Any], steady: Sequence[tuple[CellResult, PredictedArrivals]]) -> KeepsUp:
    return KeepsUp(
        scope=scope,
        strategies=tuple(Steady(strategy=cell.name, own_in_flight=_own(cell)) for cell, _ in steady),
        offered_per_s=steady[0][1].offered_per_s,
        backlog_max=max(coming.backlog_max for _, coming in steady),
        predicted=True,
    )


def _behind(
    scope: Mapping[str, Any], cell: CellResult, found: Prediction, coming: PredictedArrivals
) -> FallsBehind:
    return FallsBehind(
        scope=scope,
        strategy=cell.name,
        own_in_flight=_own(cell),
        unstable=coming.keeps_up is False and coming.surely,
        offered=coming.offered,
        offered_per_s=coming.offered_per_s,
        throughput_per_s=found.throughput_per_s.median,
        backlog_end=coming.backlog_end,
        predicted=True,
    )


def _soonest(
    combination: PredictedCombination, known: Mapping[str, tuple[CellResult, Prediction]]
) -> Iterator[Soonest]:
    if combination.best is None or not combination.contrasts:
        return
    best, found = known[combination.best]
    p50_s = found.response_p50_s
    yield Soonest(
        scope=combination.levels,
        best=best.name,
        by=combination.by,
        p50_s=None if p50_s is None else p50_s.median,
        tail=_tail(found, combination.by),
        enough_rounds=True,
        rivals=tuple(
            Rival(strategy=known[each.over][0].name, ratio=each.ratio, verdict=each.verdict)
            for each in combination.contrasts
        ),
        predicted=True,
    )


def _tail(found: Prediction, by: str) -> Tail | None:
    """Return the percentile by which they are compared, unless that is the median."""
    band = found.percentile_s(by)
    name = next((each for each in TAILS if each == by), None)
    return None if band is None or name is None else Tail(percentile=name, value_s=band.median)


def _own(cell: CellResult) -> int | None:
    return cell.in_flight if cell.marked else None
