"""Why strategies reach what they reach, and what processes cost."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from simulator.analysis.pairing import ratio
from simulator.result.attribution import Attribution
from simulator.result.document import CellResult, CombinationResult
from simulator.result.findings.reasons import Control, Footprint, LoopCause, Price, ThreadsCause, ThreadsTime
from simulator.stats.intervals import Interval, surely_above, surely_below

SMALL = 0.01
"""Shares of worker time below this are next to nothing."""
MOST = 2 / 3
"""Share of a stall that one phase has to have to be named."""
SCALES, FLAT = 1.3, 1.15
"""Speed-ups above which a strategy surely uses the other jobs in flight, and up to which it is none to name a cause by.

They are held against the ends of intervals: what is too noisy to tell names no cause.
"""
SHORT_S = 0.001
"""Parses below: nobody waits for a loop so long."""


def causes(
    scope: Mapping[str, Any],
    base: CellResult | None,
    cells: Sequence[CellResult],
    first: int | None,
    combination: CombinationResult | None = None,
) -> list[ThreadsCause | LoopCause | Price]:
    """Return why threads and asyncio reach what they reach in this combination, and the price of processes.

    Args:
        scope: its levels.
        base: the baseline.
        cells: valid ones with equal jobs in flight.
        first: the document's `scatter_rounds`.
        combination: what they were compared to be, where that is known: two cells have one ratio wherever it is told.
    """
    by_name = {cell.strategy: cell for cell in cells}
    threads, processes = by_name.get("threads"), by_name.get("processes")
    found: list[ThreadsCause | LoopCause | Price | None] = []
    if threads is not None:
        lock = own_gils(threads, by_name.get("interpreters"), first)
        found.append(
            _threads_cause(scope, base, threads, _control(processes, threads, first, combination), lock)
        )
    loop = by_name.get("asyncio")
    if loop is not None:
        found.append(_loop_cause(scope, loop))
    if threads is not None and processes is not None:
        found.append(_price(scope, threads, processes))
    return [finding for finding in found if finding is not None]


def own_gils(threads: CellResult, interpreters: CellResult | None, first: int | None) -> Interval | None:
    """Return by how much interpreters in one process, which share all locks but the GIL, are faster; null: are not."""
    gain = ratio(interpreters, threads, first) if interpreters is not None else None
    return gain if surely_above(gain, FLAT) else None


def _control(
    processes: CellResult | None,
    threads: CellResult,
    first: int | None,
    combination: CombinationResult | None,
) -> Control | None:
    """Return processes as the control where they are faster: what holds threads back is inside the one process."""
    gain = _gain(processes, threads, first, combination) if processes is not None else None
    if processes is None or gain is None or not surely_above(gain, FLAT):
        return None
    return Control(strategy=processes.strategy, ratio=gain, cores=processes.cores_used)


def _gain(
    cell: CellResult, over: CellResult, first: int | None, combination: CombinationResult | None
) -> Interval | None:
    contrasts = combination.contrasts if combination is not None else ()
    known = (each.ratio for each in contrasts if (each.of, each.over) == (cell.id, over.id))
    return next(known, None) or ratio(cell, over, first)


def _threads_cause(
    scope: Mapping[str, Any],
    base: CellResult | None,
    threads: CellResult,
    control: Control | None,
    lock: Interval | None,
) -> ThreadsCause | None:
    """Why threads reach what they reach, by the control in processes: what happens inside one process, or not."""
    speedup, cores = threads.speedup, threads.cores_used
    if speedup is None or cores is None or base is None or base.cores_used is None:
        return None
    waited = base.cores_used < 0.5  # noqa: PLR2004 - alone, the job was off CPU more than on it
    gains = surely_above(speedup, SCALES)
    effect: Literal["little", "part", "waiting_only", "waiting", "computing"]
    if control is not None and surely_below(speedup, SCALES):
        effect = "little"
    elif control is not None and surely_above(speedup, 1):
        effect = "waiting_only" if waited else "part"
    elif control is not None:
        return None
    elif waited and gains:
        effect = "waiting"
    elif gains and cores > SCALES:
        effect = "computing"
    else:
        return None
    return ThreadsCause(
        scope=scope,
        effect=effect,
        speedup=speedup,
        in_flight=threads.in_flight,
        cores=cores,
        control=control,
        own_gils=lock,
        time=_time(threads.attribution),
    )


def _time(found: Attribution | None) -> ThreadsTime | None:
    """Return where the workers' time went; a stall smaller than the steal is not named."""
    if found is None:
        return None
    if found.stall <= max(found.steal or 0.0, SMALL):
        return ThreadsTime(run_queue=found.run_queue, stall=None, mostly=None)
    parse = found.stall_parse / found.stall
    mostly: Literal["parsing", "fetching"] | None = (
        "parsing" if parse > MOST else "fetching" if parse < 1 - MOST else None
    )
    return ThreadsTime(run_queue=found.run_queue, stall=found.stall, mostly=mostly)


def _loop_cause(scope: Mapping[str, Any], loop: CellResult) -> LoopCause | None:
    lag = loop.loop_lag_s.max if loop.loop_lag_s is not None else None
    parse = loop.parse.wall_s if loop.parse is not None else None
    if lag is None or parse is None or parse < SHORT_S:
        return None
    return LoopCause(
        scope=scope, strategy=loop.strategy, in_flight=loop.in_flight, parse_wall_s=parse, loop_lag_max_s=lag
    )


def _price(scope: Mapping[str, Any], threads: CellResult, processes: CellResult) -> Price | None:
    dear, cheap = _footprint(processes), _footprint(threads)
    return None if dear is None or cheap is None else Price(scope=scope, processes=dear, threads=cheap)


def _footprint(cell: CellResult) -> Footprint | None:
    if cell.memory_bytes is None or cell.startup_s is None:
        return None
    return Footprint(strategy=cell.strategy, memory_bytes=cell.memory_bytes, startup_s=cell.startup_s)
