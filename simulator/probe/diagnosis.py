"""From what was measured to what holds threads back, and what to do; pure."""

from simulator.probe.result import Advice, Measured, ProbeResult, Threads
from simulator.stats.intervals import FEWEST_FOR_INTERVAL, Interval
from simulator.text.numbers import duration, factor, number, share
from simulator.text.words import counted

SCALES = 1.3
"""At two: more than that counts as scaling. Between two cores that share their caches 2.0 is seldom reached."""
STUCK = 1.25
WORTH = 1.6
"""A ceiling at two from which on a missing speed-up needs another cause than the GIL."""
SHORT_S = 0.001
"""A call that is shorter than this is not worth handing to another thread or process."""
NO_CORE = 0.3
MOSTLY_WAITS = 0.5
MUCH_KERNEL = 0.3
STALLED = 0.2
"""Share of two threads' time that is neither on a CPU nor waiting for one: 0.5 if one always waits for the other."""
ABOVE = 1.05
"""By how much more than a ceiling a speed-up is before it contradicts it: no ratio is measured better."""
MORE_CPU = 1.5
BUSY = 0.1
"""One thread that waits for a core that long is not alone on the machine."""


def conclude(measured: Measured) -> ProbeResult:
    """Draw the conclusions."""
    return ProbeResult(
        measured, ceiling(measured), limit(measured), advise(measured), contradiction(measured)
    )


def contradiction(measured: Measured) -> str | None:
    """Say so where threads gained more than the held share allows, surely: one of the two is measured wrong."""
    held = measured.gil_held
    if held is None:
        return None
    most = 1 / max(held.low, 0.001)
    above = [n for n, speedup in measured.speedup.items() if min(speedup.median / ABOVE, speedup.low) > most]
    if not above:
        return None
    n = max(above)
    return (
        f"These contradict each other: {n} threads did {factor(measured.speedup[n].median)} times the work of one, and"
        f" a call holds the GIL at least {share(held.low)} of its time, which allows {factor(most)} times. One of them"
        " is wrong; the advice is by the held share. Probe again on a quiet machine, with pages of equal cost."
    )


def too_few(found: Interval) -> str | None:
    """Say so where a call takes so long that a number is of fewer rounds than an interval needs: it decides nothing."""
    if found.kind == "interval":
        return None
    rounds = "too few rounds" if found.rounds is None else counted(found.rounds, "round")
    return (
        f"too noisy to tell: {rounds}, and {FEWEST_FOR_INTERVAL} are needed; give smaller pages, or more time to"
        " measure in"
    )


def ceiling(measured: Measured) -> float | None:
    """Return the most that any number of threads can gain.

    1 / held share, by the GIL; and cores / share of a call that is on a CPU, by the cores. Null without a held share,
    except where there is no GIL.
    """
    by_cores = measured.cores / max(_busy(measured), 0.01)
    if measured.gil_held is None:
        return by_cores if measured.python.without_gil else None
    return min(by_cores, 1 / max(measured.gil_held.median, 0.001))


def _busy(measured: Measured) -> float:
    """Share of a call that is on a CPU; a wait for a core is the machine's, not the call's."""
    alone = measured.threads.get(1)
    if alone is None:
        return 1.0
    return alone.on_cpu if alone.rest is None else alone.on_cpu / max(alone.on_cpu + alone.rest, 0.001)


def limit(measured: Measured) -> str | None:
    """Name what keeps threads from being faster.

    Null where they scale as far as there are cores, and where other programs use the cores: then two processes may
    do more than two threads only because the kernel deals the cores out by process group.
    """
    two, apart = measured.speedup.get(2), measured.processes.get(2)
    if two is None or any(odd(measured) for odd in (disturbed, contradiction, came_on)):
        return None
    if two.median >= SCALES:
        most = measured.threads.get(max(measured.threads))
        return "cores" if most is not None and (most.waiting or 0) >= NO_CORE else None
    if apart is not None and apart.median < SCALES:
        return "the machine: processes do not scale either"
    held = measured.gil_held
    if held is not None and 1 / max(held.median, 0.5) < WORTH:
        by = measured.python.gil_enabled_by
        return "the GIL" if by is None else f"the GIL, which {by} turned on in a build that can do without"
    known = held is not None or measured.python.without_gil
    if two.median < STUCK and apart is not None and known and _stalled(measured.threads.get(2)):
        return _lock(measured.threads.get(2))
    return _contention(measured)


