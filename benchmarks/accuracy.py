"""How far predictions are off: cells that no part of the model was fitted to, measured and compared.

    python -m benchmarks.accuracy [--quick] [--rounds N] [--store FILE] [--from FILE]

The points are drawn by a seed over latency, parse cost, how much of it holds the GIL, jobs in flight and client; at
each all strategies run side by side with the baseline. What is compared are ratios to that baseline, one worker,
measured and predicted, so that a machine that was faster while it was calibrated is no error of the model.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import log
from pathlib import Path
from statistics import median

from benchmarks.experiments import LENIENT, QUICK, measured, scenario_of
from simulator.analysis.predicting import predicted
from simulator.experiment.design import design
from simulator.result.document import CellResult, ResultDocument, from_json, to_json
from simulator.stats.percentiles import Percentiles

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
IN_FLIGHT = (1, 2, 4, 8, 16, 32, 64)
PARSERS = ("spin", "spin", "sha256", "selectolax")
MOST_AT_ONCE_MS = 200
CLIENTS = ("{blocking: http.client, asyncio: aiohttp}", "{blocking: http.client, asyncio: aiohttp}", "httpx2")


def points(count: int, seed: int) -> Iterator[str]:
    """Draw the points, as cases of a scenario."""
    draw = random.Random(seed)  # noqa: S311 - to be drawn again, not to be kept secret
    for number in range(count):
        parser, cost_ms = draw.choice(PARSERS), draw.choice(COSTS_MS)
        cost = "" if parser == "selectolax" else f", job.parse_cost: {cost_ms}ms"
        # More would take half a minute a cell, in which a machine changes.
        in_flight = draw.choice([n for n in IN_FLIGHT if n * cost_ms <= MOST_AT_ONCE_MS])
        yield (
            f"  p{number}: {{server.latency: {draw.choice(LATENCIES_MS)}ms, job.parser: {parser}{cost},"
            f" in_flight: {in_flight}, job.client: {draw.choice(CLIENTS)}}}"
        )


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
    """Return every valid cell that was predicted, but the baselines, which are what is scored against."""
    by_id = {cell.id: cell for cell in document.cells}
    found = []
    for cell in document.cells:
        base = by_id.get(cell.baseline_id or "")
        if base is None or None in (
            cell.predicted,
            base.predicted,
            cell.throughput_per_s,
            base.throughput_per_s,
        ):
            continue
        guess, base_guess = cell.predicted, base.predicted
        speed = base.throughput_per_s.median / base_guess.throughput_per_s.median
        ratio = guess.throughput_per_s.median * speed / cell.throughput_per_s.median
        band = guess.throughput_per_s
        seen = cell.throughput_per_s.median / speed
        found.append(
            Scored(
                cell,
                ratio,
                _ratio(guess.response_mean_s, _mean_s(cell), speed),
                _ratio(guess.response_p95_s, p95_s(cell.response_time_s), speed),
                band.low <= seen <= band.high,
            )
        )
    return found


def _mean_s(cell: CellResult) -> float | None:
    """Return the mean response time, by Little's law."""
    if cell.in_flight_mean is None or cell.throughput_per_s is None:
        return None
    return cell.in_flight_mean / cell.throughput_per_s.median


def p95_s(found: Percentiles | None) -> float | None:
    """Return the percentile; null where there are too few samples."""
    return None if found is None else found.p95


def _ratio(guess: object, seen: float | None, speed: float) -> float | None:
    middle = getattr(guess, "median", None)
    return None if middle is None or not seen else middle / speed / seen


def told(what: str, ratios: Sequence[float]) -> str:
    """Return median and p90 of the errors, and the bias."""
    errors = sorted(abs(ratio - 1) for ratio in ratios)
    bias = median(ratios) - 1
    p90 = errors[int(0.9 * (len(errors) - 1))]
    return f"{what:28} {len(errors):4} cells  median {median(errors):6.1%}  p90 {p90:6.1%}  bias {bias:+6.1%}"


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
        "--from", dest="stored", type=Path, help="predict what such a document measured, anew"
    )
    asked = parser.parse_args()
    if asked.quick:
        print(QUICK)
    if asked.stored is not None:
        document = predicted(from_json(asked.stored.read_text(encoding="utf-8")))
    else:
        text = scenario_text(2 if asked.quick else asked.points, asked.rounds, asked.seed, quick=asked.quick)
        document = predicted(measured(replace(design(scenario_of(text, "accuracy")), needs=True)))
        if asked.store is not None:
            asked.store.write_text(to_json(document), encoding="utf-8")
    report(scored(document))
    return 0


def report(found: Sequence[Scored]) -> None:
    """Print all tables."""
    if not found:
        print("no cell was both measured and predicted")
        return
    print(told("throughput", [one.throughput for one in found]))
    for name, values in (
        ("mean response time", [one.response for one in found if one.response is not None]),
        ("p95 of response time", [one.p95 for one in found if one.p95 is not None]),
    ):
        if values:
            print(told(name, values))
    inside = sum(one.inside for one in found)
    print(f"inside the band: {inside} of {len(found)}, {inside / len(found):.0%} (90 % are promised)")
    for strategy in STRATEGIES:
        ratios = [one.throughput for one in found if one.cell.strategy == strategy]
        if ratios:
            print(told(f"  {strategy}", ratios))
    worst = sorted(found, key=lambda one: abs(log(one.throughput)), reverse=True)[:10]
    print("the worst:")
    for one in worst:
        seen = one.cell.throughput_per_s
        rate = "?" if seen is None else f"{seen.median:.1f}/s"
        print(f"  {one.throughput:5.2f} × {rate:>10} {json.dumps(dict(one.cell.factors))}")


if __name__ == "__main__":
    sys.exit(main())
