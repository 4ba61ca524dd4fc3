"""Whether the connections of a cell fit on this machine: open files of a process, and ports towards an address."""

from dataclasses import dataclass
from math import ceil

from simulator.driver.libraries import ENGINES
from simulator.environment.machine import file_descriptor_limits, local_ports
from simulator.scenario.cells import Cell
from simulator.scenario.dispatch import PULL
from simulator.scenario.strategy_plan import StrategyPlan
from simulator.text.numbers import number

SPARE_FILES = 100
"""Open files of a process beside its connections: pipes, the loop's own, a parser's."""
PORTS_SHARE = 0.9
"""Of the ports towards one address, what a job may take: the fewer are free, the longer one is looked for."""


@dataclass(frozen=True)
class Room:
    """What this machine allows; null: nobody knows, or as many as one likes."""

    files: int | None
    """That a process may have open."""
    ports: int | None
    """Of this machine towards one address and port."""

    @classmethod
    def here(cls) -> "Room":
        """Return what this machine allows."""
        limits = file_descriptor_limits()
        return cls(None if limits is None else limits[1], local_ports())


def too_many(cell: Cell, room: Room, *, own_server: bool = True) -> str | None:
    """Say so where the connections that a cell keeps do not fit, and what to set; null where they do.

    Args:
        cell: with its jobs in flight, each of which has a connection.
        room: what there is.
        own_server: this program starts the mock server; what another one may open is not known here.
    """
    plan, server = cell.plan, cell.server
    if room.files is not None:
        most = room.files - SPARE_FILES
        held = _in_one_process(plan)
        if held > most:
            return (
                f"{number(held)} connections in one process need as many open files, and one may have"
                f" {number(room.files)} here; {_spread(plan, most)}in_flight to {most} or less, or raise the hard limit"
                f" (ulimit -Hn {held + SPARE_FILES}; LimitNOFILE of systemd, --ulimit nofile of Docker)"
            )
        if own_server and ceil(plan.in_flight / server.workers) > most:
            return (
                f"{number(plan.in_flight)} connections to {server.workers} server process"
                f"{'es' if server.workers > 1 else ''} need more open files than the {number(room.files)} that one may"
                f" have here; set server.workers to {ceil(plan.in_flight / most)} or more"
            )
    if room.ports is not None and own_server:
        each = int(room.ports * PORTS_SHARE)
        # Only the clients of a loop are dealt to several, and only where each has a connection of its own.
        loops, per_worker = plan.fetch.kind in ("asyncio", "trio"), cell.job.connections == "per_worker"
        addresses = server.addresses if loops and per_worker else 1
        if ceil(plan.in_flight / addresses) > each:
            dealt = f"server.addresses to {ceil(plan.in_flight / each)} or more"
            if not loops:
                what = f"in_flight to {each} or less, or take a strategy with loops, and {dealt}"
            else:
                what = dealt if per_worker else f"job.connections to per_worker, and {dealt}"
            return (
                f"{number(plan.in_flight)} connections need more ports than the {number(room.ports)} that there are"
                f" towards each of {addresses} address{'es' if addresses > 1 else ''}; set {what}"
            )
    return None


def _in_one_process(plan: StrategyPlan) -> int:
    """Return how many files its jobs in flight have open: a connection each, and what else one may wait for."""
    widths, kind = plan.fetch.widths, plan.fetch.kind
    # A timer for each greenlet or task of trio's that waits to begin; a pipe for each thread of an executor.
    each = 2 if kind in ENGINES or (plan.dispatch != PULL and plan.shards.kind == "none") else 1
    return each * (max(widths) if plan.shards.kind == "processes" else sum(widths))


def _spread(plan: StrategyPlan, most: int) -> str:
    """Name what deals the same jobs to more processes, where something does."""
    if plan.fetch.kind != "asyncio" or plan.parse.kind != "inline":
        return "set "
    return f"take processes_of_asyncio with parallelism {ceil(plan.in_flight / most)} or more, set "
