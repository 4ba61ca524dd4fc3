"""Figures of a result document: one module for each question, in the order in which they are read."""

from collections.abc import Callable

from simulator.report.view.figure import Figure
from simulator.report.view.figures import (
    cost,
    crossover_map,
    flip,
    in_flight,
    load,
    loop_lag,
    plain_bars,
    response,
    shares,
    speedup,
    throughput,
    timeline,
    way,
)
from simulator.result.document import ResultDocument

Builder = Callable[[ResultDocument], Figure | None]

BUILDERS: tuple[Builder, ...] = (
    crossover_map.build,
    throughput.CHART.build,
    speedup.CHART.build,
    flip.build,
    cost.CHART.build,
    shares.CHART.build,
    way.CHART.build,
    response.CHART.build,
    in_flight.build,
    load.CHART.build,
    *(chart.build for chart in plain_bars.CHARTS),
    loop_lag.CHART.build,
    timeline.build,
)
SEARCH: tuple[Builder, ...] = (in_flight.build,)
"""Of a search, whose candidates are not measured alike and so are not set beside one another in bars."""


def figures(document: ResultDocument) -> tuple[Figure, ...]:
    """Return the figures that apply to a run; those that do not are absent."""
    made = (build(document) for build in (SEARCH if "tune" in document.scenario else BUILDERS))
    return tuple(figure for figure in made if figure is not None)
