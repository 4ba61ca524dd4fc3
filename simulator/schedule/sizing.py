"""How many jobs a repetition needs and how long it will take, predicted before anything is measured.

The model is the coarsest that is safe: the bounds of simulator.model, of jobs that wait and compute. Windows are sized
for the fastest that a cell may be, so that none is too short; times are predicted for the slowest, so that a budget
holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from math import ceil

from simulator.model.bounds import bound_of
from simulator.model.demands import Demand, Demands
from simulator.model.network import network
from simulator.model.shape import Machine, Shape
from simulator.schedule.evenness import even

OVERHEAD_CPU_S = 0.0002
"""CPU of a job beside its request and its parse, at most: claiming, and handing the record over."""
LEAST_CPU_S = 0.00005
"""What a job takes at least, whatever was measured."""
TRANSPORT_S = 0.001
"""From the client to the server and back on one machine, over the injected delay."""
SLOWDOWN = 1.15
"""Of computing on a busy machine, against one page alone: caches, the server beside it, a noisy host."""
MARGIN = 1.6
"""Windows are made this much longer than the least that counts: a minute later a machine may be half as fast again."""
FIXED_S = 0.4
"""A repetition's time beside start-up and window: yardsticks, snapshots, digests, the end of processes."""
PROCESS_S = 0.05
"""Start-up of each further process."""

WINDOW_S = 1.0
"""Aimed at where cells are sized by themselves: twice what counts, at the fastest that a cell may be."""
BASELINE_WINDOW_S = 0.8
"""Likewise of the baseline, one job at a time: its rate is known from fewer jobs."""
OPEN_WINDOW_S = 3.0
"""Likewise of open arrivals, whose queues need time to show."""
LONGEST_S = 4.0
"""What evenness, or a speed that nobody knows, may stretch a window to."""
BASELINE_LONGEST_S = 30.0
"""Likewise of the baseline, to which all others are related: an error of its mean is one of theirs."""
FEW = 3
"""Times the fewest jobs that count: what evenness may ask for in any case."""
LIMIT_SHARE = 0.8
"""Of the time limit: what a repetition that sizes itself is predicted to take at the most."""
WHOLE_PASSES = 2.0
"""By how much more jobs are done for whole passes over the pages of a folder, whose costs differ."""


@dataclass(frozen=True)
class Work:
    """One cell, as far as its size depends on it. Times are of one job."""

    cores: int
    """That its driver may use."""
    in_flight: int
    processes: int
    """Of its strategy; 0: everything runs in one process."""
    loop: bool
    """Its waits overlap on one event loop, in each of its processes."""
    releasing: bool | None
    """Whether its parser lets other threads run; null: nobody knows."""
    wait_s: float
    parse_cpu_s: float
    client_cpu_s: float
    start_s: float
    """Of one interpreter with client and parser."""
    warmup: int
    rate_per_s: float | None = None
    """Of open arrivals; null: a free worker starts the next job at once."""
    group: str = ""
    """Cells of one group do the same pages where a budget sizes them; "": the baseline, in none."""
    waits_s: tuple[float, ...] = ()
    """`wait_s` of each page, from the first on; empty: all alike."""
    period: int = 1
    """Pages after which their contents repeat; 1: all cost alike."""
    ramp_s: float = 0.0
    """Over how long its jobs in flight begin: time that is not measured."""
    let_in_per_s: float | None = None
    """The most that the server serves, whoever asks; null: as much as it is asked for."""


@dataclass(frozen=True)
class Size:
    """What a repetition of a cell is to be, and what that will take."""

    pages: int | None
    """Null: its duration is fixed."""
    window_s: float
    total_s: float
    """Start-up, ramp, window and end: what `Repetition.took_s` will be, or less."""


@lru_cache(maxsize=4096)
def speeds(work: Work) -> tuple[float, float]:
    """Return the slowest and the fastest rate that this cell may reach, in jobs per second."""
    cpu_s = max(work.parse_cpu_s + work.client_cpu_s, LEAST_CPU_S)
    busy_s = (cpu_s + OVERHEAD_CPU_S) * SLOWDOWN
    # The client's share of a job lets go of the interpreter now and then even where the parse does not.
    slowest = _bound_per_s(work, work.wait_s + TRANSPORT_S, busy_s, gil=not work.releasing)
    fastest = _bound_per_s(work, work.wait_s, cpu_s, gil=work.releasing is False)
    for most_per_s in (work.rate_per_s, work.let_in_per_s):
        if most_per_s is not None:
            slowest, fastest = min(slowest, most_per_s), min(fastest, most_per_s)
    return slowest, fastest


