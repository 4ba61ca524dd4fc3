"""Who is predicted to keep up with jobs that come by themselves, and who of those answers soonest.

As where it was measured (analysis/ranking.py, analysis/findings/open_arrivals.py).
"""

from collections.abc import Sequence
from typing import Final, Literal

from simulator.analysis.findings.open_arrivals import Coped, who_is_soonest, who_keeps_up
from simulator.analysis.ranking import SOONEST
from simulator.result.document import CellResult
from simulator.result.findings.answers import FallsBehind, KeepsUp, Soonest, Tail
from simulator.result.prediction import Band, Prediction
from simulator.result.predictions import PredictedCombination
from simulator.stats.percentiles import carried

TAILS: Final[tuple[Literal["p99", "p95", "p90"], ...]] = ("p99", "p95", "p90")


def compared_by(found: Sequence[Prediction]) -> str:
    """Return by what cells are compared: `throughput`, or that percentile of the response time which a run carries."""
    offered = [each.arrivals.offered for each in found if each.arrivals is not None]
    if not offered:
        return "throughput"
    return next((name for name, share in SOONEST.items() if carried(min(offered), share)), "p50")


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
    known = {cell.id: (cell, cell.predicted) for cell in cells if cell.predicted is not None}
    coped = [
        Coped(
            cell,
            coming,
            keeps_up=coming.keeps_up is True and coming.surely,
            unstable=coming.keeps_up is False and coming.surely,
            throughput_per_s=found.throughput_per_s.median,
        )
        for cell, found in known.values()
        if (coming := found.arrivals) is not None
    ]
    told = who_keeps_up(combination.levels, coped, predicted=True)
    if combination.best not in known:
        return told
    _, best = known[combination.best]
    p50_s, tail = best.response_p50_s, _tail(best, combination.by)
    by_id = {id_: cell for id_, (cell, _) in known.items()}
    return told + who_is_soonest(
        combination.levels,
        combination,
        by_id,
        None if p50_s is None else p50_s.median,
        tail,
        predicted=True,
    )


def _tail(found: Prediction, by: str) -> Tail | None:
    """Return the percentile by which they are compared, unless that is the median."""
    band = found.percentile_s(by)
    name = next((each for each in TAILS if each == by), None)
    return None if band is None or name is None else Tail(percentile=name, value_s=band.median)
