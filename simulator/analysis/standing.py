"""Who won one combination of levels, if anyone can be said to have."""

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.analysis.pairing import ratio
from simulator.result.document import CellResult
from simulator.stats.intervals import differs


@dataclass(frozen=True)
class Standing:
    """The strategies of one combination with equal jobs in flight, the best first."""

    leaders: tuple[str, ...]
    """The best, then whoever is not told apart from it. Empty: nothing valid was measured."""
    others: int
    """How many are slower than the best for certain."""
    lead: float | None
    """Median ratio of the best to the next; null where there is no next."""
    sure: bool
    """False with fewer than three rounds, which tell nothing apart; then there is one leader."""
    status: str
    """`ok`, or what all cells are: `invalid`, `failed` …; `none valid` where they differ."""
    complete: bool
    """Every strategy has a valid cell."""
    behind_sequential: bool
    """The best is slower than one job after the other, for certain."""

    @property
    def winner(self) -> str | None:
        """The one that is faster than all others for certain; the only one, where there is no other."""
        return self.leaders[0] if self.sure and len(self.leaders) == 1 else None


def standing(cells: Sequence[CellResult], first: int | None) -> Standing:
    """Compare the cells of one combination, without the baseline and those with other jobs in flight by nature.

    Args:
        cells: at least one.
        first: the document's `scatter_rounds`.
    """
    usable = [cell for cell in cells if cell.status == "ok" and cell.throughput_per_s is not None]
    ranked = sorted(usable, key=rate_of, reverse=True)
    if not ranked:
        statuses = {cell.status for cell in cells}
        status = statuses.pop() if len(statuses) == 1 else "none valid"
        return Standing((), 0, None, sure=False, status=status, complete=False, behind_sequential=False)
    best = ranked[0]
    against = [(cell, ratio(best, cell, first)) for cell in ranked[1:]]
    sure = best.throughput_per_s is not None and best.throughput_per_s.kind == "interval"
    ties = [cell.strategy for cell, found in against if sure and not differs(found)]
    following = against[0][1] if against else None
    return Standing(
        (best.strategy, *ties),
        len(against) - len(ties),
        following.median if following is not None else None,
        sure=sure,
        status="ok",
        complete=len(usable) == len(cells),
        behind_sequential=best.speedup is not None and differs(best.speedup) and best.speedup.median < 1,
    )


def rate_of(cell: CellResult) -> float:
    """Return the median throughput in pages/s; 0 where there is none."""
    return cell.throughput_per_s.median if cell.throughput_per_s is not None else 0.0