def _bound_per_s(work: Work, wait_s: float, cpu_s: float, *, gil: bool) -> float:
    """Return the most that such jobs can do in this cell: all their computing holds the GIL, or none of it."""
    apart = max(1, min(work.processes, work.in_flight))
    widths = tuple(work.in_flight // apart + (at < work.in_flight % apart) for at in range(apart))
    shape = Shape("processes" if work.processes else "none", widths, work.loop)
    needed = Demands(waits_s=(wait_s,), parse_held=Demand(cpu_s))
    return bound_of(network(shape, needed, Machine(work.cores, gil))).per_s


def size(
    work: Work,
    *,
    window_s: float,
    min_jobs_per_slot: int,
    pages: int | None = None,
    duration_s: float | None = None,
    least_pages: int = 1,
) -> Size:
    """Size one repetition, or predict what one of a given length takes.

    Args:
        work: the cell.
        window_s: how long the window is to be at least, at the fastest that the cell may be.
        min_jobs_per_slot: the validity gate's; with it the fewest jobs for each one in flight.
        pages: given: the jobs are counted already.
        duration_s: given: the window is.
        least_pages: fewest jobs, whatever the window.
    """
    slowest, fastest = speeds(work)
    response_s = work.wait_s + TRANSPORT_S + work.parse_cpu_s + work.client_cpu_s + OVERHEAD_CPU_S
    if duration_s is not None:
        jobs, lasts_s = None, duration_s + response_s
    else:
        slots = 0 if work.rate_per_s is not None else min_jobs_per_slot * work.in_flight
        jobs = pages or max(least_pages, slots, ceil(window_s * fastest))
        lasts_s = jobs / slowest + response_s
    start_s = work.start_s + work.processes * PROCESS_S + work.warmup * response_s * SLOWDOWN
    return Size(jobs, lasts_s, FIXED_S + start_s + work.ramp_s + lasts_s)


@dataclass(frozen=True)
class Gate:
    """The least that counts, and the longest that is waited for."""

    min_window_s: float
    min_jobs_per_slot: int
    time_limit_s: float


def auto(work: Work, gate: Gate, like: int = 0) -> Size:
    """Size one repetition by itself: surely valid, long enough to be told from noise, and no longer.

    Args:
        work: the cell.
        gate: what it has to pass.
        like: jobs of those that it is compared with; 0: there are none yet.
    """
    slowest, fastest = speeds(work)
    baseline = not work.group
    aimed_s = BASELINE_WINDOW_S if baseline else WINDOW_S if work.rate_per_s is None else OPEN_WINDOW_S
    valid = (
        size(work, window_s=gate.min_window_s * MARGIN, min_jobs_per_slot=gate.min_jobs_per_slot).pages or 1
    )
    if work.rate_per_s is None:
        valid = -(-valid // work.in_flight) * work.in_flight
    most = max(valid, _turns(work, slowest * max(LONGEST_S, aimed_s)))
    wanted = max(valid, min(ceil(aimed_s * fastest), most))
    if work.rate_per_s is None:
        busy_s = work.parse_cpu_s + work.client_cpu_s + TRANSPORT_S
        # Slow jobs that differ are few in any window that one would wait for.
        more = max(most, FEW * valid, int(slowest * BASELINE_LONGEST_S) if baseline else 0)
        wanted = even(
            work.waits_s, busy_s=busy_s, in_flight=work.in_flight, least=wanted, most=more, like=like
        )
    passes = -(-wanted // work.period) * work.period
    if passes <= WHOLE_PASSES * wanted:
        wanted = passes
    found = _counted(work, wanted)
    limit_s = LIMIT_SHARE * gate.time_limit_s
    if found.total_s > limit_s:
        beside_s = found.total_s - found.window_s
        found = _counted(work, max(valid, min(wanted, _turns(work, (limit_s - beside_s) * slowest))))
    return found


def _turns(work: Work, jobs: float) -> int:
    """Return so many jobs and no more, in whole turns of those in flight."""
    return int(jobs) // work.in_flight * work.in_flight


def with_ramp(work: Work, found: Size) -> Size:
    """Return a size of counted jobs with those that are over before a ramp is, and so are lost to the window."""
    # A job in flight that ends after the ramp counts, and so none is lost of a ramp that is no longer than a job.
    lost = ceil(work.ramp_s * speeds(work)[1]) if work.ramp_s > work.wait_s else 0
    return replace(found, pages=(found.pages or 0) + lost)


def auto_all(works: Mapping[str, Work], blocks: Mapping[str, str], gate: Gate) -> dict[str, Size]:
    """Size every cell by itself; where pages cost differently, cells that are compared do the same ones.

    Args:
        works: the cells, by name.
        blocks: of each cell, which ones it is compared with.
        gate: what each has to pass.
    """
    alone = {name: auto(work, gate) for name, work in works.items() if work.group}
    others: dict[str, int] = {}
    for name, found in alone.items():
        others[blocks[name]] = max(others.get(blocks[name], 0), found.pages or 0)
    # Last: where delays scatter, what matters most is that its pages wait as long as theirs.
    alone |= {
        name: auto(work, gate, others.get(blocks[name], 0)) for name, work in works.items() if not work.group
    }
    uneven: dict[str, int] = {}
    for name, work in works.items():
        if (alone[name].pages or 0) % work.period:
            uneven[blocks[name]] = 0
    for name, found in alone.items():
        if blocks[name] in uneven:
            uneven[blocks[name]] = max(uneven[blocks[name]], found.pages or 0)
    same = {
        name: _counted(work, uneven[blocks[name]]) for name, work in works.items() if blocks[name] in uneven
    }
    # Rather other pages than no repetition that ends in time.
    return alone | {n: found for n, found in same.items() if found.total_s <= LIMIT_SHARE * gate.time_limit_s}


def _counted(work: Work, pages: int) -> Size:
    return size(work, window_s=0.0, min_jobs_per_slot=0, pages=pages)


class BudgetError(ValueError):
    """Not even the shortest windows that count fit into the budget; the text says how long those take."""


def fit(
    works: Mapping[str, Work],
    *,
    budget_s: float,
    rounds: float,
    min_window_s: float,
    min_jobs_per_slot: int,
    least_pages: int = 1,
    limit_s: float | None = None,
) -> dict[str, Size]:
    """Size every cell so that all rounds together take the budget, none below a valid window.

    Windows are as long as the budget allows, the same for all cells at the fastest that each may be; but cells of one
    group get as many jobs as the fastest of them. The length is found by bisection, since the time grows with it.

    Args:
        works: the cells, by name.
        budget_s: for all repetitions.
        rounds: how often each cell is run; a mean, where not all are run equally often.
        min_window_s: the validity gate's.
        min_jobs_per_slot: the validity gate's.
        least_pages: fewest jobs, whatever the window.
        limit_s: what the shortest windows that count may take where they do not fit into the budget; null: whatever
            they take.

    Raises:
        BudgetError: the shortest windows take longer than the limit.
    """

    def sizes(window_s: float) -> dict[str, Size]:
        def one(work: Work, least: int) -> Size:
            return size(work, window_s=window_s, min_jobs_per_slot=min_jobs_per_slot, least_pages=least)

        alone = {name: one(work, least_pages) for name, work in works.items()}
        most: dict[str, int] = {}
        for name, work in works.items():
            most[work.group] = max(most.get(work.group, 0), alone[name].pages or 0)
        return {
            name: one(work, most[work.group]) if work.group else alone[name] for name, work in works.items()
        }

    def takes_s(found: Mapping[str, Size]) -> float:
        return rounds * sum(one.total_s for one in found.values())

    shortest = min_window_s * MARGIN
    least = sizes(shortest)
    if takes_s(least) > budget_s:
        if limit_s is None or takes_s(least) <= limit_s:
            return least
        raise BudgetError(
            f"{len(works)} cells in {rounds:g} rounds take about {ceil(takes_s(least))} s with the shortest windows"
            " that count, more than the budget leaves for them; raise budget, or lower rounds or the number of cells"
        )
    low, high = shortest, max(shortest, budget_s)
    for _ in range(40):
        middle = (low + high) / 2
        if takes_s(sizes(middle)) <= budget_s:
            low = middle
        else:
            high = middle
    return sizes(low)
