"""How the cells of one combination stand, by its contrasts; no statistics of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simulator.measures.factors import STRATEGY
from simulator.result.document import CellResult, CombinationResult, ResultDocument
from simulator.stats.contrasts import Contrast
from simulator.stats.intervals import Interval


@dataclass(frozen=True)
class Standing:
    """The strategies of one combination with equal jobs in flight."""

    best: str | None
    """Of the greatest effect; null: nothing valid was measured."""
    recommended: str | None
    """The simplest that is surely as fast as the best, or slower by less than the margin; may be the baseline."""
    near: tuple[str, ...]
    """Beside the best: surely as fast, or slower by less than the margin."""
    open: tuple[str, ...]
    """Of which the rounds cannot tell."""
    slower: tuple[str, ...]
    """Surely by more than the margin."""
    lead: Interval | None
    """Ratio of the best to the next; null where there is no next."""
    sure: bool
    """False with fewer than three rounds, which tell nothing apart."""
    status: str
    """`ok`, or what all cells are: `invalid`, `failed` …; `none valid` where they differ."""
    complete: bool
    """Every strategy has a valid cell."""
    baseline_best: bool
    """One job after the other is surely as good as the best."""

    @property
    def winner(self) -> str | None:
        """The one that is faster than all others by more than the margin; the only one, where there is no other."""
        return self.best if self.sure and not self.near and not self.open else None


def standings(document: ResultDocument) -> Mapping[str, CombinationResult]:
    """Return the compared combination of each cell but the baselines, of which several may share one, by its id."""
    baselines = {cell.id for cell in document.cells if cell.baseline_id is None}
    return {
        cell: found
        for found in document.combinations
        for cell in found.cells
        if found.contrast != STRATEGY or cell not in baselines
    }


def standing(cells: Sequence[CellResult], found: CombinationResult | None) -> Standing:
    """Return how the cells of one combination stand.

    Args:
        cells: at least one, without the baseline and those with other jobs in flight by nature.
        found: their combination; null in a document that has none.
    """
    usable = {cell.id: cell for cell in cells if cell.status == "ok" and cell.throughput_per_s is not None}
    if not usable or (found is not None and found.best is None):
        statuses = {cell.status for cell in cells}
        status = statuses.pop() if len(statuses) == 1 else "none valid"
        return Standing(
            None, None, (), (), (), None, sure=False, status=status, complete=False, baseline_best=False
        )
    contrasts = found.contrasts if found is not None else ()
    best = (found.best if found is not None else None) or max(usable, key=lambda each: rate_of(usable[each]))
    names = {cell.id: cell.name for cell in cells}
    rate = usable[best].throughput_per_s
    return Standing(
        names[best],
        names.get((found.recommended if found is not None else None) or best),
        _over(contrasts, names, "as fast", "a little faster"),
        _over(contrasts, names, "cannot tell"),
        _over(contrasts, names, "faster"),
        contrasts[0].ratio if contrasts else None,
        sure=rate is not None and rate.kind == "interval",
        status="ok",
        complete=len(usable) == len(cells),
        baseline_best=found is not None and found.recommended is not None and found.recommended not in names,
    )


def _over(contrasts: Sequence[Contrast], names: Mapping[str, str], *verdicts: str) -> tuple[str, ...]:
    return tuple(names[each.over] for each in contrasts if each.verdict in verdicts and each.over in names)


def rate_of(cell: CellResult) -> float:
    """Return the median throughput in pages/s; 0 where there is none."""
    return cell.throughput_per_s.median if cell.throughput_per_s is not None else 0.0
