"""Sentences that several figures say in the same way."""

from collections.abc import Callable, Sequence

from simulator.analysis.standing import rate_of, standing
from simulator.result.document import CellResult, CombinationResult
from simulator.stats.intervals import differs
from simulator.text.numbers import times
from simulator.text.words import form, names, plural

ALIKE = 1.05
"""Where nothing says how sure a number is, a factor below this is not spoken of as a difference."""


def ahead(
    cells: Sequence[CellResult], found: CombinationResult | None, rate: Callable[[CellResult], str]
) -> str:
    """Return who does most of the cells that are compared, and how surely, as a clause.

    Args:
        cells: with numbers, at least one.
        found: their combination; null in a document that has none.
        rate: the throughput of a cell in words.
    """
    place = standing(cells, found)
    by_name = {cell.name: cell for cell in cells}
    best = by_name.get(place.best or "") or max(cells, key=rate_of)
    who = best.name
    if len(cells) == 1:
        return f"{who} {form(who, 'does', 'do')} {rate(best)}"
    if not place.sure:
        return f"{who} did most, {rate(best)}, which fewer than 3 rounds cannot tell from luck"
    if place.winner is not None:
        following = place.slower[0] if place.slower else who
        told = f"{who} {form(who, 'is', 'are')} fastest with {rate(best)}, {times(place.lead)} {following}"
        return told + (", the next" if len(cells) > 2 else "")  # noqa: PLR2004 - of two, the other is the next
    told = f"{who} {form(who, 'does', 'do')} {rate(best)}"
    if place.near:
        told += f"; {names(place.near)} {plural(place.near, 'is', 'are')} as fast"
    if place.open:
        told += f"; of {names(place.open)} the rounds cannot tell"
    return (
        f"{told}; {names(place.slower)} {plural(place.slower, 'is', 'are')} slower" if place.slower else told
    )


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
