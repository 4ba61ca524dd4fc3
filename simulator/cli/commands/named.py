"""What a shell completes: names that the program knows. Files it knows itself."""

import os
from collections.abc import Iterator

import typer

SHOWN = 50
"""So many runs, the newest."""


def scenario_names(incomplete: str) -> list[str]:
    """Return the shipped scenarios whose names begin so."""
    from simulator.scenario.named import shipped

    return [name for name in shipped() if name.startswith(incomplete)]


def kinds(incomplete: str) -> list[str]:
    """Return the kinds of recordings whose names begin so."""
    from simulator.imports.kinds import KINDS

    return [name for name in KINDS if name.startswith(incomplete)]


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
