"""Where the time of the workers went, from clocks inside the driver and the kernel's counts outside.

Per worker and window: CPU in fetch + CPU in parse + other CPU + run-queue wait + off CPU. The first two are read by
the driver (`thread_time_ns`), total CPU and run-queue wait by the runner (/proc/PID/task/TID/schedstat). Only off-CPU
time is split: while the server held the request it is the network; with no job it is idle; the rest is a stall. Nothing
is normalised: each phase is worked out from its own wall time, and what does not fit the window is the residual.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np

from simulator.analysis.spans import covered_ns, union
from simulator.result.attribution import Attribution, JobTime
from simulator.result.observation import CpuTime, Observed
from simulator.result.samples import UNKNOWN, Samples

MOST_UNSTAMPED = 0.05
"""Share of jobs without the server's stamps up to which the others speak for them."""


@dataclass(frozen=True)
class _Spent:
    """Of one worker, in ns; the fields of Attribution of the same names."""

    fetch_cpu: float = 0.0
    parse_cpu: float = 0.0
    other_cpu: float = 0.0
    run_queue: float = 0.0
    network: float = 0.0
    stall_fetch: float = 0.0
    stall_parse: float = 0.0
    stall_other: float = 0.0
    idle: float = 0.0


SHARES = tuple(field.name for field in fields(_Spent))


def attribute(observed: Observed, steal: float | None) -> Attribution | None:
    """Return where the workers' time went; null where a thread, the server's stamps or a CPU clock cannot be read.

    Args:
        observed: one repetition.
        steal: share of the machine's capacity that its host took.
    """
    samples = observed.samples.since(observed.go_ns)
    ready, parked = observed.ready.workers, observed.parked.workers
    if not ready or ready.keys() != parked.keys() or not len(samples):
        return None
    if (samples.parse_cpu_ns == UNKNOWN).any() or not _stamped(samples):
        return None
    begin, end = observed.go_ns, int(samples.ready_ns.max())
    on_loop = bool((samples.fetch_cpu_ns == UNKNOWN).any())
    total = _Spent()
    for index in ready:
        spent = CpuTime(
            parked[index].on_cpu_ns - ready[index].on_cpu_ns,
            parked[index].run_queue_ns - ready[index].run_queue_ns,
        )
        if observed.roles.get(index) == "parse":
            one = _pool_worker(samples, index, spent, end - begin)
        elif on_loop:
            one = _loop(samples, index, spent, (begin, end))
        else:
            one = _thread(samples, index, spent, (begin, end))
        total = _Spent(*(getattr(total, name) + getattr(one, name) for name in SHARES))
    whole = len(ready) * (end - begin)
    shares = {name: getattr(total, name) / whole for name in SHARES}
    return Attribution(workers=len(ready), **shares, residual=1 - sum(shares.values()), steal=steal)


def mean(found: Iterable[Attribution | None]) -> Attribution | None:
    """Return the mean over repetitions, whose shares still add up to 1; null if any is."""
    known = list(found)
    if not known or None in known:
        return None
    all_ = [one for one in known if one is not None]

    def over(name: str) -> float:
        return float(np.mean([getattr(one, name) for one in all_]))

    steals = [one.steal for one in all_ if one.steal is not None]
    return Attribution(
        workers=max(one.workers for one in all_),
        **{name: over(name) for name in (*SHARES, "residual")},
        steal=float(np.mean(steals)) if steals else None,
    )


def fetch_ns(samples: Samples) -> np.ndarray:
    """Return how long each job was fetched (ns): its attempts, and not the waits between them."""
    return np.asarray(samples.fetched_ns - samples.asked_ns + samples.earlier_ns)


