"""What a run that is spread is to do: the machines, and what the scenario means on one of them."""

import asyncio
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from simulator.environment.interpreter import version_of
from simulator.experiment.resuming import check_same
from simulator.result.run import MACHINES, Run, RunHeader
from simulator.runner.stop import Stop
from simulator.scenario.model import Scenario
from simulator.spread import worker
from simulator.spread.cluster import Cluster, ClusterError, Connect, WorkerLostError
from simulator.spread.listening import listen
from simulator.spread.machines import Description, Found, Machine, Worker, machines_of
from simulator.spread.order import Order
from simulator.spread.stopping import unless_stopped
from simulator.spread.told import Planned
from simulator.spread.units import Unit

PROGRAM = "gil-simulator"


class RefusedError(Exception):
    """A machine says that the scenario cannot be run there; its sentence."""


@dataclass(frozen=True)
class Plan:
    """All that decides what is measured, and where."""

    scenario: Scenario
    header: RunHeader
    units: tuple[Unit, ...]
    machines: tuple[Machine, ...]
    left_out: tuple[str, ...]
    """Workers that do not measure: a sentence for each."""
    order: Order
    """Of which every unit's is made."""
    connect: Connect
    remark: str | None = None
    """What in the user's folders has a name that is taken."""
    earlier: Run | None = None
    """The same run as far as it got before it was interrupted; null: a new run."""


@dataclass
class Roll:
    """Who is there: each worker is asked once what it is."""

    program: str | None = field(default_factory=lambda: version_of(PROGRAM))
    _known: dict[str, Description | str] = field(default_factory=dict)
    """By address: what it says, or why it says nothing."""

    async def call(self, cluster: Cluster, measuring: Collection[str] = ()) -> tuple[Found, frozenset[str]]:
        """Return the machines, and the addresses of all workers. Raises ClusterError.

        Args:
            cluster: whose workers are asked.
            measuring: addresses that are measuring, and are not given up for others.
        """
        workers = await cluster.workers()
        new = [one for one in workers if one.address not in self._known]
        said = await asyncio.gather(*(self._asked(cluster, one) for one in new))
        self._known |= zip((one.address for one in new), said, strict=True)
        known: dict[Worker, Description] = {}
        silent: dict[str, str] = {}
        for one in workers:
            about = self._known[one.address]
            if isinstance(about, str):
                silent[one.address] = about
            else:
                known[one] = about
        found = machines_of(known, self.program, measuring)
        found.left_out |= silent
        return found, frozenset(one.address for one in workers)

    async def _asked(self, cluster: Cluster, one: Worker) -> Description | str:
        try:
            return Description.model_validate_json(await cluster.call(one.address, worker.describe))
        except WorkerLostError as error:
            return f"{one.name}: {error}"
        except ValueError:
            return f"{one.name} says what this version does not understand; install the same version of {PROGRAM}"


def plan(connect: Connect, scenario: Scenario, order: Order, stop: Stop) -> Plan:
    """Look for machines and have one of them plan.

    Args:
        connect: to the cluster.
        scenario: what is to be measured.
        order: the same, for a machine.
        stop: gives up.

    Raises:
        ClusterError: there is no cluster, or no machine in it.
        RefusedError: the scenario cannot be run there.
        Stopped: nobody wants it any more.
    """
    return asyncio.run(unless_stopped(_planned(connect, scenario, order), stop))


async def _planned(connect: Connect, scenario: Scenario, order: Order) -> Plan:
    async with connect() as cluster:
        found, _ = await Roll().call(cluster)
        left_out = tuple(found.left_out.values())
        if not found.machines:
            raise ClusterError(
                "; ".join(left_out)
                or "the cluster has no worker; start one on each machine, as by dask worker tcp://SCHEDULER:8786"
            )
        order = replace_machines(order, len(found.machines))
        made = await _made(cluster, found.machines, order)
    environment = {
        **made.header.environment,
        MACHINES: [machine.described() for machine in found.machines],
    }
    header = replace(made.header, environment=environment)
    return Plan(
        scenario, header, made.units, tuple(found.machines), left_out, order, connect, remark=made.remark
    )


def replace_machines(order: Order, count: int) -> Order:
    """Return the order for so many machines."""
    return order.model_copy(update={"machines": count})


async def _made(cluster: Cluster, machines: Collection[Machine], order: Order) -> Planned:
    """Have the first that can do so plan."""
    reasons: dict[str, str] = {}
    for machine in machines:
        made: list[Planned] = []

        def take(event: object, made: list[Planned] = made) -> None:
            if isinstance(event, Planned):
                made.append(event)

        try:
            ended = await listen(cluster, machine.address, order, take)
        except WorkerLostError as error:
            reasons[machine.name] = str(error)
            continue
        if made:
            return made[0]
        raise RefusedError(f"{machine.name} says: {ended.reason}")
    raise ClusterError(no_machine(reasons))


def no_machine(reasons: Mapping[str, str]) -> str:
    """Say why nobody measures."""
    told = "; ".join(f"{name}: {reason}" for name, reason in reasons.items())
    return f"no machine is left that can measure{': ' if told else ''}{told}"


def resumed(now: Plan, earlier: Run) -> Plan:
    """Return the plan of the run that goes on. Raises NotTheSameError."""
    check_same(earlier, now.header)
    return replace(now, earlier=earlier, header=earlier.header)


def here() -> str:
    """Return the current folder, in which the user's parser may be."""
    return str(Path(os.curdir).absolute())
