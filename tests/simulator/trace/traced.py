"""Traces of observations, and sums over what is in them."""

from collections.abc import Mapping
from typing import Any

from simulator.analysis.measures import measure
from simulator.analysis.summary import summarise
from simulator.result.document import ResultDocument
from simulator.result.observation import Observed
from simulator.result.repetition import Repetition
from simulator.result.samples import Samples
from simulator.trace.build import Trace, build
from simulator.trace.share import MOST_EVENTS
from simulator.trace.text import text
from tests.simulator.analysis.builders import planned, run
from tests.simulator.trace.rules import checked

Events = list[dict[str, Any]]


def document_of(found: Mapping[str, Observed]) -> ResultDocument:
    """Return the document of a run with one round, by strategy."""
    cells = [planned(strategy) for strategy in found]
    done = [
        Repetition(
            cell_id=strategy,
            round=0,
            started_at=one.started_at,
            status="ok",
            reason=None,
            measures=measure(one, "equal"),
            warnings=(),
            disturbed=False,
            environment={},
        )
        for strategy, one in found.items()
    ]
    return summarise(run(cells, done, rounds=1, kept=lambda cell, _round: found[cell].samples))


def trace_of(found: Mapping[str, Observed], most_events: int = MOST_EVENTS) -> Trace:
    def samples(cell: str, _round: int) -> Samples:
        return found[cell].samples

    return build(document_of(found), samples, most_events)


def events_of(one: Observed, strategy: str = "threads") -> Events:
    """Return the events of a trace of this repetition alone, which keeps all rules."""
    events: Events = checked("".join(text(trace_of({strategy: one}))))["traceEvents"]
    return events


def total_us(events: Events, name: str, category: str) -> float:
    """Return how long all slices of a name and category last together."""
    chosen = [e for e in events if (e["name"], e.get("cat")) == (name, category)]
    sign = {"b": -1, "e": 1}
    lasting: list[float] = [e["dur"] if e["ph"] == "X" else sign[e["ph"]] * e["ts"] for e in chosen]
    return sum(lasting)


def cpu_us(events: Events, name: str, category: str) -> float:
    """Return the CPU that all slices of a name and category tell."""
    spent: list[float] = [
        e["args"]["cpu_us"]
        for e in events
        if (e["name"], e.get("cat")) == (name, category) and "cpu_us" in e.get("args", {})
    ]
    return sum(spent)
