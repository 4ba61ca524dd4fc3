"""What is wrong with a condition for a given set of cells: names that do not exist, and dimensions that do not fit."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.expectations.matching import combinations, is_level, of_strategy, shown
from simulator.expectations.syntax import Condition, Level, Measured, Quantity, Strategy, Term, metrics_of
from simulator.measures.dimension import PLAIN, Dimension, with_units
from simulator.measures.factors import BASELINE, IN_FLIGHT, PARSE_COST, STRATEGY
from simulator.measures.registry import CROSSOVER, NAMES, dimension_of
from simulator.measures.work import SPEEDUP
from simulator.text.nearest import nearest


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a condition. `column` counts from 1."""

    column: int
    message: str

    def __str__(self) -> str:
        return f"column {self.column}: {self.message}"


@dataclass(frozen=True)
class Known:
    """The cells that there are."""

    cells: tuple[Mapping[str, Any], ...]
    """Dotted path → level of each."""

    @property
    def strategies(self) -> tuple[str, ...]:
        """Names, in the order of the cells."""
        return tuple(dict.fromkeys(str(cell[STRATEGY]) for cell in self.cells))

    def levels(self, path: str, strategy: str | None = None) -> tuple[str, ...]:
        """Return the levels of a factor, of all cells or of one strategy's."""
        found = (
            shown(cell[path]) for cell in self.cells if path in cell and strategy in (None, cell[STRATEGY])
        )
        return tuple(dict.fromkeys(found))

    @property
    def factors(self) -> tuple[str, ...]:
        """Paths of all cells' factors."""
        return tuple(dict.fromkeys(path for cell in self.cells for path in cell if path != STRATEGY))


def check(condition: Condition, known: Known | None) -> tuple[Fault, ...]:
    """Return what is wrong, from left to right.

    Args:
        condition: As parsed.
        known: The cells of the scenario; None checks only what does not depend on them.
    """
    faults: list[Fault] = []
    left, right = _dimension(condition.left, faults), _dimension(condition.right, faults)
    if left is not None and right is not None and left != right:
        faults.append(_unlike(condition.left, condition.right, left, right, condition.column, "compares"))
    metrics = metrics_of(condition)
    if not metrics:
        faults.append(Fault(1, "names no metric, as throughput(threads) is one; there is nothing to measure"))
    for metric in metrics:
        faults.extend(_measured(metric, known))
    if not faults and known is not None and not combinations(known.cells, metrics):
        faults.append(Fault(1, "no combination of levels has all of these cells; name other levels"))
    return tuple(sorted(faults, key=lambda fault: fault.column))


def dimension(condition: Condition) -> Dimension:
    """Return the dimension of both sides of a condition without faults."""
    return _dimension(condition.left, []) or PLAIN


def _dimension(term: Term, faults: list[Fault]) -> Dimension | None:
    """Return a term's dimension; null where a name in it is unknown or it is wrong in itself."""
    if isinstance(term, Quantity):
        return term.dimension
    if isinstance(term, Measured):
        return dimension_of(term.metric)
    left, right = _dimension(term.left, faults), _dimension(term.right, faults)
    if left is None or right is None:
        return None
    if term.sign in "*/":
        return left.times(right) if term.sign == "*" else left.over(right)
    if left != right:
        verb = "adds" if term.sign == "+" else "subtracts"
        faults.append(_unlike(term.left, term.right, left, right, term.column, verb))
        return None
    return left


def _unlike(
    left: Term, right: Term, left_is: Dimension, right_is: Dimension, column: int, verb: str
) -> Fault:
    for bare, other, wanted in ((right, left, left_is), (left, right, right_is)):
        if isinstance(bare, Quantity) and bare.dimension == PLAIN:
            units = with_units(bare.text, wanted)
            if units is not None:
                return Fault(bare.column, f"{bare} has no unit, and {other} is {wanted}; write {units}")
    if verb == "adds":
        return Fault(column, f"adds {left_is} ({left}) and {right_is} ({right})")
    if verb == "subtracts":
        return Fault(column, f"subtracts {right_is} ({right}) from {left_is} ({left})")
    return Fault(column, f"compares {left_is} ({left}) with {right_is} ({right})")


