"""A cluster that is played: its machines measure nothing, and say at once what they would."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulator.environment.interpreter import version_of
from simulator.experiment import events
from simulator.runner.stop import Stop
from simulator.scenario.load import load_text
from simulator.scenario.model import Scenario
from simulator.spread import worker
from simulator.spread.cluster import WorkerLostError
from simulator.spread.machines import Worker
from simulator.spread.measuring import carry_out
from simulator.spread.order import Order, of_text
from simulator.spread.plan import PROGRAM, Plan, plan
from simulator.spread.told import Ended, Told, written
from simulator.store import codec
from tests.conftest import tiny_text
from tests.simulator.analysis.builders import repetition

Script = Callable[[str, Order], Iterator[Told | None]]
"""Name of a machine and order -> what it tells, null being nothing yet; what it raises, ends it."""

OVER = Ended("complete", "nothing more comes")


def as_usual(_machine: str, order: Order) -> Iterator[Told]:
    """Measure all that is asked for and is not there yet."""
    known = {(r.cell_id, r.round) for r in map(codec.load_repetition, order.repetitions)}
    rounds = int(order.scenario["rounds"])
    for round_ in range(rounds):
        for at, cell in enumerate(order.cells):
            if (cell, round_) in known:
                continue
            yield events.RepetitionStarted(cell, round_, None, 0, rounds * len(order.cells), 0, 1.0)
            yield events.RepetitionJudged(repetition(cell, round_, 50.0 + at), None)
    yield Ended("complete")


@dataclass
class Farm:
    """Workers, each a computer of its own."""

    names: tuple[str, ...]
    script: Script = as_usual
    orders: list[tuple[str, Order]] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)
    _told: dict[str, Iterator[Told | None]] = field(default_factory=dict)

    async def workers(self) -> tuple[Worker, ...]:
        return tuple(Worker(f"tcp://{name}:1", name, name, declared=False) for name in self.names)

    async def call(self, address: str, function: Callable[..., Awaitable[Any]], *given: object) -> Any:
        name = address.removeprefix("tcp://").removesuffix(":1")
        await asyncio.sleep(0)
        if name not in self.names:
            raise WorkerLostError("it does not answer")
        if function is worker.describe:
            return json.dumps(
                description(name, **({"program": self.versions[name]} if name in self.versions else {}))
            )
        if function is worker.begin:
            order = of_text(str(given[0]))
            handle = str(len(self._told))
            self._told[handle] = self.script(name, order) if order.cells else planned(order)
            self.orders.append((name, order))
            return handle
        if function is worker.news:
            event = next(self._told[str(given[0])], OVER)
            if event is None:
                await asyncio.sleep(0.005)
            lines = [] if event is None or event is OVER else [written(event)]
            return json.dumps([lines, event is OVER, ""])
        if function is worker.end:
            self._told[str(given[0])] = iter([Ended("interrupted")])
        return None

    def gone(self, name: str) -> None:
        """Take a machine away."""
        self.names = tuple(each for each in self.names if each != name)

    @asynccontextmanager
    async def connected(self) -> "AsyncIterator[Farm]":
        yield self


def planned(order: Order) -> Iterator[Told]:
    """Plan as a machine does."""
    told: list[Told] = []
    carry_out(order, told.append, Stop(), lambda _: nullcontext())
    return iter(told)


def description(name: str, **changes: Any) -> dict[str, Any]:
    machine = {"boot_id": f"boot of {name}", "cpu_model": "a CPU", "usable_cores": 2, "memory_bytes": 8 << 30}
    known = {
        "program": version_of(PROGRAM),
        "python": "CPython 3.14.0",
        "machine": machine,
        "libraries": {"aiohttp": "3"},
        "cpus": [0, 1],
    }
    return known | changes


def scenario(folder: Path, **changes: Any) -> Scenario:
    """Return two combinations of three cells and two rounds, changed."""
    text = tiny_text(
        **{
            "rounds": 2,
            "strategies": ["threads", "asyncio"],
            "vary": {"server.latency": ["1ms", "3ms"]},
            **changes,
        }
    )
    return load_text(text, "tiny.yaml", folder)


def order_of(scenario: Scenario) -> Order:
    return Order(
        program=version_of(PROGRAM),
        scenario=scenario.document(),
        source="tiny.yaml",
        source_dir=str(scenario.source_dir),
        folder=str(scenario.source_dir),
        python=None,
        command="simulator run tiny.yaml --on dask",
        rerun=False,
    )


def plan_on(farm: Farm, scenario: Scenario) -> Plan:
    return plan(farm.connected, scenario, order_of(scenario), Stop())
