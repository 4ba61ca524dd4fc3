"""More parse costs between those that a scenario lists: what a refined crossover may choose among."""

from collections.abc import Mapping
from itertools import pairwise
from math import log10
from typing import Any

from mockserver.units import format_duration, parse_duration
from simulator.measures.factors import PARSE_COST
from simulator.scenario.load import from_document
from simulator.scenario.model import Scenario

BETWEEN = 3
"""New costs between two that are listed, in equal steps of their logarithm."""
DIGITS = 2


def refined(scenario: Scenario) -> Scenario:
    """Return the scenario with more levels of the parse cost; as it is where it does not refine."""
    document = scenario.document()
    if not scenario.refine:
        return scenario
    levels = document["vary"][PARSE_COST]
    more = sorted({*map(parse_duration, levels), *_between([parse_duration(level) for level in levels])})
    written = {parse_duration(level): level for level in levels}
    document["vary"] = {
        **document["vary"],
        PARSE_COST: [written.get(cost_ns, format_duration(cost_ns)) for cost_ns in more],
    }
    return from_document(document, scenario.name, scenario.source_dir)


def is_new(factors: Mapping[str, Any], scenario: Mapping[str, Any]) -> bool:
    """Whether a cell has a parse cost that its scenario, as written, does not list, and so may stay unmeasured.

    Args:
        factors: of the cell.
        scenario: as written, for example that of a stored run.
    """
    listed = (scenario.get("vary") or {}).get(PARSE_COST) or ()
    return bool(scenario.get("refine")) and factors.get(PARSE_COST) not in listed


def _between(costs_ns: list[int]) -> list[int]:
    found = []
    for low, high in pairwise(sorted({cost for cost in costs_ns if cost > 0})):
        for step in range(1, BETWEEN + 1):
            cost = low * (high / low) ** (step / (BETWEEN + 1))
            unit = 10 ** max(0, int(log10(cost)) + 1 - DIGITS)
            found.append(round(cost / unit) * unit)
    return [cost for cost in found if cost not in costs_ns]
