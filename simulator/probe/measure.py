"""Measures one target, step by step, with everything that can change meanwhile measured in turns."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field, replace
from math import ceil
from statistics import median

import numpy as np

from simulator.environment.cgroup import cpu_limit_cores
from simulator.environment.machine import usable_cores
from simulator.environment.pythons import FoundPython
from simulator.probe import imports
from simulator.probe.held import Held, Shares, estimate, shares_of
from simulator.probe.holders import longest
from simulator.probe.own_sampler import FIRST, OwnSampler
from simulator.probe.py_spy import find
from simulator.probe.result import Holder, LoopLag, Measured, Python, Record, Threads
from simulator.probe.sampling import CannotLookError, Look, Sampler
from simulator.probe.worker import TIME_LIMIT_S, Target, Worker, open_worker
from simulator.runner.driver_process import DriverError, default_python
from simulator.runtimes.errors import RuntimeUnavailableError
from simulator.runtimes.facts import ask
from simulator.stats.intervals import Interval, interval, paired_ratio
from simulator.text.numbers import duration

SPINNER = "a spinning thread beside it"
MOST_THREADS = 64
SLOW_S = 0.1
"""A call that takes longer is measured in fewer and longer turns."""
FEWEST_LOOKS = 3
MARGIN = 0.6
"""Of the time that is left: what a call costs is known by one or two, and machines are busy."""
LONG_S = 1.0
"""Of a call that takes longer each thread makes one, of others two at least: what ends late is then a smaller part."""
WINDOW_AT_MOST_S = 3.0
"""More than two threads are measured as far as their calls take no longer, one after another."""


@dataclass(frozen=True)
class Budget:
    """How much time each part gets; as it is, about 25 s in all for a call that takes less than 0.1 s."""

    rounds: int = 5
    window_s: float = 0.25
    looks: int = 7
    look_s: int = 1
    """Samplers take whole seconds."""
    loop_s: float = 2.0
    held: bool = True
    scaling: bool = True
    imports: bool = True
    sampler: Sampler | None = field(default_factory=find)
    """For a Python that has none of its own."""

    def for_cost(self, cost_s: float) -> "Budget":
        """Return the budget for a call that takes that long."""
        if cost_s <= SLOW_S:
            return self
        return replace(
            self,
            rounds=min(3, self.rounds),
            looks=min(4, self.looks),
            look_s=max(self.look_s, ceil(8 * cost_s)),
            loop_s=max(self.loop_s, 3 * cost_s) if self.loop_s > 0 else 0,
        )

    def within(self, left_s: float, limit_s: float, cost_s: float, dealing: "Dealing") -> "Budget":
        """Return the budget that a call of that cost leaves time for.

        Raises:
            DriverError: not even one round of it; says what would do.
        """
        round_s = (
            cost_s * dealing.calls * (len(dealing.levels) + 2) if self.scaling else cost_s * dealing.calls
        )
        look_s, loop_s = 2 * self.look_s * self.looks * self.held, 2 * self.loop_s
        rounds = min(self.rounds, int((left_s - look_s - loop_s) * MARGIN / round_s))
        if rounds >= 1:
            return replace(self, rounds=rounds)
        if self.look_s > 1 or self.looks > FEWEST_LOOKS:
            shorter = replace(self, looks=FEWEST_LOOKS, look_s=max(1, self.look_s // 2))
            return shorter.within(left_s, limit_s, cost_s, dealing)
        needed = ceil((limit_s - left_s + look_s + loop_s + round_s / MARGIN) / 10) * 10
        raise DriverError(
            "failed",
            f"a call takes {duration(cost_s)}, and a probe needs about {dealing.calls * (len(dealing.levels) + 4)} of"
            f" them: more than the time limit of {duration(limit_s)} leaves; give smaller pages with --pages-from, or"
            f" raise --time-limit to about {needed}s",
        )


Say = Callable[[str], None]


def measure(
    target: Target, python: str, budget: Budget, say: Say, *, time_limit_s: float = TIME_LIMIT_S
) -> Measured:
    """Measure all that the budget asks for.

    Args:
        target: what is called.
        python: the interpreter that calls it.
        budget: which parts, and how long.
        say: told what is being measured, and what is waited for.
        time_limit_s: of all of it but the questions to other Pythons, which have limits of their own.

    Raises:
        DriverError: the target cannot be loaded or called there, or not within the limit.
    """
    ends = time.monotonic() + time_limit_s
    check_python(python)
    cores = usable_cores()
    reasons: dict[str, str] = {}
    with ExitStack() as stack:
        say("loading the target and calling it once on every page")
        worker = stack.enter_context(_worker(python, target, ends, time_limit_s, say))
        cost_s = worker.first.cost_s
        dealing = deal(cost_s, cores, budget.window_s)
        budget = budget.for_cost(cost_s).within(ends - time.monotonic(), time_limit_s, cost_s, dealing)
        held, holders = _held(worker, python, budget, target.name, reasons, say)
        say("calling it in threads and processes")
        second = None
        if budget.scaling and cores > 1:
            second = stack.enter_context(_worker(python, target, ends, time_limit_s, say))
        else:
            reasons["processes"] = "not measured" if cores > 1 else _one_core()
        scaling = _scaling(worker, second, dealing, budget)
        if budget.loop_s > 0:
            say("calling it on an event loop")
        lag = _loop_lag(worker, budget) if budget.loop_s > 0 else None
        if lag is None:
            reasons["loop_lag_s"] = "not measured"
    first = worker.first
    described = Python(
        first.implementation,
        first.version,
        first.free_threaded,
        first.gil_enabled,
        worker.gil_enabled,
        worker.gil_enabled_by,
    )
    if worker.gil_enabled and not first.gil_enabled:
        reasons["gil_held"] = f"the GIL came on while it was measured ({worker.gil_enabled_by})"
    keeps, loads = imports.Answer(None, "not measured"), imports.Answer(None, "not measured")
    if budget.imports:
        say("importing it in other Pythons")
        loads, keeps = imports.ask_others(python, found_as(python, described), target)
    reasons |= {"subinterpreter": loads.reason, "keeps_gil_off": keeps.reason}
    return Measured(
        target=target.name,
        python=described,
        cores=cores,
        cost_s=scaling.cost_s,
        gil_held=held,
        speedup=scaling.speedup,
        processes=scaling.processes,
        threads=scaling.threads,
        loop_lag_s=lag,
        subinterpreter=loads.value,
        keeps_gil_off=keeps.value,
        reasons=reasons,
        record=Record(**first.record) if first.record else None,
        holders=holders,
    )


def check_python(python: str) -> None:
    """Ask an interpreter whether it can run a probe's worker. Raises DriverError, in one sentence, where it cannot."""
    if python == default_python():
        return
    try:
        facts = ask(python)
    except RuntimeUnavailableError as error:
        raise DriverError(
            "unsupported", f"{error}; --python takes the path of a Python interpreter"
        ) from error
    if facts.needs_portable_driver:
        raise DriverError(
            "unsupported",
            f"{python} is {facts.label}, and a probe needs CPython 3.11 or later; name one with --python, or compare"
            " Pythons with `simulator run` and runtimes",
        )


