"""Two cells compared: paired by the rounds in which both are valid."""

from simulator.result.document import CellResult
from simulator.stats.intervals import Interval, paired_ratio


def ratio(a: CellResult, b: CellResult, first: int | None = None) -> Interval | None:
    """Return throughput of a over that of b, paired by the rounds in which both are valid.

    `first` is the `scatter_rounds` of the document that both are of.
    """
    left, right, rounds = _rounds(a), _rounds(b), shared_rounds(a, b)
    return paired_ratio([left[r] for r in rounds], [right[r] for r in rounds], first)


def shared_rounds(a: CellResult, b: CellResult) -> list[int]:
    """Return the rounds in which both are valid, in order."""
    return sorted(_rounds(a).keys() & _rounds(b).keys())


def _rounds(cell: CellResult) -> dict[int, float]:
    return {
        r.round: r.measures.throughput_per_s
        for r in cell.repetitions
        if r.status == "ok" and r.measures is not None and r.measures.throughput_per_s > 0
    }
