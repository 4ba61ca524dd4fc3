"""Who is fastest, by how much, and who is not told apart."""

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.analysis.pairing import ratio
from simulator.result.document import CellResult
from simulator.result.findings.answers import ByNature, Rival, Winner
from simulator.stats.intervals import differs


def winners(
    scope: Mapping[str, Any],
    cells: Sequence[CellResult],
    marked: Sequence[CellResult],
    first: int | None,
) -> list[Winner | ByNature]:
    """Return who is fastest of the cells with equal jobs in flight, and how each marked one compares with it.

    `first` is the document's `scatter_rounds`.
    """
    ranked = sorted(cells, key=lambda c: c.throughput_per_s.median if c.throughput_per_s else 0, reverse=True)
    if not ranked:
        return [_winner(scope, cell, [], first) for cell in marked]
    best = ranked[0]
    found: list[Winner | ByNature] = [_winner(scope, best, ranked[1:], first)]
    for cell in marked:
        r = ratio(cell, best, first)
        if r is not None:
            found.append(
                ByNature(
                    scope=scope,
                    strategy=cell.strategy,
                    in_flight=cell.in_flight,
                    over=best.strategy,
                    over_in_flight=best.in_flight,
                    ratio=r,
                )
            )
    return found


def _winner(
    scope: Mapping[str, Any], best: CellResult, others: Sequence[CellResult], first: int | None
) -> Winner:
    against = [(cell, ratio(best, cell, first)) for cell in others]
    done, speedup = best.throughput_per_s, best.speedup
    return Winner(
        scope=scope,
        best=best.strategy,
        own_in_flight=best.in_flight if best.marked else None,
        throughput_per_s=done.median if done is not None else 0.0,
        speedup=speedup,
        enough_rounds=done is None or done.kind == "interval",
        rivals=tuple(Rival(strategy=cell.strategy, ratio=r, differs=differs(r)) for cell, r in against),
        behind_sequential=differs(speedup) and speedup is not None and speedup.median <= 1,
    )
