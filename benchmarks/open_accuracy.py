"""Cells whose jobs come by themselves, near what a strategy can do: points, and how far off their prediction is.

A part of benchmarks.accuracy. Nothing is related to the baseline, whose throughput says nothing of a worker's speed
where jobs come by themselves: the prediction has that speed from its CPU.
"""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.experiments import LENIENT
from simulator.result.document import CellResult

OPEN_POINTS = 6
STRATEGIES = ("threads", "asyncio", "processes", "asyncio_to_processes")
LATENCIES_MS = (2, 10, 20)
COSTS_MS = (5, 10, 20)
SHARES = (0.7, 0.8, 0.9)
"""Of what so many cores can do, the jobs that come."""
BESIDE_MS = 0.7
"""CPU of a job beside its parse, about: client and server."""
JOBS = 1_200
"""In a repetition: they carry a p99."""
PERCENTILES = ("p50", "p95", "p99")


def open_text(count: int, rounds: int, seed: int, cores: int, *, quick: bool) -> str:
    """Return the scenario: at every other point jobs come as fast as one core bears, else as all do."""
    draw = random.Random(seed)  # noqa: S311 - to be drawn again, not to be kept secret
    points = []
    for number in range(count):
        cost_ms, latency_ms = draw.choice(COSTS_MS), draw.choice(LATENCIES_MS)
        rate = round(draw.choice(SHARES) * (cores if number % 2 else 1) / (cost_ms + BESIDE_MS) * 1e3)
        lasts_s = 0.5 if quick else JOBS / rate
        points.append(
            f"  p{number}: {{server.latency: {latency_ms}ms, job.parse_cost: {cost_ms}ms, arrivals.rate: {rate}/s,"
            f" job.duration: {lasts_s:.1f}s}}"
        )
    return "\n".join(
        (
            "name: accuracy_open",
            f"seed: {seed}",
            "server: {content: {kind: catalogue, count: 100, items: 8}}",
            f"strategies: [{', '.join(STRATEGIES[:1] if quick else STRATEGIES)}]",
            f"rounds: {rounds}",
            "in_flight: 16",
            "job: {parser: spin, duration: 1s, warmup: 4, client: {blocking: http.client, asyncio: aiohttp}}",
            "arrivals: {rate: 50/s, process: poisson}",
            LENIENT if quick else "",
            "cases:",
            *points,
        )
    )


@dataclass(frozen=True)
class ScoredOpen:
    """One cell: response times that were predicted over those that were measured."""

    cell: CellResult
    ratios: dict[str, float]
    """By percentile; none where it does not keep up, measured or predicted: then they only grow."""
    inside: dict[str, bool]
    """Whether the measured one lies in the band."""
    told: bool | None
    """Whether it was told rightly if it keeps up; null: its band, or what was measured, leaves that open."""


def scored_open(cells: Sequence[CellResult]) -> list[ScoredOpen]:
    """Return every cell with open arrivals that was predicted as a whole, but the baselines."""
    found = []
    for cell in cells:
        guess, seen = cell.predicted, cell.response_time_s
        if cell.status != "ok" or cell.baseline_id is None or cell.arrivals is None or seen is None:
            continue
        if guess is None or guess.arrivals is None or not guess.whole:
            continue
        up, foreseen = cell.arrivals.keeps_up, guess.arrivals
        ratios, inside = {}, {}
        for name in PERCENTILES if up and foreseen.keeps_up else ():
            band, measured_s = guess.percentile_s(name), getattr(seen, name)
            if band is not None and measured_s:
                ratios[name] = band.median / measured_s
                inside[name] = band.low <= measured_s <= band.high
        decided = foreseen.surely and None not in (up, foreseen.keeps_up)
        found.append(ScoredOpen(cell, ratios, inside, up == foreseen.keeps_up if decided else None))
    return found


def told_of(found: Sequence[ScoredOpen]) -> str:
    """Say in how many cells it was told rightly whether they keep up."""
    told = Counter(each.told for each in found)
    return (
        f"Of {told[True] + told[False]} cells whose jobs come by themselves and whose band decides whether they keep"
        f" up, {told[True]} do as it says; undecided: {told[None]}."
    )


def worst_open(found: Sequence[ScoredOpen]) -> list[str]:
    """Return a line for each cell: percentiles, predicted over measured."""
    return [
        f"  {each.cell.id:<40} "
        + " ".join(f"{name} {ratio:5.2f}" for name, ratio in each.ratios.items())
        + ("" if each.ratios else "does not keep up")
        for each in found
    ]
