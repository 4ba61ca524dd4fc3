"""Two cells compared: paired by the rounds in which both are valid."""

from collections.abc import Callable

from simulator.result.document import CellResult
from simulator.result.repetition import Measures
from simulator.stats.intervals import Interval, paired_ratio

Of = Callable[[Measures], float]


def _throughput(measures: Measures) -> float:
    return measures.throughput_per_s


def ratio(a: CellResult, b: CellResult, first: int | None = None, of: Of = _throughput) -> Interval | None:
    """Return a measure of a over that of b, paired by the rounds in which both are valid.

    Args:
        a: one cell.
        b: another.
        first: the `scatter_rounds` of the document that both are of.
        of: the measure; by default throughput.
    """
    left, right = _rounds(a, of), _rounds(b, of)
    rounds = sorted(left.keys() & right.keys())
    return paired_ratio([left[r] for r in rounds], [right[r] for r in rounds], first)


def shared_rounds(a: CellResult, b: CellResult) -> list[int]:
    """Return the rounds in which both are valid, in order."""
    return sorted(_rounds(a).keys() & _rounds(b).keys())


def _rounds(cell: CellResult, of: Of = _throughput) -> dict[int, float]:
    valid = (r for r in cell.repetitions if r.status == "ok" and r.measures is not None)
    return {r.round: value for r in valid if r.measures is not None and (value := of(r.measures)) > 0}
