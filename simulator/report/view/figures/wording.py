"""Sentences that several figures say in the same way."""

from collections.abc import Callable, Sequence

from simulator.analysis.pairing import ratio
from simulator.analysis.standing import rate_of, standing
from simulator.result.document import CellResult
from simulator.stats.intervals import differs
from simulator.text.numbers import times
from simulator.text.words import form, names, plural

ALIKE = 1.05
"""Where nothing says how sure a number is, a factor below this is not spoken of as a difference."""


def ahead(cells: Sequence[CellResult], first: int | None, rate: Callable[[CellResult], str]) -> str:
    """Return who does most of the cells that are compared, and how surely, as a clause.

    Args:
        cells: with numbers, at least one.
        first: the document's `scatter_rounds`.
        rate: the throughput of a cell in words.
    """
    place = standing(cells, first)
    by_name = {cell.strategy: cell for cell in cells}
    best = by_name[place.leaders[0]]
    if len(cells) == 1:
        return f"{best.strategy} {form(best.strategy, 'does', 'do')} {rate(best)}"
    if not place.sure:
        return f"{best.strategy} did most, {rate(best)}, which fewer than 3 rounds cannot tell from luck"
    if len(place.leaders) > 1:
        # As they stand in the run: between those that are not told apart there is no order.
        told = f"{names([each for each in by_name if each in place.leaders])} are not told apart"
        told += f", {best.strategy} at {rate(best)}"
        slower = [each for each in by_name if each not in place.leaders]
        return f"{told}; {names(slower)} {plural(slower, 'is', 'are')} slower" if slower else told
    following = max((cell for cell in cells if cell is not best), key=rate_of)
    by = times(ratio(best, following, first))
    told = f"{best.strategy} {form(best.strategy, 'is', 'are')} fastest with {rate(best)}, {by} {following.strategy}"
    return told + (", the next" if len(cells) > 2 else "")  # noqa: PLR2004 - of two, the other is the next


def behind(best: CellResult) -> bool:
    """Whether one job after the other is faster than this, for certain."""
    return best.speedup is not None and differs(best.speedup) and best.speedup.median < 1


def spread(found: Sequence[tuple[str, float]], text: Callable[[float], str]) -> str:
    """Return from where to where values reach, of which no interval is known, as a phrase.

    Args:
        found: strategies and their values; at least one.
        text: writes a value with its unit.
    """
    least, most = min(found, key=lambda pair: pair[1]), max(found, key=lambda pair: pair[1])
    if len(found) == 1:
        return f"{text(least[1])} with {least[0]}"
    if most[1] < ALIKE * least[1] or text(most[1]) == text(least[1]):
        return f"about {text(least[1])} with {names([each for each, _ in found])} alike"
    return f"{text(least[1])} ({least[0]}) to {text(most[1])} ({most[0]})"