def job_time(samples: Samples) -> JobTime | None:
    """Return the mean way of the jobs without an error; null where the server's stamps are not known."""
    good = (samples.error == UNKNOWN) & (samples.last_byte_ns != UNKNOWN)
    if not good.any() or not _stamped(samples):
        return None

    def mean_s(later: np.ndarray, earlier: np.ndarray) -> float:
        return float((later - earlier)[good].mean()) / 1e9

    return JobTime(
        again_s=mean_s(samples.asked_ns, samples.start_ns),
        before_server_s=mean_s(samples.received_ns, samples.asked_ns),
        network_s=float(samples.network_ns[good].mean()) / 1e9,
        resume_s=mean_s(samples.fetched_ns, samples.handed_ns),
        to_parser_s=mean_s(samples.parsing_ns, samples.fetched_ns),
        parse_s=mean_s(samples.parsed_ns, samples.parsing_ns),
        back_s=mean_s(samples.ready_ns, samples.parsed_ns),
    )


def _stamped(samples: Samples) -> bool:
    good = samples.error == UNKNOWN
    unknown = good & (samples.last_byte_ns == UNKNOWN)
    return bool(good.any()) and float(unknown.sum()) <= MOST_UNSTAMPED * float(good.sum())


def _thread(samples: Samples, worker: int, spent: CpuTime, window: tuple[int, int]) -> _Spent:
    """Return the time of a thread that fetches, blocking, and parses what it fetched."""
    mine = samples.worker == worker
    fetch_wall = float(fetch_ns(samples)[mine].sum())
    parse_wall = float((samples.parsed_ns - samples.parsing_ns)[mine].sum())
    fetch_cpu = float(samples.fetch_cpu_ns[mine].sum())
    parse_cpu = float(samples.parse_cpu_ns[mine].sum())
    other_cpu = max(0.0, spent.on_cpu_ns - fetch_cpu - parse_cpu)
    # Before its first job, after its last one, and wherever it waited until a job was due or to be tried again, it had
    # nothing to do.
    begin, end = window
    outside = end - begin - fetch_wall - parse_wall
    no_job = float(end - begin)
    if mine.any():
        order = np.argsort(samples.start_ns[mine])
        due, start, parsed = (
            column[mine][order] for column in (samples.due_ns, samples.start_ns, samples.parsed_ns)
        )
        no_job = float(start[0] - begin + end - parsed[-1])
        no_job += float(samples.backoff_ns[mine].sum())
        if (due != start).any():
            no_job += float(np.maximum(due[1:] - parsed[:-1], 0).sum())
    queue_fetch, queue_parse, queue_other = _dealt(
        spent.run_queue_ns,
        (fetch_cpu, parse_cpu, other_cpu),
        (fetch_wall - fetch_cpu, parse_wall - parse_cpu, outside - other_cpu),
    )
    off_fetch = max(0.0, fetch_wall - fetch_cpu - queue_fetch)
    network = min(_held_ns(samples, mine), off_fetch)
    off_between = max(0.0, outside - other_cpu - queue_other)
    idle = min(no_job, off_between)
    return _Spent(
        fetch_cpu=fetch_cpu,
        parse_cpu=parse_cpu,
        other_cpu=other_cpu,
        run_queue=spent.run_queue_ns,
        network=network,
        stall_fetch=off_fetch - network,
        stall_parse=max(0.0, parse_wall - parse_cpu - queue_parse),
        stall_other=off_between - idle,
        idle=idle,
    )


