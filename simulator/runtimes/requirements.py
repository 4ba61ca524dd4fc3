"""What a cell needs installed in its interpreter, and what no environment can give it."""

from simulator.driver.clients import library_of
from simulator.driver.libraries import ENGINES, LOOPS
from simulator.driver.parsers import BUILT_IN
from simulator.runtimes.facts import Facts
from simulator.scenario.cells import Cell
from simulator.scenario.dispatch import EXECUTORS, PULL

PORTABLE_SHARDS, PORTABLE_FETCH = "none", "blocking"
PORTABLE_CLIENT = "http.client"
PORTABLE_CONNECTIONS = "per_worker"


def needs(cell: Cell) -> tuple[str, ...]:
    """Return the packages of which client, parser, loop, engine and executor of a cell are made, by their names.

    What the user's own client and parser import is not known: its environment, or `with`, names it.
    """
    wanted = set() if cell.client is None else set(library_of(cell.client).packages[:1])
    built_in = BUILT_IN.get(cell.job.parser.name or "")
    if built_in is not None and built_in.package is not None:
        wanted.add(built_in.package)
    wanted |= {*LOOPS, *ENGINES} & {cell.plan.loop, cell.plan.fetch.kind}
    executor = EXECUTORS.get(cell.plan.dispatch)
    if executor is not None and executor.package is not None:
        wanted.add(executor.package)
    return tuple(sorted(wanted))


def why_not_portable(cell: Cell, facts: Facts) -> str | None:
    """Return why the portable driver cannot run a cell, null where it can or is not needed."""
    if not facts.needs_portable_driver:
        return None
    on = f"{facts.label} runs the portable driver"
    alike = (cell.plan.shards.kind, cell.plan.fetch.kind, cell.plan.dispatch)
    if alike != (PORTABLE_SHARDS, PORTABLE_FETCH, PULL):
        return f"{on}, which has sequential and threads only, not {cell.plan.name}"
    if cell.client != PORTABLE_CLIENT:
        return f"{on}, whose only client is {PORTABLE_CLIENT}, not {cell.client}; set job.client to {PORTABLE_CLIENT}"
    if cell.job.connections != PORTABLE_CONNECTIONS:
        return (
            f"{on}, in which each worker has its own connection, not job.connections: {cell.job.connections}"
        )
    parser = cell.job.parser.name
    if parser is not None and BUILT_IN[parser].package is not None:
        names = ", ".join(name for name, entry in BUILT_IN.items() if entry.package is None)
        return f"{on}, which parses with Python's own library only ({names}), not with {parser}"
    return None