def _measured(metric: Measured, known: Known | None) -> Iterator[Fault]:
    if metric.metric not in NAMES:
        yield Fault(metric.column, _unknown("metric", metric.metric, NAMES))
        return
    wanted = 2 if metric.metric == CROSSOVER else 1
    given = len(metric.strategies)
    if given != wanted:
        example = "crossover(processes, threads)" if wanted > 1 else f"{metric.metric}(threads)"
        number = "two strategies" if wanted > 1 else "one strategy"
        yield Fault(
            metric.column, f"{metric.metric} is of {number}, found {given}; write for example {example}"
        )
        return
    yield from _needs_another(metric)
    paths = [level.path for level in metric.levels]
    for position, level in enumerate(metric.levels):
        if level.path in paths[:position]:
            yield Fault(level.column, f"{level.path} is given twice; remove one")
    if known is not None and len(set(paths)) == len(paths):
        yield from _names(metric, known)


def _needs_another(metric: Measured) -> Iterator[Fault]:
    first, *others = metric.strategies
    if metric.metric == SPEEDUP.name and first.name == BASELINE:
        yield Fault(first.column, f"a speed-up is over {BASELINE}; name another strategy")
    if metric.metric != CROSSOVER:
        return
    if any(other.name == first.name for other in others):
        yield Fault(others[0].column, "a crossover is between two different strategies")
    for strategy in metric.strategies:
        if strategy.name == BASELINE:
            yield Fault(strategy.column, f"{BASELINE} has no crossovers; name another strategy")
    for level in metric.levels:
        if level.path == PARSE_COST:
            yield Fault(level.column, f"a crossover runs along {PARSE_COST}; remove it")


def _names(metric: Measured, known: Known) -> Iterator[Fault]:
    unknown = [s for s in metric.strategies if s.name not in known.strategies]
    for strategy in unknown:
        yield Fault(strategy.column, _unknown("strategy", strategy.name, known.strategies))
    wrong = {level for level in metric.levels if level.path not in known.factors}
    for level in metric.levels:
        if level.path == STRATEGY:
            yield Fault(level.column, "the strategy is named alone, without strategy=")
        elif level in wrong:
            yield Fault(level.column, _unknown("factor", level.path, known.factors))
    if metric.metric == CROSSOVER and len(known.levels(PARSE_COST)) < 2:  # noqa: PLR2004 - a crossing lies between two
        yield Fault(metric.column, f"a crossover needs {PARSE_COST} in vary, with two levels at least")
    if unknown or wrong:
        return
    for strategy in metric.strategies:
        faults = [fault for level in metric.levels for fault in _level(strategy, level, known)]
        yield from faults
        if not faults and not of_strategy(known.cells, strategy.name, metric.levels):
            levels = ", ".join(map(str, metric.levels))
            yield Fault(strategy.column, f"no cell of {strategy} has all of {levels}")


def _level(strategy: Strategy, level: Level, known: Known) -> Iterator[Fault]:
    levels = known.levels(level.path, strategy.name)
    if not levels:
        yield Fault(level.column, f"{level.path} does not vary {strategy}; remove it")
    elif not any(is_level(each, level.level) for each in levels):
        if strategy.name == BASELINE and level.path == IN_FLIGHT:
            yield Fault(level.column, f"{BASELINE} always has one job in flight; remove {level}")
        else:
            message = _unknown(f"level of {level.path}", level.level, levels)
            yield Fault(level.level_column, message)


def _unknown(what: str, name: str, names: Iterable[str]) -> str:
    there: Sequence[str] = tuple(names)
    close = nearest(name, there)
    hint = f"did you mean {close}? Known here" if close else "known here"
    return f"unknown {what} {name}; {hint}: {', '.join(there)}"
