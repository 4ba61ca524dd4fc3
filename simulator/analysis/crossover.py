"""At which parse cost strategies with processes begin to beat those without.

For two strategies, all other levels being the same, the logarithm of the ratio of their throughputs is a function of
the measured parse CPU. It is known at the costs that were measured, each with its interval, and taken to be straight
between them. The crossover is where it last rises through zero. Its interval are the costs around it at which the
band of the intervals contains zero. Where the function is straight between the costs, a band drawn between two
independent 95 % intervals covers at least 95 %, so that the interval of the crossover does too.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any, Literal

from simulator.analysis.combinations import Key, key_of, others
from simulator.analysis.pairing import ratio, shared_rounds
from simulator.measures.factors import PARSE_COST
from simulator.result.document import CellResult, Crossover, ResultDocument
from simulator.scenario.shards import computing_in

FEWEST_COSTS = 2


@dataclass(frozen=True)
class Stage:
    """Both strategies at one parse cost."""

    level: str
    """The cost that the scenario asks for, as it is written."""
    cost_s: float
    """Parse CPU per page that was measured: mean of both cells."""
    faster: CellResult
    slower: CellResult


@dataclass(frozen=True)
class Pair:
    """Two strategies at several parse costs, all other levels being the same."""

    faster: str
    """The one with processes, which may win at higher costs."""
    slower: str
    scope: Mapping[str, Any]
    """The levels of all other factors."""
    stages: tuple[Stage, ...]
    """By rising cost."""
    left_out: tuple[str, ...]
    """Levels of the cost where one of the two has no number that counts."""


@dataclass(frozen=True)
class Band:
    """Logarithms of ratios with their intervals, between which all is straight, by rising cost."""

    costs: tuple[float, ...]
    middle: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


def crossovers(document: ResultDocument) -> tuple[Crossover, ...]:
    """Return the crossover of every pair of `pairs`, in their order."""
    return tuple(locate(pair, document.scatter_rounds) for pair in pairs(document))


def pairs(document: ResultDocument) -> tuple[Pair, ...]:
    """Return every pair of a strategy with processes and one without, for each combination of the other levels.

    Only where the parse cost varies. Cells with other jobs in flight than the one they would be compared with have no
    pair: there the cost would not be all that differs.
    """
    groups: dict[Key, dict[str, dict[str, CellResult]]] = {}
    scopes: dict[Key, Mapping[str, Any]] = {}
    for cell in document.cells:
        if cell.baseline_id is None or PARSE_COST not in cell.factors or cell.arrivals is not None:
            continue  # with open arrivals who keeps up does as much as comes, so that nobody wins by throughput
        key = key_of(cell.factors, PARSE_COST)
        scopes[key] = others(cell.factors, PARSE_COST)
        by_name = groups.setdefault(key, defaultdict(dict))
        by_name[cell.strategy][str(cell.factors[PARSE_COST])] = cell
    kinds = computing_in(document.scenario)
    found = []
    for key, by_name in groups.items():
        listed = [name for name in by_name if name in kinds]
        for faster in (name for name in listed if kinds[name] == "processes"):
            for slower in (name for name in listed if kinds[name] != "processes"):
                pair = _pair(faster, slower, scopes[key], by_name)
                if pair is not None:
                    found.append(pair)
    return tuple(found)


def _pair(
    faster: str, slower: str, scope: Mapping[str, Any], cells: Mapping[str, Mapping[str, CellResult]]
) -> Pair | None:
    levels = [level for level in cells[faster] if level in cells[slower]]
    alike = [x for x in levels if cells[faster][x].in_flight == cells[slower][x].in_flight]
    if len(alike) < FEWEST_COSTS:
        return None
    stages, left_out = [], []
    for level in alike:
        a, b = cells[faster][level], cells[slower][level]
        costs = [c.parse.cpu_s for c in (a, b) if c.status == "ok" and c.parse and c.parse.cpu_s is not None]
        if len(costs) == 2 and shared_rounds(a, b):  # noqa: PLR2004 - one of each
            stages.append(Stage(level, sum(costs) / 2, a, b))
        else:
            left_out.append(level)
    return Pair(faster, slower, scope, tuple(sorted(stages, key=lambda stage: stage.cost_s)), tuple(left_out))


def locate(pair: Pair, first: int | None) -> Crossover:
    """Return where the first strategy of a pair begins to beat the second.

    A ratio of fewer than three rounds has no interval. With fewer than two that have one nothing is decided, and the
    cost is where the medians cross.

    Args:
        pair: of `pairs`.
        first: the document's `scatter_rounds`.
    """
    ratios = [(stage.cost_s, ratio(stage.faster, stage.slower, first)) for stage in pair.stages]
    known = [(cost_s, found) for cost_s, found in ratios if found is not None]
    sure = [(cost_s, found) for cost_s, found in known if found.kind == "interval"]
    enough = len(sure) >= FEWEST_COSTS
    chosen = sure if enough else known
    band = Band(
        tuple(cost_s for cost_s, _ in chosen),
        tuple(log(found.median) for _, found in chosen),
        tuple(log(found.low) for _, found in chosen),
        tuple(log(found.high) for _, found in chosen),
    )
    kind, cost_s, low_s, high_s = _locate(band) if enough else ("undecided", _estimate(band), None, None)
    return Crossover(pair.faster, pair.slower, pair.scope, kind, cost_s, low_s, high_s)


Kind = Literal["crossing", "always", "never", "undecided"]
Found = tuple[Kind, float | None, float | None, float | None]


def _locate(band: Band) -> Found:
    above = [low > 0 for low in band.low]
    below = [high < 0 for high in band.high]
    if all(above):
        return "always", None, None, None
    if below[-1]:
        # At the highest cost the other one is faster: there is no cost from which on this one wins.
        return ("undecided" if any(above) else "never"), None, None, None
    rising = _rises(band)
    if rising:
        low_s, high_s = _before(band, rising[-1]), _after(band, rising[-1])
        kind: Kind = "undecided" if low_s is None and high_s is None else "crossing"
        return kind, _zero(band.costs, band.middle, rising[-1]), low_s, high_s
    if above[-1]:
        return "undecided", None, None, _zero(band.costs, band.low, _last(above, value=False))
    if any(above) or not any(below):
        return "undecided", None, None, None
    return "undecided", None, _zero(band.costs, band.high, _last(below, value=True)), None


def _estimate(band: Band) -> float | None:
    rising = _rises(band)
    return _zero(band.costs, band.middle, rising[-1]) if rising else None


def _rises(band: Band) -> list[int]:
    """Return the stretches, by the index of their first cost, on which the middle rises through zero."""
    ends = list(zip(band.middle, band.middle[1:], strict=False))
    return [i for i, (left, right) in enumerate(ends) if left < 0 <= right]


def _after(band: Band, stretch: int) -> float | None:
    """Return where, on this stretch or later, the band leaves zero; null where it never does."""
    for i in range(stretch, len(band.costs) - 1):
        for edge, gone in ((band.low, band.low[i + 1] > 0), (band.high, band.high[i + 1] < 0)):
            if gone:
                return _zero(band.costs, edge, i)
    return None


def _before(band: Band, stretch: int) -> float | None:
    """Return where, on this stretch or earlier, the band reaches zero; null where it never does."""
    for i in range(stretch, -1, -1):
        for edge, gone in ((band.high, band.high[i] < 0), (band.low, band.low[i] > 0)):
            if gone:
                return _zero(band.costs, edge, i)
    return None


def _last(flags: Sequence[bool], *, value: bool) -> int:
    return max(i for i, flag in enumerate(flags) if flag is value)


def _zero(costs: Sequence[float], values: Sequence[float], stretch: int) -> float:
    """Return the cost at which a straight line between two values of different signs is zero."""
    left, right = values[stretch], values[stretch + 1]
    start, end = costs[stretch], costs[stretch + 1]
    return start + (end - start) * left / (left - right)
