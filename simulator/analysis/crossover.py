"""From which parse cost on strategies with processes beat those without by more than the margin.

For two strategies, all other levels being the same, the logarithm of the ratio of their throughputs is a function of
the measured parse CPU. Its shape is known from what single jobs need (`stats.kink`), and is fitted to the rounds; where
it does not fit, or what a job needs is not known, the crossover lies between two of the costs that were measured: the
highest at which the ratio is surely below 1 + margin, and the lowest from which on it is surely above.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from simulator.analysis.bounding import alone_s, cores_for, cores_of
from simulator.analysis.combinations import Key, contrasted, key_of, others
from simulator.analysis.ranking import scores
from simulator.measures.factors import PARSE_COST, STRATEGY
from simulator.measures.work import THROUGHPUT
from simulator.result.document import AtCost, CellResult, Crossover, ResultDocument
from simulator.scenario.shards import opposed
from simulator.stats.intervals import FEWEST_FOR_INTERVAL
from simulator.stats.kink import Rates, Stages, fit, stages

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
    logs: tuple[float, ...]
    """Of the ratio of their throughputs, one a round in which both are valid."""


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


def crossovers(document: ResultDocument) -> tuple[Crossover, ...]:
    """Return the crossover of every pair of `pairs`, in their order; none where not strategies are contrasted."""
    if contrasted(document) != STRATEGY:
        return ()
    return tuple(locate(pair, document) for pair in pairs(document))


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
    candidates = opposed(document.scenario)
    found = (
        _pair(faster, slower, scopes[key], by_name)
        for key, by_name in groups.items()
        for faster, slower in candidates
        if faster in by_name and slower in by_name
    )
    return tuple(pair for pair in found if pair is not None)


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
        logs = _logs(a, b)
        if len(costs) == 2 and logs:  # noqa: PLR2004 - one of each
            stages.append(Stage(level, sum(costs) / 2, a, b, logs))
        else:
            left_out.append(level)
    return Pair(faster, slower, scope, tuple(sorted(stages, key=lambda stage: stage.cost_s)), tuple(left_out))


def locate(pair: Pair, document: ResultDocument) -> Crossover:
    """Return where the first strategy of a pair begins to beat the second by more than the margin.

    With fewer than three rounds at a cost nothing is decided.

    Args:
        pair: of `pairs`.
        document: that it is of.
    """
    found = Crossover(pair.faster, pair.slower, pair.scope, "undecided", None, None, None)
    known = [stage for stage in pair.stages if len(stage.logs) >= FEWEST_FOR_INTERVAL]
    measured = stages(
        [stage.cost_s for stage in known], [stage.logs for stage in known], document.scatter_rounds
    )
    if measured is None:
        return found
    points = tuple(map(AtCost, measured.costs_s, measured.ratios))
    found = replace(found, points=points)
    below, above = measured.sides(1 + document.margin)
    if all(above):
        return replace(found, kind="always")
    if all(below):
        return replace(found, kind="never")
    rates = _rates(known, document)
    fitted = fit(rates, measured, document.margin) if rates is not None else None
    if fitted is not None and not (fitted.low_s is None and fitted.high_s is None):
        return replace(
            found,
            kind="crossing",
            cost_s=fitted.cost_s,
            low_s=fitted.low_s,
            high_s=fitted.high_s,
            found_by="fit",
            curve=fitted.curve,
        )
    low_s, high_s = _between(measured, below, above)
    if low_s is None and high_s is None:
        return found
    return replace(found, kind="crossing", low_s=low_s, high_s=high_s)


def _between(
    measured: Stages, below: Sequence[bool], above: Sequence[bool]
) -> tuple[float | None, float | None]:
    """Return the highest cost that is surely below, all before it not being above, and the lowest that is surely above.

    Null at an end where there is none.
    """
    costs = measured.costs_s
    high = next((i for i in range(len(costs)) if above[i] and not any(below[i:])), None)
    low = max((i for i in range(len(costs)) if below[i] and not any(above[: i + 1])), default=None)
    return None if low is None else costs[low], None if high is None else costs[high]


def _rates(known: Sequence[Stage], document: ResultDocument) -> Rates | None:
    """Return the scales of the shape; null where something that they take was not measured.

    No bounds: how much of them a job really needs, and gets, is fitted.
    """
    by_id = {cell.id: cell for cell in document.cells}
    cores = cores_of(document)
    waiting, single, several = [], [], []
    for stage in known:
        alone = alone_s(by_id.get(stage.faster.baseline_id or ""))
        cpu = [cell.cpu_per_page_s for cell in (stage.slower, stage.faster)]
        if alone is None or cores is None or not cpu[0] or not cpu[1]:
            return None
        waiting.append(stage.faster.in_flight / alone)
        single.append(1 / cpu[0])
        several.append(cores_for(stage.faster, cores) / cpu[1])
    return Rates(tuple(stage.cost_s for stage in known), tuple(waiting), tuple(single), tuple(several))


def _logs(faster: CellResult, slower: CellResult) -> tuple[float, ...]:
    one, other = (
        {round_: score for (_, round_), score in scores([cell], THROUGHPUT).items()}
        for cell in (faster, slower)
    )
    return tuple(one[r] - other[r] for r in sorted(one.keys() & other.keys()))
