"""How far predictions are off: cells that no part of the model was fitted to, measured and compared.

    python -m benchmarks.accuracy [--quick] [--seed N] [--rounds N] [--store FILE] [--from FILE …] [--write FILE]

The points are drawn by a seed over latency, parse cost, how much of it holds the GIL, jobs in flight and client; at
each all strategies run side by side with the baseline. What is compared are ratios to that baseline, one worker,
measured and predicted, so that a machine that was faster while it was calibrated is no error of the model.
Ctrl-C ends it early: what was measured until then is kept, and scored.
"""

import argparse
import json
import platform
import random
import re
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from math import log
from pathlib import Path
from statistics import median

from benchmarks.clients import table
from benchmarks.experiments import LENIENT, QUICK, Line, scenario_of
from simulator.analysis.predicting import predicted
from simulator.experiment.design import Design, design
from simulator.experiment.experiment import Experiment
from simulator.result.document import CellResult, ResultDocument, from_json, to_json
from simulator.result.prediction import Band
from simulator.text.numbers import share
from simulator.text.words import listed

SEED = 20
POINTS = 30
STRATEGIES = (
    "threads",
    "asyncio",
    "processes",
    "processes_per_core",
    "asyncio_to_threads",
    "asyncio_to_processes",
    "processes_of_threads",
    "processes_of_asyncio",
)
LATENCIES_MS = (0, 1, 5, 20, 60, 200)
COSTS_MS = (0.5, 2, 5, 12, 30, 50)
IN_FLIGHT = (2, 4, 8, 16, 32, 64)
PARSERS = ("spin", "spin", "sha256", "selectolax")
MOST_AT_ONCE_MS = 200
WORST = 10
MOST_FOREIGN = 0.05
"""Share of the machine that host and other programs may take from a cell that is scored."""
CLEAR = 1.1
"""Ratio from which on one strategy is taken for faster than another where there is no interval."""
NEAR_BOUND = 0.9
"""Share of what waiting alone allows, below which jobs wait for one another."""
PART = re.compile(r"(?<=^<!--make accuracy-->\n)(.*?)(?=^<!--end-->$)", re.MULTILINE | re.DOTALL)
CLIENTS = ("{blocking: http.client, asyncio: aiohttp}", "{blocking: http.client, asyncio: aiohttp}", "httpx2")


def points(count: int, seed: int) -> list[str]:
    """Draw different points, as cases of a scenario."""
    draw = random.Random(seed)  # noqa: S311 - to be drawn again, not to be kept secret
    drawn: dict[str, None] = {}
    while len(drawn) < count:
        parser, cost_ms = draw.choice(PARSERS), draw.choice(COSTS_MS)
        cost = "" if parser == "selectolax" else f", job.parse_cost: {cost_ms}ms"
        # More would take half a minute a cell, in which a machine changes.
        in_flight = draw.choice([n for n in IN_FLIGHT if n * cost_ms <= MOST_AT_ONCE_MS])
        point = (
            f"server.latency: {draw.choice(LATENCIES_MS)}ms, job.parser: {parser}{cost},"
            f" in_flight: {in_flight}, job.client: {draw.choice(CLIENTS)}"
        )
        drawn[point] = None
    return [f"  p{number}: {{{point}}}" for number, point in enumerate(drawn)]


def scenario_text(count: int, rounds: int, seed: int, *, quick: bool) -> str:
    """Return the scenario."""
    job = "{parser: spin, pages: 20}" if quick else "{parser: spin}"
    return "\n".join(
        (
            "name: accuracy",
            f"seed: {seed}",
            "server: {content: {kind: catalogue, count: 100, items: 8}}",
            f"strategies: [{', '.join(STRATEGIES[:2] if quick else STRATEGIES)}]",
            f"rounds: {rounds}",
            f"job: {job}",
            LENIENT if quick else "",
            "cases:",
            *points(count, seed),
        )
    )


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
        if base is None or not (is_quiet(cell) and is_quiet(base)):
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
    kept = share(sum(inside) / len(inside)) if inside else ""
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
        for name in STRATEGIES
        if (mine := [one for one in found if one.cell.strategy == name])
    ]
    return of_all + by_strategy


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


def part(documents: Sequence[ResultDocument]) -> str:
    """Return what stands in the document."""
    found = [one for document in documents for one in scored(document)]
    pairs = [agreeing(document) for document in documents]
    same, decided = sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)
    machine = documents[0].environment.get("machine") or {}
    seeds = listed([str(document.scenario.get("seed")) for document in documents])
    lines = [
        (
            f"Measured on {platform.system()} {platform.machine()}, {machine.get('usable_cores')} cores, Python"
            f" {platform.python_version()}, seed {seeds}:"
        ),
        "",
        table(HEADINGS, rows(found)),
        f"Of {decided} pairs of strategies of which one was surely faster, {same} were predicted that way round.",
    ]
    return "\n" + "\n".join(lines) + "\n\n"


def report(documents: Sequence[ResultDocument]) -> bool:
    """Print all tables; returns whether there was anything to score."""
    found = [one for document in documents for one in scored(document)]
    if not found:
        print("no cell was measured while the machine was left alone, and predicted")
        return False
    print(part(documents))
    print("the worst, predicted over measured:")
    for one in sorted(found, key=lambda one: abs(log(one.throughput)), reverse=True)[:WORST]:
        seen = one.cell.throughput_per_s
        rate = "?" if seen is None else f"{seen.median:.1f}/s"
        print(f"  {one.throughput:5.2f} × {rate:>10} {json.dumps(dict(one.cell.factors))}")
    print("errors:")
    for low in range(-30, 30, 5):
        count = sum(low <= 100 * (one.throughput - 1) < low + 5 for one in found)
        print(f"  {low:+4}% to {low + 5:+4}% {count:4} {'#' * count}")
    return True


def measured_so_far(planned: Design) -> ResultDocument:
    """Run a design, to its end or until Ctrl-C, and return what it gave."""
    experiment = Experiment(planned, handlers=[Line()])
    with suppress(KeyboardInterrupt):
        experiment.run()
    return experiment.document()


def main() -> int:
    """Measure and print; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="seconds instead of minutes; decides nothing")
    parser.add_argument("--points", type=int, default=POINTS, help=f"points; default {POINTS}")
    parser.add_argument("--seed", type=int, default=SEED, help=f"which points; default {SEED}")
    parser.add_argument("--rounds", type=int, default=1, help="rounds; default 1")
    parser.add_argument("--store", type=Path, help="also write the result document here")
    parser.add_argument(
        "--from", dest="stored", type=Path, nargs="+", help="predict anew what such documents measured"
    )
    parser.add_argument("--write", type=Path, help="write the table into this document")
    asked = parser.parse_args()
    if asked.quick:
        print(QUICK)
    if asked.stored is not None:
        documents = [predicted(from_json(file.read_text(encoding="utf-8"))) for file in asked.stored]
    else:
        text = scenario_text(2 if asked.quick else asked.points, asked.rounds, asked.seed, quick=asked.quick)
        document = measured_so_far(replace(design(scenario_of(text, "accuracy")), needs=True))
        if asked.store is not None:
            asked.store.write_text(to_json(document), encoding="utf-8")
        documents = [document]
    told = report(documents)
    if told and asked.write is not None:
        written = PART.sub(lambda _: part(documents), asked.write.read_text("utf-8"))
        asked.write.write_text(written, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
