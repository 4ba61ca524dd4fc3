"""Figures of a result document: one module for each question, in the order in which they are read."""

from simulator.report.figure import Figure
from simulator.report.figures import (
    cost,
    crossover_map,
    in_flight,
    load,
    loop_lag,
    memory,
    response,
    shares,
    speedup,
    startup,
    throughput,
    timeline,
    way,
)
from simulator.result.document import ResultDocument

BUILDERS = (
    crossover_map.build,
    throughput.build,
    speedup.build,
    cost.build,
    shares.build,
    way.build,
    response.build,
    in_flight.build,
    load.build,
    memory.build,
    startup.build,
    loop_lag.build,
    timeline.build,
)
SEARCH = (in_flight.build,)
"""Of a search, whose candidates are not measured alike and so are not set beside one another in bars."""


def figures(document: ResultDocument) -> tuple[Figure, ...]:
    """Return the figures that apply to a run; those that do not are absent."""
    made = (build(document) for build in (SEARCH if "tune" in document.scenario else BUILDERS))
    return tuple(figure for figure in made if figure is not None)
