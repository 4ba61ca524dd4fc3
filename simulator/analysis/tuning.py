"""From the repetitions of a search to its answer: the choice, how sure it is, the runner-up and what limits it."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp
from typing import Any

from simulator.analysis.bounding import bounds_in, cores_for, cores_of
from simulator.analysis.goals import DISTURBED_WEIGHT, lead, scores
from simulator.measures.measure import Measure
from simulator.measures.registry import RANKING
from simulator.model.bounds import Bound, Resource
from simulator.result.document import CellResult, ResultDocument
from simulator.stats.intervals import Interval
from simulator.stats.layout import fit
from simulator.text.numbers import duration, number, rate

NEARLY = 0.85
"""Share of a bound from which on it is what limits."""
ONE_LOW, ONE_HIGH = 0.8, 1.2
"""Cores used that look like one thread at a time."""
RACED = 3
"""Shared rounds from which on two cells count as raced."""
PLAIN = re.compile("[A-Za-z][A-Za-z0-9_]*")
"""Text that YAML reads as text without quotes, but for RESERVED."""
RESERVED = frozenset({"null", "true", "false", "yes", "no", "on", "off"})

INSIDE: Mapping[Resource, tuple[str, str]] = {
    "the GIL": ("the GIL", "Processes, or a parser that lets go of it,"),
    "one loop": ("its event loop", "Parsing elsewhere, or a loop in each of several processes,"),
    "the pool": ("its pool", "More workers"),
    "the main interpreter": ("the main interpreter, to which all records come", "Smaller records"),
}
"""Of what is inside a driver: what it is called, and what to try where it limits."""


@dataclass(frozen=True)
class Tried:
    """One cell that the search ran."""

    cell: CellResult
    repetitions: int
    """Valid ones."""
    relative: float
    """How good it is beside the choice, drift taken out: 0.8 is a fifth less."""


@dataclass(frozen=True)
class Choice:
    """The answer of a search."""

    goal: Measure
    cell: CellResult
    runner_up: CellResult | None
    lead: Interval | None
    """How many times better the choice is than the runner-up, by the rounds that both ran."""
    tried: tuple[Tried, ...]
    """The best first."""
    spent: int
    """Repetitions in all."""
    limit: str
    """What keeps the choice from being faster, in a sentence."""
    allowed: tuple[tuple[int, float], ...]
    """Of its strategy: jobs in flight and what they allow at most by what a page needs, in pages/s; rising."""


def choose(document: ResultDocument, goal_name: str) -> Choice | None:
    """Return the answer; null where nothing valid was measured."""
    goal = RANKING[goal_name]
    repetitions = [r for cell in document.cells for r in cell.repetitions]
    scored = scores(goal, repetitions)
    if not scored:
        return None
    disturbed = {(r.cell_id, r.round) for r in repetitions if r.disturbed}
    weights = {key: DISTURBED_WEIGHT if key in disturbed else 1.0 for key in scored}
    effect = fit(scored, weights).effects
    by_id = {cell.id: cell for cell in document.cells}
    ranked = sorted(effect, key=lambda cell: (effect[cell], cell), reverse=True)
    best = ranked[0]
    # Whoever shared most rounds with the choice came closest: the search raced them for that reason.
    rivals = sorted(
        ranked[1:], key=lambda cell: (-min(RACED, _shared(scored, best, cell)), -effect[cell], cell)
    )
    second = rivals[0] if rivals else None
    tried = tuple(
        Tried(by_id[cell], sum(key[0] == cell for key in scored), exp(effect[cell] - effect[best]))
        for cell in ranked
    )
    return Choice(
        goal=goal,
        cell=by_id[best],
        runner_up=by_id[second] if second is not None else None,
        lead=lead(scored, weights, best, second).ratio if second is not None else None,
        tried=tried,
        spent=len(repetitions),
        limit=limit(by_id[best], document),
        allowed=_allowed(by_id[best], document),
    )


def _shared(scored: Mapping[tuple[str, int], float], a: str, b: str) -> int:
    rounds = {round_ for cell, round_ in scored if cell == a}
    return sum(cell == b and round_ in rounds for cell, round_ in scored)


def _allowed(cell: CellResult, document: ResultDocument) -> tuple[tuple[int, float], ...]:
    """Return what 1, 2, 4, 8 … in flight allow, up to where more allow no more, twice what was tried at most."""
    bound = bounds_in(document)
    most = max((each.in_flight for each in document.cells), default=1)
    found: list[tuple[int, float]] = []
    in_flight = 1
    while in_flight <= 2 * most:
        allowed = bound(cell, in_flight)
        if allowed is not None:
            if found and allowed.per_s <= found[-1][1]:
                break
            found.append((in_flight, allowed.per_s))
        in_flight *= 2
    return tuple(found)


def limit(cell: CellResult, document: ResultDocument) -> str:
    """Say which bound the cell has come near to: waiting, cores, what is inside one process, or the server."""
    done = cell.throughput_per_s.median if cell.throughput_per_s is not None else 0.0
    if cell.bound_per_s is not None and cell.bound_by is not None and done >= NEARLY * cell.bound_per_s:
        return _near(Bound(cell.bound_per_s, cell.bound_by), cell, done, document)
    used = cell.cores_used
    if used is not None and ONE_LOW <= used <= ONE_HIGH:
        return (
            f"It uses {number(used)} cores, so it is limited by what only one of its threads can do at a time;"
            f" a page takes {_ms(cell.cpu_per_page_s)} of CPU."
        )
    return f"No single limit shows: it does {rate(done, 'pages')} with {cell.in_flight} in flight" + (
        f" on {number(used)} cores." if used is not None else "."
    )


def _near(lowest: Bound, cell: CellResult, done: float, document: ResultDocument) -> str:
    most = rate(lowest.per_s, "pages")
    if lowest.by == "waiting":
        return (
            f"It is limited by the waiting: {cell.in_flight} in flight at {duration(cell.in_flight / lowest.per_s)}"
            f" for a page alone are {most} at most, and it does {number(done)}. More in flight may do more."
        )
    if lowest.by == "the server":
        return (
            f"It is limited by the server, which lets {most} through at most, and it does {number(done)}. More in"
            " flight would queue there."
        )
    if lowest.by == "cores":
        limited = (document.environment.get("machine") or {}).get("cpu_limit_cores")
        cores = cores_for(cell, cores_of(document))
        used, server = cell.cores_used, (cell.server.cpu_cores if cell.server is not None else None) or 0.0
        return (
            f"It is limited by the cores: the job uses {number(used)} and the mock server {number(server)} of"
            f" {number(cores)}{', to which its container limits it' if limited == cores else ''};"
            f" a page takes {_ms(cell.cpu_per_page_s)} of CPU. Cheaper parsing or more cores would do more."
        )
    what, more = INSIDE[lowest.by]
    return (
        f"It is limited by {what}: what a page needs of it lets {most} through at most, and it does {number(done)}."
        f" {more} may do more."
    )


def _ms(seconds: float | None) -> str:
    return "an unknown time" if seconds is None else duration(seconds)


def fragment(cell: CellResult, scenario: Mapping[str, Any]) -> str:
    """Return the lines of a scenario that make it run the choice, as YAML."""
    name = cell.strategy
    entry = next(
        (
            item
            for item in scenario.get("strategies") or ()
            if isinstance(item, dict) and item.get("name") == name
        ),
        name,
    )
    lines = [f"strategies: [{_yaml(entry)}]", f"in_flight: {cell.factors.get('in_flight', cell.in_flight)}"]
    if "parallelism" in cell.factors:
        lines.append(f"parallelism: {cell.factors['parallelism']}")
    return "\n".join(lines)


def _yaml(entry: Any) -> str:
    if isinstance(entry, Mapping):
        return "{" + ", ".join(f"{key}: {_yaml(value)}" for key, value in entry.items()) + "}"
    if isinstance(entry, Sequence) and not isinstance(entry, str):
        return "[" + ", ".join(map(_yaml, entry)) + "]"
    if isinstance(entry, str) and PLAIN.fullmatch(entry) and entry.lower() not in RESERVED:
        return entry
    return json.dumps(entry)  # JSON is YAML
