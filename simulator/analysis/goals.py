"""What a search looks for, as one number per repetition: the logarithm of how good it is, so that more is better."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import log
from statistics import fmean

from simulator.measures.measure import Measure
from simulator.measures.work import THROUGHPUT
from simulator.result.repetition import Repetition
from simulator.stats.contrasts import Contrast, Terms, contrast
from simulator.stats.layout import Key

KEEP = 0.9
"""Of the best throughput: what a choice for another goal may not fall below. Else one job at a time always wins."""
PENALTY = 10.0
"""By how much more than the goal itself a loss of throughput below KEEP counts."""
DISTURBED_WEIGHT = 0.25
"""Of a repetition that something disturbed, beside one that nothing did."""

EQUAL = 0.05
"""Cells that differ by less, for sure, are as good as each other."""
LOOKS = 6
"""How often a race asks whether two cells are told apart, each time after another round."""


def scores(goal: Measure, done: Sequence[Repetition]) -> dict[Key, float]:
    """Return (cell id, round) -> score of the valid repetitions that have the measure.

    For a goal other than throughput the score falls steeply where the repetition's throughput is below KEEP of the
    best cell's, so that what is best is also fast enough.

    Args:
        goal: what is to be as good as possible; one that ranks.
        done: all repetitions so far.
    """
    valid = [
        r for r in done if r.status == "ok" and r.measures is not None and r.measures.throughput_per_s > 0
    ]
    rates: dict[str, list[float]] = defaultdict(list)
    for r in valid:
        if r.measures is not None:
            rates[r.cell_id].append(log(r.measures.throughput_per_s))
    fast_enough = max((fmean(logs) for logs in rates.values()), default=0.0) + log(KEEP)
    found: dict[Key, float] = {}
    for r in valid:
        value = goal.of_repetition(r.measures)
        if value is not None and goal.floor is not None:
            value = max(value, goal.floor)
        if r.measures is None or value is None or value <= 0:
            continue
        score = log(value) if goal.better == "more" else -log(value)
        if goal is not THROUGHPUT:
            score -= PENALTY * max(0.0, fast_enough - log(r.measures.throughput_per_s))
        found[r.cell_id, r.round] = score
    return found


def lead(scored: Mapping[Key, float], weights: Mapping[Key, float], leader: str, other: str) -> Contrast:
    """Return how many times better one cell is than another, honest though it decides when the race ends.

    Args:
        scored: by cell and round.
        weights: how much each counts.
        leader: the one.
        other: the other.
    """
    mine = {key: score for key, score in scored.items() if key[0] in (leader, other)}
    return contrast(mine, leader, other, Terms(EQUAL, weights=weights, looks=LOOKS))