def _worker(
    python: str, target: Target, ends: float, time_limit_s: float, say: Say
) -> AbstractContextManager[Worker]:
    left_s = max(0.1, ends - time.monotonic())
    return open_worker(python, target, time_limit_s=time_limit_s, left_s=left_s, say=say)


def _one_core() -> str:
    limit = cpu_limit_cores()
    return (
        "this machine has one core for it"
        if limit is None
        else f"limited to {limit:.1f} cores by its container"
    )


def found_as(command: str, python: Python) -> FoundPython:
    """Return the measured Python as one that is asked as others are."""
    name = {"cpython": "CPython"}.get(python.implementation, python.implementation)
    return FoundPython(command, name, python.version, free_threaded=python.free_threaded)


def _held(
    worker: Worker, python: str, budget: Budget, target: str, reasons: dict[str, str], say: Say
) -> tuple[Held | None, tuple[Holder, ...]]:
    """Return how long a call holds the GIL, and in which of its functions."""
    if not worker.first.gil_enabled or not budget.held:
        why = "not measured" if worker.first.gil_enabled else "this build has no GIL"
        reasons |= {"gil_held": why, "holders": why}
        return None, ()
    say("watching who holds the GIL")
    why = "py-spy is not installed"
    own = tuple(map(int, worker.first.version.split(".")[:2])) >= FIRST
    sampler = OwnSampler(python) if own else budget.sampler
    if worker.first.free_threaded:
        why = "no sampler sees the GIL of a free-threaded build"
    elif sampler is not None:
        try:
            looks = _looks(worker, budget, sampler)
        except CannotLookError as error:
            why = str(error)
        else:
            known = (shares_of(one.everything, one.holding) for one in looks)
            found = estimate(
                [shares for shares in known if shares is not None], f"{sampler.name}, from outside"
            )
            held = _noted(found, reasons)
            if held is None:  # they are of the same samples
                reasons["holders"] = reasons["gil_held"]
                return None, ()
            return held, longest(looks, target)
    reasons["holders"] = why
    say(f"nobody can look at it ({why}): calling it beside a spinning thread")
    pairs: list[Shares] = []
    for _ in range(max(3, budget.looks)):
        answer = worker.measure("spinner", seconds=max(budget.window_s, 0.2))
        pairs.append({phase: answer[phase] for phase in ("target", "hold", "release")})
    found = estimate(pairs, f"{SPINNER} ({why})", rough=True)
    return _noted(found if isinstance(found, Held) else f"{why}; with {SPINNER}: {found}", reasons), ()


def _noted(found: Held | str, reasons: dict[str, str]) -> Held | None:
    if isinstance(found, Held):
        return found
    reasons["gil_held"] = found
    return None


