"""What a search looks for, as one number per repetition: the logarithm of how good it is, so that more is better."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from statistics import fmean
from typing import Literal, get_args

from simulator.result.repetition import Measures, Repetition
from simulator.stats.layout import Key

GoalName = Literal["throughput", "p99", "memory", "cpu"]
NAMES: tuple[str, ...] = get_args(GoalName)

KEEP = 0.9
"""Of the best throughput: what a choice for another goal may not fall below. Else one job at a time always wins."""
PENALTY = 10.0
"""By how much more than the goal itself a loss of throughput below KEEP counts."""
DISTURBED_WEIGHT = 0.25
"""Of a repetition that something disturbed, beside one that nothing did."""


@dataclass(frozen=True)
class Goal:
    """What is to be as good as possible."""

    name: GoalName
    words: str
    unit: str
    pick: Callable[[Measures], float | None]
    more_is_better: bool
    least_pages: int = 1
    """Fewest jobs of a repetition that give the measure at all."""


def _p99(measures: Measures) -> float | None:
    return measures.response_time_s.p99


GOALS: Mapping[str, Goal] = {
    "throughput": Goal(
        "throughput", "throughput", "pages/s", lambda m: m.throughput_per_s, more_is_better=True
    ),
    # A percentile needs 10 samples beyond it: 1,000 jobs for the 99th.
    "p99": Goal(
        "p99", "99th percentile of the response time", "s", _p99, more_is_better=False, least_pages=1010
    ),
    "memory": Goal("memory", "memory", "bytes", lambda m: m.memory_bytes, more_is_better=False),
    "cpu": Goal("cpu", "CPU per page", "s", lambda m: m.cpu_per_page_s, more_is_better=False),
}


def scores(goal: Goal, done: Sequence[Repetition]) -> dict[Key, float]:
    """Return (cell id, round) -> score of the valid repetitions that have the measure.

    For a goal other than throughput the score falls steeply where the repetition's throughput is below KEEP of the
    best cell's, so that what is best is also fast enough.
    """
    valid = [
        r for r in done if r.status == "ok" and r.measures is not None and r.measures.throughput_per_s > 0
    ]
    rates: dict[str, list[float]] = defaultdict(list)
    for r in valid:
        if r.measures is not None:
            rates[r.cell_id].append(log(r.measures.throughput_per_s))
    floor = max((fmean(logs) for logs in rates.values()), default=0.0) + log(KEEP)
    found: dict[Key, float] = {}
    for r in valid:
        value = None if r.measures is None else goal.pick(r.measures)
        if r.measures is None or value is None or value <= 0:
            continue
        score = log(value) if goal.more_is_better else -log(value)
        if goal.name != "throughput":
            score -= PENALTY * max(0.0, floor - log(r.measures.throughput_per_s))
        found[r.cell_id, r.round] = score
    return found
