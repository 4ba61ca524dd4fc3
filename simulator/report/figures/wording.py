"""Sentences that several figures say in the same way."""

from collections.abc import Callable, Sequence

from simulator.analysis.findings.words import PLURAL, listed, name, times, verb
from simulator.analysis.intervals import differs
from simulator.analysis.pairing import ratio
from simulator.report.standing import standing
from simulator.result.document import CellResult

ALIKE = 1.05
"""Where nothing says how sure a number is, a factor below this is not spoken of as a difference."""
MOST_NAMES = 4
"""Of a sentence; more are counted."""


def names(found: Sequence[str]) -> str:
    """Return names as an enumeration, or how many where they are many."""
    return listed(found) if len(found) <= MOST_NAMES else f"{found[0]} and {len(found) - 1} others"


def form(strategy: str, singular: str, plural: str) -> str:
    """Return the form of a verb that goes with the name of a strategy, starred or not."""
    return plural if strategy.rstrip("*") in PLURAL else singular


def ahead(cells: Sequence[CellResult], first: int | None) -> str:
    """Return who does most of the cells that are compared, and how surely, as a clause.

    Args:
        cells: with numbers, at least one.
        first: the document's `scatter_rounds`.
    """
    place = standing(cells, first)
    by_name = {name(cell): cell for cell in cells}
    best = by_name[place.leaders[0]]
    if not place.sure and len(cells) > 1:
        return f"{name(best)} did most, which fewer than 3 rounds cannot tell from luck"
    if len(place.leaders) > 1:
        # Sorted as they stand in the run: between those that are not told apart there is no order.
        tied = [each for each in by_name if each in place.leaders]
        slower = [each for each in by_name if each not in place.leaders]
        end = f"; {names(slower)} {'are' if len(slower) > 1 else form(slower[0], 'is', 'are')} slower than {name(best)}"
        return f"{names(tied)} are not told apart" + (end if slower else "")
    others = sorted((cell for cell in cells if cell is not best), key=_rate, reverse=True)
    if not others:
        return f"{name(best)} {verb(best, 'has', 'have')} nothing to be compared with"
    by = times(ratio(best, others[0], first))
    return f"{name(best)} {verb(best, 'is', 'are')} fastest, {by} {name(others[0])}" + (
        ", the next" if len(others) > 1 else ""
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
        return f"about {text(least[1])} with {'either' if len(found) == 2 else 'all'}"  # noqa: PLR2004 - a pair
    return f"from {text(least[1])} with {least[0]} to {text(most[1])} with {most[0]}"


def _rate(cell: CellResult) -> float:
    return cell.throughput_per_s.median if cell.throughput_per_s is not None else 0.0
