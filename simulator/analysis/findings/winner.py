"""Which strategy, or level of what is contrasted, to take, which are as fast, and by how much the best leads."""

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.analysis.pairing import ratio
from simulator.measures.factors import BASELINE, STRATEGY
from simulator.result.document import CellResult, CombinationResult, ResultDocument
from simulator.result.findings.answers import ByNature, Rival, Winner
from simulator.result.findings.reasons import Character
from simulator.stats.contrasts import rounds_to_decide, would_show


def winners(
    scope: Mapping[str, Any],
    cells: Sequence[CellResult],
    marked: Sequence[CellResult],
    combination: CombinationResult | None,
    document: ResultDocument,
    job: Character | None,
) -> list[Winner | ByNature]:
    """Return which of the cells with equal jobs in flight to take, and how each marked one compares with the best.

    Args:
        scope: the levels of the combination.
        cells: valid ones with equal jobs in flight.
        marked: valid ones with others.
        combination: what they were compared to be.
        document: that they are of.
        job: whether it is waiting or computing.
    """
    by_id = {cell.id: cell for cell in cells}
    if combination is None or combination.best is None or combination.best not in by_id:
        return [_alone(scope, cell, document.margin, job) for cell in (cells or marked)]
    best = by_id[combination.best]
    found: list[Winner | ByNature] = [_winner(scope, by_id, best, combination, document, job)]
    for cell in marked:
        r = ratio(cell, best, document.scatter_rounds)
        if r is not None:
            found.append(
                ByNature(
                    scope=scope,
                    strategy=cell.name,
                    in_flight=cell.in_flight,
                    over=best.name,
                    over_in_flight=best.in_flight,
                    ratio=r,
                )
            )
    return found


def _winner(
    scope: Mapping[str, Any],
    by_id: Mapping[str, CellResult],
    best: CellResult,
    combination: CombinationResult,
    document: ResultDocument,
    job: Character | None,
) -> Winner:
    taken = by_id.get(combination.recommended or "")
    done = best.throughput_per_s
    undecided = [each.ratio for each in combination.contrasts if each.verdict == "cannot tell" and each.ratio]
    needed = [rounds_to_decide(ratio, document.margin) for ratio in undecided]
    base_rate = _rate_of(document, best.baseline_id)
    return Winner(
        scope=scope,
        job=job.job if job is not None else None,
        best=best.name,
        take=taken.name if taken is not None else BASELINE,
        own_in_flight=best.in_flight if best.marked else None,
        throughput_per_s=done.median if done is not None else 0.0,
        speedup=best.speedup,
        bound_speedup=best.bound_per_s / base_rate if best.bound_per_s and base_rate else None,
        bound_by=best.bound_by,
        margin=document.margin,
        rounds=done.rounds if done is not None else None,
        enough_rounds=done is None or done.kind == "interval",
        rivals=tuple(
            Rival(
                strategy=by_id[each.over].name,
                ratio=each.ratio,
                verdict=each.verdict,
                memory_ratio=_memory(by_id[each.over], taken),
            )
            for each in combination.contrasts
        ),
        would_show=max(
            (would_show(ratio, document.margin) for ratio in undecided if ratio.kind == "interval"),
            default=None,
        ),
        rounds_to_decide=None if None in needed else max((each for each in needed if each), default=None),
        behind_sequential=combination.contrast == STRATEGY
        and best.speedup is not None
        and best.speedup.kind == "interval"
        and best.speedup.high < 1,
    )


def _alone(scope: Mapping[str, Any], cell: CellResult, margin: float, job: Character | None) -> Winner:
    done, speedup = cell.throughput_per_s, cell.speedup
    return Winner(
        scope=scope,
        job=job.job if job is not None else None,
        best=cell.name,
        take=cell.name,
        own_in_flight=cell.in_flight if cell.marked else None,
        throughput_per_s=done.median if done is not None else 0.0,
        speedup=speedup,
        bound_speedup=None,
        bound_by=None,
        margin=margin,
        rounds=done.rounds if done is not None else None,
        enough_rounds=done is None or done.kind == "interval",
        rivals=(),
        would_show=None,
        rounds_to_decide=None,
        behind_sequential=speedup is not None and speedup.kind == "interval" and speedup.high < 1,
    )


def _memory(cell: CellResult, taken: CellResult | None) -> float | None:
    if taken is None or not cell.memory_bytes or not taken.memory_bytes:
        return None
    return cell.memory_bytes / taken.memory_bytes


def _rate_of(document: ResultDocument, cell_id: str | None) -> float | None:
    found = next((cell.throughput_per_s for cell in document.cells if cell.id == cell_id), None)
    return None if found is None else found.median
