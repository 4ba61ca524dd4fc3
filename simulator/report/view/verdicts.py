"""The verdict of each cell, in the word that stands beside it."""

from collections.abc import Iterable, Mapping

from simulator.result.document import CombinationResult, ResultDocument
from simulator.result.predictions import PredictedCombination
from simulator.stats.contrasts import Verdict

TAKE = "take"
_OF_OTHERS: Mapping[Verdict, str] = {
    "faster": "slower",
    "a little faster": "a little\nslower",
    "as fast": "as fast",
    "cannot tell": "cannot\ntell",
}
"""What the verdict of the best over another says of that other, folded where it is long."""


def verdicts(document: ResultDocument) -> dict[str, str]:
    """Return a word for each cell that was compared, by its id."""
    return words_of(document.combinations)


def words_of(combinations: Iterable[CombinationResult | PredictedCombination]) -> dict[str, str]:
    """Return a word for each cell of combinations that were compared, by its id.

    A baseline that several combinations share has one where it is to be taken in all of them.
    """
    said: dict[str, str] = {}
    shared: dict[str, set[bool]] = {}
    for found in combinations:
        if found.best is None or not found.contrasts:
            continue
        said[found.best] = "best"
        said |= {each.over: _OF_OTHERS[each.verdict] for each in found.contrasts}
        if any(each.verdict == "cannot tell" for each in found.contrasts):
            said[found.best] = "most"
            continue  # another one may be as fast, and simpler
        for cell in found.cells:
            shared.setdefault(cell, set()).add(cell == found.recommended)
    return said | {cell: TAKE for cell, taken in shared.items() if taken == {True}}
