"""All measures by name: tables, conditions, `compare`, `tune`, plain figures and the reference take them from here."""

from collections.abc import Collection, Mapping

from simulator.measures import arrivals, handing_over, job_time, resources, work, worker_time
from simulator.measures.dimension import DURATION, Dimension
from simulator.measures.measure import Measure
from simulator.text.nearest import nearest

CROSSOVER = "crossover"
"""Of two strategies, from the document's crossovers: the one thing beside these that conditions name."""

MEASURES: Mapping[str, Measure] = {
    measure.name: measure
    for theme in (work, resources, job_time, worker_time, arrivals, handing_over)
    for measure in theme.MEASURES
}
RANKING: Mapping[str, Measure] = {name: measure for name, measure in MEASURES.items() if measure.ranks}
"""Those by which one repetition is better than another: what `tune` looks for."""

NAMES: tuple[str, ...] = (*MEASURES, CROSSOVER)


def dimension_of(name: str) -> Dimension | None:
    """Return the dimension of what a condition names; null for a name that is none."""
    if name == CROSSOVER:
        return DURATION
    return MEASURES[name].dimension if name in MEASURES else None


def unranked(name: str) -> str:
    """Return why something cannot be looked for by a name that is not in RANKING, and what can be."""
    row, there = MEASURES.get(name), ", ".join(RANKING)
    if row is not None and row.better is None:
        return f"neither more nor less of it is better in itself; there are {there}"
    if row is not None:
        return f"it takes two cells to have it; there are {there}"
    return unknown(name, RANKING)


def unknown(name: str, among: Collection[str]) -> str:
    """Return what a name that is not among these may have meant, and what there is."""
    close, there = nearest(name, among), ", ".join(among)
    return f"did you mean {close}? There are {there}" if close else f"there are {there}"
