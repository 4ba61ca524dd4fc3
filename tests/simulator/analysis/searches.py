"""Searches with known rates."""

from collections.abc import Mapping
from typing import Any

from simulator.analysis.summary import summarise
from simulator.result.document import ResultDocument
from tests.simulator.analysis.builders import planned, repetition, run

Rates = Mapping[str, Mapping[int, float]]


def searched(
    rates: Rates, *, goal: str = "throughput", grid: int = 9, **each: Mapping[str, Any]
) -> ResultDocument:
    """Return the document of a search.

    Args:
        rates: strategy -> round -> pages/s.
        goal: what it looked for.
        grid: candidates in all.
        each: further measures of a strategy's repetitions.
    """
    cells = [planned(strategy) for strategy in rates]
    done = [
        repetition(cell.id, round_, rate, **each.get(cell.id, {}))
        for cell in cells
        for round_, rate in rates[cell.id].items()
    ]
    options = {"goal": goal, "max_in_flight": 8, "grid": grid, "rounds": 5}
    return summarise(run(cells, done, rounds=5, scenario={"tune": options}, kept=lambda *_: None))


def rounds(*values: float, first: int = 0) -> dict[int, float]:
    """Number the values from the round `first` on."""
    return dict(enumerate(values, first))