def _looks(worker: Worker, budget: Budget, sampler: Sampler) -> list[Look]:
    with worker.taking_turns():
        return [sampler.look(worker.first.pid, budget.look_s) for _ in range(budget.looks)]


@dataclass(frozen=True)
class Dealing:
    """How many calls are dealt out in a window, and to how many threads."""

    levels: tuple[int, ...]
    """Numbers of threads beside one: powers of two up to twice the cores, 2 at least."""
    calls: int
    """The same for each of them, so that all of them do the same work: a multiple of the most threads."""


def deal(cost_s: float, cores: int, window_s: float) -> Dealing:
    """Return what one thread does in about `window_s`, or as much as gives every thread whole calls to make."""
    least = 1 if cost_s > LONG_S else 2
    levels = [2]
    while (most := levels[-1] * 2) <= min(
        2 * cores, MOST_THREADS
    ) and least * most * cost_s <= WINDOW_AT_MOST_S:
        levels.append(most)
    most = levels[-1]
    return Dealing(tuple(levels), most * max(least, ceil(window_s / max(cost_s, 1e-9) / most)))


@dataclass(frozen=True)
class _Scaling:
    cost_s: Interval
    speedup: Mapping[int, Interval]
    processes: Mapping[int, Interval]
    threads: Mapping[int, Threads]


def _scaling(worker: Worker, second: Worker | None, dealing: Dealing, budget: Budget) -> _Scaling:
    levels = dealing.levels if budget.scaling else ()
    rates: dict[int, list[float]] = {n: [] for n in (1, *levels)}
    looks: dict[int, list[Threads]] = {n: [] for n in (1, *levels)}
    apart: list[float] = []
    for turn in range(budget.rounds):
        # There and back: what drifts in one direction is not always against the same.
        for n in sorted(rates, reverse=bool(turn % 2)):
            answer = worker.measure("threads", threads=n, calls=dealing.calls, first=0)
            rates[n].append(answer["calls_per_s"])
            looks[n].append(_threads(answer))
        if second is not None:
            apart.append(_side_by_side(worker, second, dealing.calls))
    cost = interval([1 / rate for rate in rates[1]])
    if cost is None:
        raise ValueError("a probe needs a round at least")
    speedup = {n: paired_ratio(rates[n], rates[1]) for n in levels}
    processes = {2: paired_ratio(apart, rates[1])} if apart else {}
    return _Scaling(cost, _known(speedup), _known(processes), {n: _median(looks[n]) for n in looks})


def _known(ratios: Mapping[int, Interval | None]) -> dict[int, Interval]:
    return {n: ratio for n, ratio in ratios.items() if ratio is not None}


def _side_by_side(one: Worker, other: Worker, calls: int) -> float:
    """Return the calls per second of two processes, each with half of them, in the window that has both."""
    half = calls // 2
    for worker, first in ((one, 0), (other, half)):
        worker.ask("threads", threads=1, calls=half, first=first)
    answers = [worker.answer("threads") for worker in (one, other)]
    began_s = min(float(answer["began_s"]) for answer in answers)
    ended_s = max(float(answer["ended_s"]) for answer in answers)
    return 2 * half / (ended_s - began_s)


def _threads(answer: Mapping[str, float | None]) -> Threads:
    on_cpu, waiting = float(answer["on_cpu"] or 0), answer["waiting"]
    return Threads(
        on_cpu=on_cpu,
        waiting=waiting,
        rest=None if waiting is None else max(0.0, 1 - on_cpu - waiting),
        kernel=float(answer["kernel"] or 0),
        faults_per_call=float(answer["faults_per_call"] or 0),
        cpu_per_call_s=answer["cpu_per_call_s"],
    )


def _median(looks: Sequence[Threads]) -> Threads:
    def middle(values: Sequence[float | None]) -> float | None:
        known = [value for value in values if value is not None]
        return median(known) if known else None

    return Threads(
        on_cpu=median(one.on_cpu for one in looks),
        waiting=middle([one.waiting for one in looks]),
        rest=middle([one.rest for one in looks]),
        kernel=median(one.kernel for one in looks),
        faults_per_call=median(one.faults_per_call for one in looks),
        cpu_per_call_s=middle([one.cpu_per_call_s for one in looks]),
    )


def _loop_lag(worker: Worker, budget: Budget) -> LoopLag:
    late: dict[bool, list[float]] = {True: [], False: []}
    for idle in (True, False, False, True):
        late[idle] += worker.measure("loop", idle=idle, seconds=budget.loop_s / 2)["lag_s"]
    busy, idle_late = np.asarray(late[False]), np.asarray(late[True])
    return LoopLag(
        p50=float(np.quantile(busy, 0.5, method="higher")),
        p90=float(np.quantile(busy, 0.9, method="higher")),
        max=float(busy.max()),
        idle_p90=float(np.quantile(idle_late, 0.9, method="higher")),
    )
