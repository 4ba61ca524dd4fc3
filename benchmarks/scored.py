"""How far off predicted cells are, over measured ones, both as ratios to one worker. A part of benchmarks.accuracy."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from simulator.measures.factors import RUNTIME
from simulator.result.document import CellResult, ResultDocument
from simulator.result.prediction import Band
from simulator.text.numbers import share

MOST_FOREIGN = 0.05
"""Share of the machine that host and other programs may take from a cell that is scored."""
CLEAR = 1.1
"""Ratio from which on one strategy is taken for faster than another where there is no interval."""
NEAR_BOUND = 0.9
"""Share of what waiting alone allows, below which jobs wait for one another."""


@dataclass(frozen=True)
class Scored:
    """One cell: what was predicted over what was measured, both as ratios to one worker."""

    cell: CellResult
    throughput: float
    response: float | None
    p95: float | None
    inside: bool
    """The measured throughput lies in the predicted band, the machine's speed taken out."""


def scored(document: ResultDocument) -> list[Scored]:
    """Return every valid cell that was predicted and left alone, but the baselines: they are what is scored against."""
    by_id = {cell.id: cell for cell in document.cells}
    found = []
    for cell in document.cells:
        base = by_id.get(cell.baseline_id or "")
        if base is None or cell.arrivals is not None or not (is_quiet(cell) and is_quiet(base)):
            continue
        guess, base_guess = cell.predicted, base.predicted
        done, alone = cell.throughput_per_s, base.throughput_per_s
        if guess is None or base_guess is None or done is None or alone is None:
            continue
        speed = alone.median / base_guess.throughput_per_s.median
        band, seen = guess.throughput_per_s, done.median / speed
        found.append(
            Scored(
                cell,
                band.median / seen,
                _ratio(guess.response_mean_s, _mean_s(cell), speed),
                _ratio(
                    guess.response_p95_s,
                    None if cell.response_time_s is None else cell.response_time_s.p95,
                    speed,
                ),
                band.low <= seen <= band.high,
            )
        )
    return found


def is_quiet(cell: CellResult) -> bool:
    """Whether nobody else took much of the machine while it was measured."""
    seen = [one.measures.disturbance for one in cell.repetitions if one.measures is not None]
    return all((each.steal or 0.0) + (each.foreign or 0.0) <= MOST_FOREIGN for each in seen)


def _mean_s(cell: CellResult) -> float | None:
    """Return the mean response time, by Little's law."""
    if cell.in_flight_mean is None or cell.throughput_per_s is None:
        return None
    return cell.in_flight_mean / cell.throughput_per_s.median


def _ratio(guess: Band | None, seen: float | None, speed: float) -> float | None:
    return None if guess is None or not seen else guess.median / speed / seen


def summary(what: str, ratios: Sequence[float], inside: Sequence[bool] = ()) -> list[str]:
    """Return what is told of some ratios of predicted to measured: cells, median and p90 of the errors, bias, band."""
    errors = sorted(abs(ratio - 1) for ratio in ratios)
    p90 = errors[round(0.9 * (len(errors) - 1))]
    kept = share(round(sum(inside) / len(inside), 3)) if inside else ""
    bias = round(median(ratios) - 1, 3) + 0.0  # no minus before a nought
    return [what, str(len(errors)), share(median(errors)), share(p90), f"{bias:+.1%}", kept]


HEADINGS = ("", "cells", "median error", "p90", "bias", "inside the band")


def rows(found: Sequence[Scored]) -> list[list[str]]:
    """Return the table."""
    of_all = [summary("throughput", [one.throughput for one in found], [one.inside for one in found])]
    for name, values in (
        ("mean response time", [one.response for one in found if one.response is not None]),
        ("p95 of response time", [one.p95 for one in found if one.p95 is not None]),
    ):
        of_all += [summary(name, values)] if values else []
    hard = [one for one in found if _queues(one.cell)]
    if hard:
        of_all.append(
            summary(
                "throughput where jobs queue", [one.throughput for one in hard], [one.inside for one in hard]
            )
        )
    by_strategy = [
        summary(f"throughput, `{name}`", [one.throughput for one in mine], [one.inside for one in mine])
        for name in dict.fromkeys(one.cell.strategy for one in found)
        if (mine := [one for one in found if one.cell.strategy == name])
    ]
    runtimes = dict.fromkeys(one.cell.factors.get(RUNTIME) for one in found)
    by_runtime = [
        summary(
            f"throughput, {f'Python {name}' if name else 'where no other Python was asked for'}",
            [one.throughput for one in mine],
            [one.inside for one in mine],
        )
        for name in runtimes
        if len(runtimes) > 1 and (mine := [one for one in found if one.cell.factors.get(RUNTIME) == name])
    ]
    return of_all + by_strategy + by_runtime


def _queues(cell: CellResult) -> bool:
    """Whether jobs wait for one another, in what is predicted: waiting alone is easily predicted."""
    guess = cell.predicted
    if guess is None or guess.bound_by != "waiting" or guess.bound_per_s is None:
        return True
    return guess.throughput_per_s.median < NEAR_BOUND * guess.bound_per_s


def agreeing(document: ResultDocument) -> tuple[int, int]:
    """Return how many of the pairs whose measured throughputs surely differ are predicted the same way round, of all.

    Surely: by the verdict, or with fewer than three rounds by more than CLEAR.
    """
    by_id = {cell.id: cell for cell in document.cells}
    same = decided = 0
    for combination in document.combinations:
        if combination.by != "throughput":
            continue  # nobody who keeps up does more than comes
        for contrast in combination.contrasts:
            of, over = by_id[contrast.of].predicted, by_id[contrast.over].predicted
            ratio = contrast.ratio
            if of is None or over is None or ratio is None:
                continue
            if contrast.verdict != "faster" if ratio.kind == "interval" else ratio.median <= CLEAR:
                continue
            decided += 1
            same += of.throughput_per_s.median > over.throughput_per_s.median
    return same, decided
