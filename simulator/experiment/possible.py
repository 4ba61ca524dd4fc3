"""Which cells cannot be measured here, beside what their scenario alone tells: known before anything is run."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from mockserver.content import ContentError
from mockserver.encodings import compressor
from simulator.driver.clients import CLIENTS
from simulator.driver.clients.user_client import wrong_kind
from simulator.environment.methods import is_coroutine
from simulator.experiment.connections import Room, too_many
from simulator.scenario.cells import Cell


def possible(cells: Iterable[Cell], folders: Sequence[str], *, own_server: bool = True) -> tuple[Cell, ...]:
    """Return the cells; those that cannot be measured here are unsupported, and say why.

    Args:
        cells: of a scenario.
        folders: where the user's client is looked for.
        own_server: this program starts the mock server, so that what this Python lacks the server lacks too.
    """
    found, room = [], Room.here()
    for cell in cells:
        why = cell.unsupported or _wrong_kind(cell, folders)
        if why is None and own_server:
            why = _no_encoding(cell)
        why = why or too_many(cell, room, own_server=own_server)
        found.append(replace(cell, unsupported=why))
    return tuple(found)


def _wrong_kind(cell: Cell, folders: Sequence[str]) -> str | None:
    """Say so where the user's own client blocks and the strategy has a loop, or the other way round."""
    if cell.client is None or cell.client in CLIENTS:
        return None
    loops = is_coroutine(cell.client, "fetch", folders)
    if loops is None:
        return None
    kind = "asyncio" if loops else "blocking"
    needed = cell.plan.fetch.client_kind
    return None if kind == needed else wrong_kind(cell.client, kind, needed)


def _no_encoding(cell: Cell) -> str | None:
    try:
        compressor(cell.server.encoding)
    except ContentError as error:
        return f"server.encoding: {error}"
    return None