def _loop(samples: Samples, worker: int, spent: CpuTime, window: tuple[int, int]) -> _Spent:
    """Return the time of a thread that runs a loop, on which it parses or not.

    What it does for one task is done while others wait for their answers, so fetch CPU is all CPU beside parsing, and
    the network is what is left off CPU while the server held at least one request: a stall is only what that cannot
    explain.
    """
    begin, end = window
    mine = samples.worker == worker
    inline = mine & (samples.parse_worker == worker)
    parses = union(samples.parsing_ns[inline], samples.parsed_ns[inline])
    parse_wall = covered_ns(parses)
    parse_cpu = float(samples.parse_cpu_ns[inline].sum())
    fetch_cpu = max(0.0, spent.on_cpu_ns - parse_cpu)
    rest = end - begin - parse_wall
    queue_parse, queue_rest = _dealt(
        spent.run_queue_ns, (parse_cpu, fetch_cpu), (parse_wall - parse_cpu, rest - fetch_cpu)
    )
    off = max(0.0, rest - fetch_cpu - queue_rest)
    stamped = mine & (samples.last_byte_ns != UNKNOWN)
    handed = samples.handed_ns[stamped]
    held = union(
        np.concatenate([samples.received_ns[stamped], samples.parsing_ns[inline]]),
        np.concatenate([handed, samples.parsed_ns[inline]]),
    )
    network = min(off, covered_ns(held) - parse_wall)
    # It has nothing to do while each of its jobs is at the server, in a pool, or not begun.
    busy = union(
        np.concatenate([samples.asked_ns[stamped], handed, samples.parsing_ns[inline]]),
        np.concatenate([samples.received_ns[stamped], samples.fetched_ns[stamped], samples.ready_ns[inline]]),
    )
    waiting = covered_ns(union(*_joined(held, busy)))
    idle = min(off - network, max(0.0, end - begin - waiting))
    return _Spent(
        fetch_cpu=fetch_cpu,
        parse_cpu=parse_cpu,
        run_queue=spent.run_queue_ns,
        network=network,
        stall_fetch=off - network - idle,
        stall_parse=max(0.0, parse_wall - parse_cpu - queue_parse),
        idle=idle,
    )


def _pool_worker(samples: Samples, worker: int, spent: CpuTime, window_ns: int) -> _Spent:
    """Return the time of a worker of a pool, which only parses."""
    mine = samples.parse_worker == worker
    wall = float((samples.parsed_ns - samples.parsing_ns)[mine].sum())
    parse_cpu = float(samples.parse_cpu_ns[mine].sum())
    other_cpu = max(0.0, spent.on_cpu_ns - parse_cpu)
    outside = window_ns - wall
    queue_parse, queue_other = _dealt(
        spent.run_queue_ns, (parse_cpu, other_cpu), (wall - parse_cpu, outside - other_cpu)
    )
    return _Spent(
        parse_cpu=parse_cpu,
        other_cpu=other_cpu,
        run_queue=spent.run_queue_ns,
        stall_parse=max(0.0, wall - parse_cpu - queue_parse),
        idle=max(0.0, outside - other_cpu - queue_other),
    )


def _dealt(queue_ns: float, by: tuple[float, ...], room: tuple[float, ...]) -> tuple[float, ...]:
    """Deal a thread's run-queue wait to its phases by their CPU, to none more than it was off CPU.

    The kernel counts it per thread only. A thread waits for a core when it is woken or pushed aside, and the more it
    computes in a phase, the more often that happens there.
    """
    given = [0.0] * len(by)
    left = float(queue_ns)
    for _ in by:
        open_ = [i for i in range(len(by)) if room[i] - given[i] > 0 and by[i] > 0]
        weight = sum(by[i] for i in open_)
        if left <= 0 or not open_:
            break
        shares = {i: min(left * by[i] / weight, room[i] - given[i]) for i in open_}
        for i, share in shares.items():
            given[i] += share
        left -= sum(shares.values())
    return tuple(given)


def _held_ns(samples: Samples, mine: np.ndarray) -> float:
    """Return how long the server held the requests of these jobs, those without stamps counted as the others."""
    stamped = mine & (samples.last_byte_ns != UNKNOWN)
    if not stamped.any():
        return 0.0
    held = float((samples.network_ns + samples.earlier_ns)[stamped].sum())
    return held * float(mine.sum()) / float(stamped.sum())


def _joined(
    one: tuple[np.ndarray, np.ndarray], other: tuple[np.ndarray, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    return np.concatenate([one[0], other[0]]), np.concatenate([one[1], other[1]])
