"""What is wrong with the conditions of `expect`, for the cells that the rest of the document makes."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from simulator.expectations.checking import Known, check
from simulator.expectations.parsing import parse
from simulator.expectations.syntax import ExpectationError
from simulator.measures.factors import BASELINE, CASE, IN_FLIGHT, STRATEGY
from simulator.scenario.combinations import MAX_CELLS, Factors, Point, label, strategy_names
from simulator.scenario.document import Keys
from simulator.scenario.explain import Mistake
from simulator.scenario.model import Scenario

_MAKE_CELLS = ("strategies", "cases", "vary", "in_flight", "runtimes")
"""What the names and levels in a condition refer to."""


def expect_mistakes(document: Mapping[str, Any], others: Iterable[Mistake]) -> Iterator[Mistake]:
    """Find what is wrong with each condition.

    Args:
        document: The whole document.
        others: What is wrong with the rest of it. Where that leaves the cells in doubt, names of strategies and
            levels are not checked: they would only repeat it.
    """
    entries = document.get("expect")
    if not isinstance(entries, list) or not entries:
        return
    doubtful = any(mistake.keys[:1] == (key,) for mistake in others for key in _MAKE_CELLS)
    known = None if doubtful else _known(document)
    for index, entry in enumerate(entries):
        keys: Keys = ("expect", index) if isinstance(entry, str) else ("expect", index, "that")
        that = entry.get("that") if isinstance(entry, dict) else entry
        if not isinstance(that, str) or not that:
            continue  # the model says so
        try:
            faults = check(parse(that), known)
        except ExpectationError as error:
            yield Mistake(keys, str(error))
            continue
        yield from (Mistake(keys, str(fault)) for fault in faults)


def _known(document: Mapping[str, Any]) -> Known | None:
    factors = Factors(document, strategy_names(document))
    if factors.count() > MAX_CELLS:
        return None
    return Known(tuple(_factors(document, point) for point in factors.points()))


def _factors(document: Mapping[str, Any], point: Point) -> dict[str, Any]:
    """Return the factors of a point's cell, as `cells` gives them to it."""
    levels: dict[str, Any] = {} if point.case is None else {CASE: point.case}
    levels |= {path: label(level) for path, level in point.levels}
    set_there = {entry.path: entry.value for entry in point.entries}
    in_flight = document.get("in_flight", Scenario.model_fields["in_flight"].default)
    at_once = 1 if point.strategy == BASELINE else set_there.get(IN_FLIGHT, in_flight)
    return levels | {STRATEGY: point.strategy, IN_FLIGHT: at_once}