def _contention(measured: Measured) -> str | None:
    more = _more_cpu(measured)
    if more is None:
        return None
    return (
        f"the threads themselves: a call costs {factor(more)} times the CPU beside another, though there is no GIL;"
        " threads that use the same objects do that (reference counts, locks, cache lines, the allocator)"
    )


def _more_cpu(measured: Measured) -> float | None:
    """Return how many times its CPU alone a call takes in two threads without a GIL, where that is much more."""
    alone, beside = measured.threads.get(1), measured.threads.get(2)
    if not measured.python.without_gil or alone is None or beside is None:
        return None
    if not alone.cpu_per_call_s or beside.cpu_per_call_s is None:
        return None
    more = beside.cpu_per_call_s / alone.cpu_per_call_s
    return more if more >= MORE_CPU else None


def _stalled(threads: Threads | None) -> bool:
    """Whether threads were off the CPU with a core free; true where the system does not say."""
    return threads is None or threads.rest is None or threads.rest >= STALLED


def came_on(measured: Measured) -> str | None:
    """Say so where the GIL came on while it was measured."""
    python = measured.python
    if python.gil_enabled or not python.gil_enabled_at_end:
        return None
    return (
        f"The GIL came on while this was measured: a call loaded {python.gil_enabled_by}, which does not declare"
        " that it can do without. What was measured before and after is of two kinds: import it first, and probe again."
    )


def disturbed(measured: Measured) -> str | None:
    """Say so where other programs had the cores: then the intervals are wide, and no time is a good one."""
    alone = measured.threads.get(1)
    if alone is None or alone.waiting is None or alone.waiting < BUSY:
        return None
    return (
        f"One thread alone waited {share(alone.waiting)} of its time for a core: other programs use them. Close them"
        " for narrower intervals."
    )


def _lock(threads: Threads | None) -> str:
    what = "a lock inside the process, not the GIL"
    if threads is not None and threads.kernel >= MUCH_KERNEL and threads.faults_per_call >= 1:
        return f"{what}: memory mapping, with {number(threads.faults_per_call)} page faults per call"
    return what


def advise(measured: Measured) -> Advice:
    """Say where to make the calls, and why."""
    two, apart = measured.speedup.get(2), measured.processes.get(2)
    cost, waits = measured.cost_s.median, _busy(measured) < MOSTLY_WAITS
    if cost < SHORT_S and not waits:
        return Advice(
            "inline",
            f"a call takes {duration(cost)}, about as much as handing it to a thread or process costs;"
            " hand over many at once, if any",
        )
    held = measured.gil_held
    if held is not None and contradiction(measured) is not None:
        return _by_share(held.median, "since the speed-up of threads contradicts it")
    if held is not None and disturbed(measured) is not None:
        return _by_share(held.median, "since other programs use the cores and no speed-up can be believed")
    if two is not None and _surely(two) and (held is None or 1 / max(held.low, 0.001) >= SCALES):
        return Advice("threads", f"two threads do {factor(two.median)} times the work of one")
    if apart is not None and _surely(apart):
        beside = (
            f"two threads do only {factor(two.median)}" if two is not None else "threads were not measured"
        )
        return Advice("processes", f"two processes do {factor(apart.median)} times the work of one, {beside}")
    return Advice(
        "inline",
        "neither two threads nor two processes do clearly more than one here; on an event loop, a thread would keep"
        " the loop free all the same",
    )


def _by_share(held: float, why: str) -> Advice:
    by_share = f"by that share alone, {why}"
    if 1 / max(held, 0.5) >= WORTH:
        return Advice("threads", f"it holds the GIL {share(held)} of its time: {by_share}")
    return Advice(
        "processes", f"it holds the GIL {share(held)} of its time, so threads wait for each other: {by_share}"
    )


def _surely(speedup: Interval) -> bool:
    return speedup.median >= SCALES and speedup.low > 1.0
