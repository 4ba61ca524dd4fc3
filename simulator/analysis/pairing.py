"""Two cells compared: paired by the rounds in which both are valid."""

from simulator.analysis.intervals import paired_ratio
from simulator.result.document import CellResult, Interval


def ratio(a: CellResult, b: CellResult) -> Interval | None:
    """Return throughput of a over that of b, paired by the rounds in which both are valid."""
    left, right = _rounds(a), _rounds(b)
    rounds = sorted(left.keys() & right.keys())
    return paired_ratio([left[r] for r in rounds], [right[r] for r in rounds])


def _rounds(cell: CellResult) -> dict[int, float]:
    return {
        r.round: r.measures.throughput_per_s
        for r in cell.repetitions
        if r.status == "ok" and r.measures is not None and r.measures.throughput_per_s > 0
    }
