"""Why strategies reach what they reach, and what processes cost."""

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.analysis.pairing import ratio
from simulator.result.document import CellResult, Finding
from simulator.stats.intervals import Interval, differs
from simulator.text.numbers import duration, number, share, size, times

SMALL = 0.01
"""Shares of worker time below this are next to nothing."""
MOST = 2 / 3
"""Share of a stall that one phase has to have to be named."""
SCALES, FLAT = 1.3, 1.15
"""Speed-ups that count as using the other jobs in flight, and as not using them."""


def causes(
    scope: Mapping[str, Any], base: CellResult | None, cells: Sequence[CellResult], first: int | None
) -> list[Finding]:
    """Return why threads and asyncio reach what they reach in this combination, and the price of processes.

    `first` is the document's `scatter_rounds`.
    """
    by_name = {cell.strategy: cell for cell in cells}
    threads, processes = by_name.get("threads"), by_name.get("processes")
    found = []
    if threads is not None:
        gain = ratio(processes, threads, first) if processes is not None else None
        lock = own_gils(threads, by_name.get("interpreters"), first)
        found.append(_threads_cause(scope, base, threads, processes, gain, lock))
    loop = by_name.get("asyncio")
    if loop is not None:
        found.append(_loop_cause(scope, loop))
    if threads is not None and processes is not None:
        found.append(_price(scope, threads, processes))
    return [finding for finding in found if finding is not None]


def own_gils(threads: CellResult, interpreters: CellResult | None, first: int | None) -> str | None:
    """Return the name of the lock if interpreters in one process, which share all locks but the GIL, are faster."""
    gain = ratio(interpreters, threads, first) if interpreters is not None else None
    if gain is None or not differs(gain) or gain.median <= FLAT:
        return None
    return f"the GIL (interpreters in one process, each with a GIL of its own, are {times(gain)} threads)"


def _threads_cause(
    scope: Mapping[str, Any],
    base: CellResult | None,
    threads: CellResult,
    processes: CellResult | None,
    gain: Interval | None,
    lock: str | None,
) -> Finding | None:
    """Why threads reach what they reach, by the control in processes: what happens inside one process, or not.

    `lock` names the lock where something confirms which one it is.
    """
    speedup, cores = threads.speedup, threads.cores_used
    if speedup is None or cores is None or base is None or base.cores_used is None:
        return None
    flight = threads.in_flight
    where = _where(threads)
    numbers: dict[str, float | str | None] = {
        "speedup_threads": speedup.median,
        "cores_threads": cores,
        "speedup_processes": processes.speedup.median if processes and processes.speedup else None,
        "cores_processes": processes.cores_used if processes else None,
        "stall_threads": threads.attribution.stall if threads.attribution else None,
        "run_queue_threads": threads.attribution.run_queue if threads.attribution else None,
    }
    waited = base.cores_used < 0.5  # noqa: PLR2004 - alone, the job was off CPU more than on it
    held_back = processes is not None and differs(gain) and gain is not None and gain.median > FLAT
    if held_back and processes is not None and gain is not None:
        inside = (
            f"so what holds them back is inside the one process, {lock or 'a lock that all its threads share'}:"
            f" they used {number(cores)} cores, {processes.strategy} {number(processes.cores_used)}"
        )
        if waited and speedup.median > SCALES:
            text = (
                f"threads overlap the waiting ({times(speedup)} sequential with {flight} in flight: the wait lets"
                f" go of the lock), but not the computing: {processes.strategy} are {times(gain)} threads,"
                f" {inside}.{where}"
            )
        else:
            text = (
                f"threads {'gain little' if speedup.median <= SCALES else 'share only part of the computing'}"
                f" ({times(speedup)} sequential with {flight} in flight);"
                f" {processes.strategy} are {times(gain)} threads, {inside}.{where}"
            )
        return Finding("cause", text, scope, numbers)
    if waited and speedup.median > SCALES:
        return Finding(
            "cause",
            f"threads overlap the waiting: {times(speedup)} sequential with {flight} in flight on {number(cores)}"
            f" cores, so a thread that waits for the network holds no lock that the others need.{where}",
            scope,
            numbers,
        )
    if speedup.median > SCALES and cores > SCALES:
        return Finding(
            "cause",
            f"threads share the computing: {times(speedup)} sequential on {number(cores)} cores, so most of the work"
            f" runs without a lock that the others need.{where}",
            scope,
            numbers,
        )
    return None


def _where(cell: CellResult) -> str:
    """Return where its workers' time went, as a sentence to add; a stall smaller than the steal is not named."""
    found = cell.attribution
    if found is None:
        return ""
    core = f"{share(found.run_queue)} waiting for a core"
    if found.stall <= max(found.steal or 0.0, SMALL):
        return f" Of its threads' time {core}, next to nothing stalled."
    parse = found.stall_parse / found.stall
    place = (
        " (most of it in parsing)"
        if parse > MOST
        else " (most of it in fetching)"
        if parse < 1 - MOST
        else ""
    )
    return f" Of its threads' time {share(found.stall)} stalled{place}, {core}."


def _loop_cause(scope: Mapping[str, Any], loop: CellResult) -> Finding | None:
    lag = loop.loop_lag_s.max if loop.loop_lag_s is not None else None
    parse = loop.parse.wall_s if loop.parse is not None else None
    if lag is None or parse is None or parse < 0.001:  # noqa: PLR2004 - under a millisecond nobody waits for the loop
        return None
    return Finding(
        "cause",
        f"asyncio parses on its loop: each parse holds up {_tasks(loop.in_flight)} for"
        f" {duration(parse)}, and a timer on that loop was up to {duration(lag)} late.",
        scope,
        {"parse_wall_s": parse, "loop_lag_max_s": lag},
    )


def _price(scope: Mapping[str, Any], threads: CellResult, processes: CellResult) -> Finding | None:
    a, b = threads.memory_bytes, processes.memory_bytes
    if a is None or b is None or threads.startup_s is None or processes.startup_s is None:
        return None
    return Finding(
        "price",
        f"{processes.strategy} hold {size(b)} where threads hold {size(a)}, and are ready after"
        f" {duration(processes.startup_s)} instead of {duration(threads.startup_s)}.",
        scope,
        {
            "memory_threads_bytes": float(a),
            "memory_processes_bytes": float(b),
            "startup_threads_s": threads.startup_s,
            "startup_processes_s": processes.startup_s,
        },
    )


def _tasks(number: int) -> str:
    return "its only task" if number == 1 else f"all {number} tasks"
