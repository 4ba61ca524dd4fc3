"""Who is fastest, by how much, and who is not told apart."""

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.analysis.pairing import ratio
from simulator.result.document import CellResult, Finding
from simulator.stats.intervals import differs
from simulator.text.numbers import rate, times
from simulator.text.words import form, listed


def winners(
    scope: Mapping[str, Any],
    cells: Sequence[CellResult],
    marked: Sequence[CellResult],
    first: int | None,
) -> list[Finding]:
    """Return who is fastest of the cells with equal jobs in flight, and how each marked one compares with it.

    `first` is the document's `scatter_rounds`.
    """
    ranked = sorted(cells, key=lambda c: c.throughput_per_s.median if c.throughput_per_s else 0, reverse=True)
    if not ranked:
        return [_alone(scope, cell, f", with {cell.in_flight} in flight by its nature,") for cell in marked]
    best = ranked[0]
    found = [_fastest(scope, ranked, first) if len(ranked) > 1 else _alone(scope, best)]
    for cell in marked:
        r = ratio(cell, best, first)
        if r is not None:
            found.append(
                Finding(
                    "winner",
                    f"{cell.strategy}, with {cell.in_flight} in flight by its nature,"
                    f" {form(cell.strategy, 'does', 'do')} {times(r)} what {best.strategy}"
                    f" {form(best.strategy, 'does', 'do')} with {best.in_flight}.",
                    scope,
                    {"ratio": r.median},
                )
            )
    return found


def _alone(scope: Mapping[str, Any], cell: CellResult, condition: str = "") -> Finding:
    """Say what the one strategy did that there is to speak of."""
    done = cell.throughput_per_s.median if cell.throughput_per_s else 0.0
    text = f"{cell.strategy}{condition} did {rate(done, 'pages')}{_over(cell)}{_behind([cell])}."
    return Finding("winner", text, scope, {"winner": cell.strategy, "throughput_per_s": done})


def _fastest(scope: Mapping[str, Any], ranked: Sequence[CellResult], first: int | None) -> Finding:
    best = ranked[0]
    against = [(cell, ratio(best, cell, first)) for cell in ranked[1:]]
    ties = [cell for cell, r in against if not differs(r)]
    slower = [(cell, r) for cell, r in against if differs(r) and r is not None]
    done = best.throughput_per_s.median if best.throughput_per_s else 0.0
    over = _over(best)
    if best.throughput_per_s is not None and best.throughput_per_s.kind == "range":
        text = f"{best.strategy} did most: {rate(done, 'pages')}{over}"
        text += "; fewer than 3 rounds cannot tell whether that is luck"
    elif ties:
        names = listed([best.strategy, *(cell.strategy for cell in ties)])
        text = f"{names} are not told apart: {best.strategy} did {rate(done, 'pages')}{over}"
        text += ", the rest the same within the noise"
        if slower:
            is_ = form(best.strategy, "is", "are")
            text += f"; {best.strategy} {is_} " + listed([f"{times(r)} {c.strategy}" for c, r in slower])
    else:
        text = f"{best.strategy} {form(best.strategy, 'is', 'are')} fastest: {rate(done, 'pages')}{over}"
        text += f"; {form(best.strategy, 'it is', 'they are')} " + listed(
            [f"{times(r)} {c.strategy}" for c, r in slower]
        )
    text += _behind(ranked)
    numbers: dict[str, float | str | None] = {"winner": best.strategy, "throughput_per_s": done}
    numbers |= {f"ratio_to_{c.strategy}": r.median for c, r in against if r is not None}
    return Finding("winner", text + ".", scope, numbers)


def _over(cell: CellResult) -> str:
    return f", {times(cell.speedup)} sequential" if cell.speedup is not None else ""


def _behind(cells: Sequence[CellResult]) -> str:
    """Say so when the best is still slower than one job after the other."""
    speedup = cells[0].speedup
    if not differs(speedup) or speedup is None or speedup.median > 1:
        return ""
    return "; sequential is faster" + (" than all of them" if len(cells) > 1 else "")
