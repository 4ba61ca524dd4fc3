"""What a shell completes: names that the program knows. Files it knows itself."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from simulator.scenario.model import Scenario

SHOWN = 50
"""So many runs, the newest."""


def scenario_names(incomplete: str) -> list[str]:
    """Return the shipped scenarios whose names begin so."""
    from simulator.scenario.named import shipped

    return _beginning(shipped(), incomplete)


def strategy_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the strategies that begin so: those of the scenario that the line names, else all that have a name."""
    from simulator.scenario.strategy import NAMES

    scenario = _scenario(ctx)
    return _beginning(
        NAMES if scenario is None else (entry.name for entry in scenario.strategies), incomplete
    )


def case_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the cases that begin so of the scenario that the line names."""
    scenario = _scenario(ctx)
    return [] if scenario is None else _beginning(scenario.cases or (), incomplete)


def parser_names(incomplete: str) -> list[str]:
    """Return the built-in parsers whose names begin so."""
    from simulator.driver.parsers import BUILT_IN

    return _beginning(BUILT_IN, incomplete)


def client_names(incomplete: str) -> list[str]:
    """Return the clients whose names begin so."""
    from simulator.driver.clients import CLIENTS

    return _beginning(CLIENTS, incomplete)


def metric_names(incomplete: str) -> list[tuple[str, str]]:
    """Return the measures whose names begin so, each with its meaning."""
    from simulator.measures.registry import MEASURES

    return [(name, MEASURES[name].meaning) for name in _beginning(MEASURES, incomplete)]


def goal_names(incomplete: str) -> list[tuple[str, str]]:
    """Return the measures whose names begin so and of which more, or less, is better, each with its meaning."""
    from simulator.measures.registry import RANKING

    return [(name, RANKING[name].meaning) for name in _beginning(RANKING, incomplete)]


def statuses(incomplete: str) -> list[str]:
    """Return how a run may stand, as far as it begins so."""
    from simulator.store import STATUSES

    return _beginning(STATUSES, incomplete)


def tables(incomplete: str) -> list[str]:
    """Return what a row of an export may stand for, as far as it begins so."""
    from simulator.cli.export import WHAT

    return _beginning(WHAT, incomplete)


def formats(incomplete: str) -> list[str]:
    """Return the formats of an export that begin so."""
    from simulator.export.formats import FORMATS

    return _beginning(FORMATS, incomplete)


def schemas(incomplete: str) -> list[str]:
    """Return the documents that there is a schema of and that begin so."""
    from simulator.cli.scenarios import SCHEMAS

    return _beginning(SCHEMAS, incomplete)


def kinds(incomplete: str) -> list[str]:
    """Return the kinds of recordings whose names begin so."""
    from simulator.imports.kinds import KINDS

    return _beginning(KINDS, incomplete)


def run_names(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Return what begins so and means a run, each with a word about it; nothing where no database can be read."""
    from simulator.store import RunRow, Store, StoreError, default_path

    def meant(rows: tuple[RunRow, ...]) -> Iterator[tuple[str, str]]:
        for index, row in enumerate(rows):
            about = f"{row.name}, {row.started_at[:16].replace('T', ' ')}"
            yield from ((word, about) for word in (row.label, row.id) if word is not None)
            if index == 0:
                yield "last", about

    try:
        with Store.open(ctx.params.get("store") or default_path(os.environ), create=False) as store:
            found = dict(reversed(tuple(meant(store.runs(SHOWN)))))  # of a name, the newest
    except StoreError:
        return []
    return [(word, about) for word, about in sorted(found.items()) if word.startswith(incomplete)]


def _beginning(names: Iterable[str], incomplete: str) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]


def _scenario(ctx: typer.Context) -> "Scenario | None":
    """Return the scenario that the line names so far; null without one, or where it has mistakes."""
    from simulator.scenario.load import load
    from simulator.scenario.problem import ScenarioError

    # Before an option's value is there, click does not deal the arguments out.
    named = ctx.params.get("file") or ctx.params.get("what") or next(iter(ctx.args), None)
    try:
        return None if named is None else load(Path(named), environ=os.environ)
    except ScenarioError:
        return None
