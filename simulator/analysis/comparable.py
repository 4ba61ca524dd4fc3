"""One cell of one run as it is compared: its valid rounds, the machine's speed in each, and how much of it is felt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from simulator.analysis.summary import status_of, valid
from simulator.measures.measure import Measure
from simulator.measures.work import THROUGHPUT
from simulator.result.document import CellStatus
from simulator.result.measured import MeasuredCell
from simulator.result.repetition import Measures
from simulator.stats.intervals import FEWEST_FOR_INTERVAL
from simulator.text.words import counted


@dataclass(frozen=True)
class Rounds:
    """Of one cell in one run. Mappings are by round."""

    valid: int
    """Rounds."""
    values: Mapping[int, float]
    """All greater than 0."""
    cpu: Mapping[int, float]
    """The machine's speed: one over the seconds of the fixed spin."""
    memory: Mapping[int, float]
    """Likewise of its memory; empty where that was not taken in every round."""
    busy: float
    """At most this share of the window was anything of the cell on CPU, or waiting for a core; less the baseline's."""
    missing: str | None
    """Why it cannot be compared."""
    status: CellStatus = "ok"


def rounds_of(cell: MeasuredCell, metric: Measure) -> Rounds:
    """Return what can be compared of a cell, by a measure that a repetition has."""
    good = valid(cell.repetitions)
    status, reason = status_of(cell.unsupported, cell.repetitions, good)
    if status != "ok":
        return Rounds(0, {}, {}, {}, 1.0, f"{status}: {reason}", status)
    measured = {r.round: r.measures for r in sorted(good, key=lambda r: r.round) if r.measures is not None}
    values = {round_: metric.of_repetition(m) for round_, m in measured.items()}
    usable = {round_: value for round_, value in values.items() if value is not None and value > 0}
    cpu = {round_: 1 / m.spin_s for round_, m in measured.items() if m.spin_s > 0}
    memory = {round_: 1 / m.stream_s for round_, m in measured.items() if m.stream_s}
    missing: str | None = None
    if len(usable) < len(values):
        # Those that have a value may be the better ones: what is missing is not missing by chance.
        missing = _without([*values.values()], metric)
    elif len(values) < FEWEST_FOR_INTERVAL:
        missing = f"{counted(len(values), 'valid round')}, {FEWEST_FOR_INTERVAL} are needed"
    elif len(cpu) < len(values):
        missing = "the machine's speed was not taken in every round"
    return Rounds(
        len(values),
        usable,
        cpu,
        memory if len(memory) == len(values) else {},
        fmean(map(_busy, measured.values())),
        missing,
    )


def over_baseline(cell: MeasuredCell, baseline: MeasuredCell | None) -> Rounds:
    """Return the cell's pages/s over those of its baseline in the same round.

    Both run the same job, so both feel the same part of what they might: the ratio feels that of the difference.
    """
    own = rounds_of(cell, THROUGHPUT)
    if cell.baseline_id is None:
        return replace(own, values={}, missing="it is what the others are compared with")
    if baseline is None:
        return replace(own, values={}, missing="this run has no baseline of it")
    base = rounds_of(baseline, THROUGHPUT)
    values = {
        round_: value / base.values[round_] for round_, value in own.values.items() if round_ in base.values
    }
    missing = own.missing or (base.missing and f"its baseline: {base.missing}")
    if missing is None and len(values) < FEWEST_FOR_INTERVAL:
        missing = f"{counted(len(values), 'round')} with its baseline, {FEWEST_FOR_INTERVAL} are needed"
    return replace(
        own,
        valid=len(values),
        values=values,
        busy=own.busy - base.busy,
        cpu={round_: own.cpu[round_] for round_ in values if round_ in own.cpu},
        memory={round_: own.memory[round_] for round_ in values if round_ in own.memory},
        missing=missing,
    )


def _busy(measures: Measures) -> float:
    """Return the largest share of the window in which anything of a repetition can have been on CPU or in a run queue.

    The window is as long as its critical path, of which the machine's speed changes only what is on CPU, of the driver
    or of the server, or waits for a core; and that is no more than all threads together, wherever they are on the path.
    A thread that waits for a lock waits for one that is counted. All of it where nothing is known.
    """
    if measures.cores_used is None or measures.run_queue_cores is None:
        return 1.0
    return min(1.0, measures.cores_used + measures.run_queue_cores + (measures.server.cpu_cores or 0.0))


def _without(values: Sequence[float | None], metric: Measure) -> str:
    """Say in how many rounds there is nothing that a ratio can be formed of, and why."""
    none = sum(value is None or (metric.floor is None and value <= 0) for value in values)
    if none:
        return f"{none} of {len(values)} valid rounds have no {metric.name} ({metric.why_missing})"
    zero = sum(value is not None and value <= 0 for value in values)
    return (
        f"{zero} of {len(values)} valid rounds have a {metric.called} of 0, and a ratio needs more than that"
    )


def work_ratio(a: MeasuredCell, b: MeasuredCell) -> float | None:
    """Return how much parsing per page B's calibration came to, over A's; null where one has no calibration."""
    before, after = (cell.calibration.work if cell.calibration is not None else None for cell in (a, b))
    return after / before if before and after else None
