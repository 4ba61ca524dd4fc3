"""A two-way layout: scores of things that were tried in rounds, not all in each. Scores are logarithms."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import exp

from simulator.stats.intervals import FEWEST_FOR_INTERVAL, Interval, paired_ratio

Key = tuple[str, int]
"""(what was tried, round)."""

SWEEPS = 30


def effects(scored: Mapping[Key, float], weights: Mapping[Key, float]) -> dict[str, float]:
    """Return each cell's mean score with the machine's drift taken out.

    Least squares of score = cell + round, by turns (a two-way layout without interaction; Searle, Linear Models,
    1971, chapter 7). A round in which the machine was slow lowers all its cells alike, so cells that were never run
    in the same round can be compared through those that were.
    """
    cells: dict[str, list[Key]] = defaultdict(list)
    rounds: dict[int, list[Key]] = defaultdict(list)
    for key in scored:
        cells[key[0]].append(key)
        rounds[key[1]].append(key)
    cell_effect = {
        cell: _mean([(scored[k], weights.get(k, 1.0)) for k in keys]) for cell, keys in cells.items()
    }
    for _ in range(SWEEPS):
        round_effect = {
            round_: _mean([(scored[k] - cell_effect[k[0]], weights.get(k, 1.0)) for k in keys])
            for round_, keys in rounds.items()
        }
        cell_effect = {
            cell: _mean([(scored[k] - round_effect[k[1]], weights.get(k, 1.0)) for k in keys])
            for cell, keys in cells.items()
        }
    return cell_effect


def _mean(weighted: Sequence[tuple[float, float]]) -> float:
    total = sum(weight for _, weight in weighted)
    return sum(value * weight for value, weight in weighted) / total


def ratios(scored: Mapping[Key, float], a: str, b: str) -> list[float]:
    """Return how many times better a was than b, of each round in which both were run, rounds in order."""
    mine = {round_: score for (cell, round_), score in scored.items() if cell == a}
    theirs = {round_: score for (cell, round_), score in scored.items() if cell == b}
    return [exp(mine[r] - theirs[r]) for r in sorted(mine.keys() & theirs.keys())]


def contrast(scored: Mapping[Key, float], a: str, b: str) -> Interval | None:
    """Return how many times better a is than b, by the rounds that both ran; honest though it decides when to stop."""
    values = ratios(scored, a, b)
    return paired_ratio(values, [1.0] * len(values), FEWEST_FOR_INTERVAL)
