"""The figures of a run and of a comparison, under names that are the same whenever the same is measured again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from simulator.export.benchmarks import NS_PER_S, Figure
from simulator.measures.factors import CASE, STRATEGY
from simulator.measures.registry import MEASURES
from simulator.measures.varying import varying
from simulator.result.comparison import Comparison
from simulator.result.document import ResultDocument
from simulator.stats.intervals import Interval


def of_run(document: ResultDocument) -> Iterator[Figure]:
    """Yield the throughput, the median response time and the memory of each cell that is valid."""
    names = called(str(document.scenario["name"]), [cell.factors for cell in document.cells])
    for cell, name in zip(document.cells, names, strict=True):
        if cell.status != "ok":
            continue
        rate, memory = cell.throughput_per_s, cell.memory_interval_bytes
        if rate is not None:
            yield _figure(name, "throughput", "pages/s", rate, more_is_better=True)
        if cell.response_time_s is not None and cell.response_time_s.p50 is not None:
            yield Figure(name, "latency", "ns", cell.response_time_s.p50 * NS_PER_S, more_is_better=False)
        if memory is not None:
            yield _figure(name, "memory", "B", memory, more_is_better=False)


def of_comparison(comparison: Comparison) -> Iterator[Figure]:
    """Yield of each cell how many times as good B is as A; nothing where neither more nor less is better."""
    measure = MEASURES[comparison.metric]
    names = called(comparison.b.name, [cell.factors for cell in comparison.cells])
    for cell, name in zip(comparison.cells, names, strict=True):
        found = cell.adjusted
        if found is None or measure.better is None:
            continue
        if measure.better == "less":
            found = replace(found, median=1 / found.median, low=1 / found.high, high=1 / found.low)
        yield _figure(name, f"{measure.name.replace('_', '-')}-change", "×", found, more_is_better=True)


def _figure(benchmark: str, measure: str, unit: str, found: Interval, *, more_is_better: bool) -> Figure:
    return Figure(benchmark, measure, unit, found.median, more_is_better, found.low, found.high)


def called(whole: str, places: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return a name for each cell: what it is of, the strategy, and the levels in which the cells differ.

    Args:
        whole: the name of what was measured.
        places: the levels of each cell.
    """
    varied = {*varying(places)} - {STRATEGY}
    return [
        f"{whole}: "
        + ", ".join(
            [
                str(place.get(STRATEGY, "")),
                *(
                    str(level) if name == CASE else f"{name} {level}"
                    for name, level in place.items()
                    if name in varied and level is not None
                ),
            ]
        )
        for place in places
    ]
