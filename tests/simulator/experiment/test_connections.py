"""Connections that do not fit are told before anything is run, with the number to set."""

from pathlib import Path

import pytest

from simulator.environment import machine
from simulator.experiment.connections import Room, too_many
from simulator.scenario.cells import Cell, expand
from simulator.scenario.load import load_text

WIDE = """
name: wide
server: {latency: 5s, workers: %d, addresses: %d}
job: {client: {blocking: http.client, asyncio: aiohttp}, parser: spin, pages: 500000, connections: %s}
strategies: [asyncio, gevent, {name: dealt, base: processes_of_asyncio, parallelism: 3}]
in_flight: 50000
"""
FEW, MANY = Room(20_000, 28_232), Room(1_000_000, 28_232)


def cell(strategy: str, workers: int = 4, addresses: int = 2, connections: str = "per_worker") -> Cell:
    scenario = load_text(WIDE % (workers, addresses, connections), "wide", Path(__file__).parent)
    return next(one for one in expand(scenario, 2) if one.factors["strategy"] == strategy)


@pytest.mark.parametrize(
    ("made", "room", "told"),
    [
        (cell("asyncio"), MANY, None),
        (cell("dealt"), FEW, None),
        (cell("sequential", 1, 1), FEW, None),
        (cell("asyncio", 1, 1), Room(None, None), None),
        (
            cell("asyncio"),
            FEW,
            "take processes_of_asyncio with parallelism 3 or more, set in_flight to 19900 or less",
        ),
        (cell("asyncio"), FEW, "ulimit -Hn 50100"),
        (cell("dealt", workers=2), FEW, "set server.workers to 3 or more"),
        (cell("dealt", addresses=1), FEW, "towards each of 1 address; set server.addresses to 2 or more"),
        # Whose clients are not dealt to several addresses.
        (
            cell("asyncio", connections="shared"),
            MANY,
            "1 address; set job.connections to per_worker, and server.",
        ),
        (cell("gevent"), MANY, "set in_flight to 25408 or less, or take a strategy with loops"),
    ],
)
def test_what_does_not_fit_is_told_with_what_to_set(made: Cell, room: Room, told: str | None) -> None:
    found = too_many(made, room)
    assert found is told if told is None else told in (found or "")


def test_what_another_server_may_open_is_not_known() -> None:
    assert too_many(cell("dealt", 1, 1), FEW, own_server=False) is None


def test_the_ports_of_this_machine_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for text, ports in (("32768\t60999", 28_232), (None, None), ("", None), ("a b", None)):
        monkeypatch.setattr("simulator.environment.kernel.read", lambda _, text=text: text)
        assert machine.local_ports() == ports
