"""Facts to verdicts: what on this machine spoils measurements, and what to do about it. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from simulator.text.numbers import duration, number, share

from .facts import Facts
from .pythons import FoundPython

Verdict = Literal["ok", "warning", "problem"]

STEAL_WARNING, STEAL_PROBLEM = 0.02, 0.10
"""Shares of the capacity. From the second on, rounds are measured again as disturbed."""
LOAD_WARNING = 0.25
"""Runnable threads per usable core, before anything is measured. Never a problem: a run that has just ended
leaves a load behind, and real disturbance is found while measuring."""
SLEEP_P50_WARNING_S, SLEEP_P99_WARNING_S, SLEEP_P50_PROBLEM_S = 0.001, 0.005, 0.002
"""The second problem mark is that of the validity gate: a delay may be wrong by 2 ms in any case."""
CLOCK_STEP_WARNING_S = 10e-6
"""One hundredth of a millisecond: parse times are told apart in tenths of one."""
FAST_CLOCK_SOURCES = ("tsc", "kvm-clock", "arch_sys_counter", "hyperv_clocksource_tsc_page", "xen")
DESCRIPTORS_WARNING, DESCRIPTORS_PROBLEM = 1024, 256
DESCRIPTORS_WANTED = 10_240
"""The most that macOS accepts, and enough for the largest scenario."""
DESCRIPTORS_APART = 64
"""Open files of a process that are no connections: libraries, pipes, the log."""
MEMORY_WARNING_BYTES = 1 << 30
OLDEST = (3, 11)


@dataclass(frozen=True)
class Check:
    """One line of the diagnosis."""

    name: str
    value: str
    verdict: Verdict = "ok"
    advice: str | None = None
    """What to do; always there unless the verdict is ok."""


def diagnose(facts: Facts) -> tuple[Check, ...]:
    """Judge every fact that matters for measuring, in the order in which a person would look."""
    return tuple(_checks(facts))


def _checks(facts: Facts) -> Iterator[Check]:
    yield _system(facts)
    yield _cores(facts)
    yield _cpu_limit(facts)
    yield _memory(facts)
    yield _load(facts)
    yield _steal(facts)
    yield _sleep(facts)
    yield _clock(facts)
    yield _descriptors(facts)
    yield _python(facts)
    yield _gil(facts)
    yield _switches(facts)
    yield _loop(facts)
    yield _pythons(facts.pythons)


def _system(facts: Facts) -> Check:
    where = [facts.system]
    where += ["WSL"] if facts.wsl else ["virtual machine"] if facts.hypervisor else []
    where += [f"{facts.container} container"] if facts.container else []
    value = ", ".join(where)
    if facts.system == "Windows":
        return Check(
            "system", value, "problem", "run it under WSL: https://learn.microsoft.com/windows/wsl/install"
        )
    if facts.system != "Linux":
        advice = (
            "waiting for a core, stalls and steal cannot be read here and stay null; measure causes on Linux"
        )
        return Check("system", value, "warning", advice)
    return Check("system", value)


def _cores(facts: Facts) -> Check:
    usable, all_cores = facts.usable_cores, facts.cores or facts.usable_cores
    value = f"{usable} of {all_cores} usable" + (f" ({facts.cpu_model})" if facts.cpu_model else "")
    if usable < 2:  # noqa: PLR2004 (the server needs one while the job needs one)
        advice = "server and job share one core, so no strategy can show parallelism; use a machine with two or more"
        return Check("cores", value, "problem", advice)
    if facts.physical_cores == 1:
        advice = (
            f"the {usable} usable cores are one physical core: two threads that compute gain 1.3 × or so, whatever they"
            " run under; use a machine with two or more"
        )
        return Check("cores", f"{value}, one physical core", "warning", advice)
    if facts.physical_cores is not None and facts.physical_cores < usable:
        value += f", {facts.physical_cores} physical cores"
    if usable < all_cores:
        advice = "this process is pinned to some of the cores (taskset, a cpuset); start it without that to use all"
        return Check("cores", value, "warning", advice)
    return Check("cores", value)


def _cpu_limit(facts: Facts) -> Check:
    limit = facts.cpu_limit_cores
    if limit is None:
        return Check("CPU limit", "none")
    value = f"{limit:g} cores' time"
    if limit >= facts.usable_cores:
        return Check("CPU limit", value)
    advice = f"processes are stopped for a while when it is used up; raise it to {facts.usable_cores} (docker: --cpus)"
    if limit >= 2:  # noqa: PLR2004 (as for the cores)
        return Check("CPU limit", value, "warning", f"{advice}, or write `parallelism: {int(limit)}`")
    return Check("CPU limit", value, "problem", advice)


def _memory(facts: Facts) -> Check:
    amounts = [amount for amount in (facts.memory_bytes, facts.memory_limit_bytes) if amount is not None]
    if not amounts:
        return Check("memory", "unknown")
    limited = facts.memory_limit_bytes is not None and facts.memory_limit_bytes == min(amounts)
    value = f"{number(min(amounts) / (1 << 30))} GiB" + (" (control group limit)" if limited else "")
    if min(amounts) < MEMORY_WARNING_BYTES:
        advice = "many processes may not fit; keep in_flight small for `processes`, or raise the limit"
        return Check("memory", value, "warning", advice)
    return Check("memory", value)


def _load(facts: Facts) -> Check:
    if facts.load_1min is None:
        return Check("load", "unknown")
    per_core = facts.load_1min / facts.usable_cores
    verdict: Verdict = "warning" if per_core >= LOAD_WARNING else "ok"
    advice = "other programs use the cores; close them, or wait a minute and look again"
    return _judged("load", f"{number(facts.load_1min)} in the last minute", verdict, advice)


def _steal(facts: Facts) -> Check:
    stolen = facts.steal_share
    if stolen is None:
        return Check("steal", "unknown")
    verdict: Verdict = (
        "problem" if stolen >= STEAL_PROBLEM else "warning" if stolen >= STEAL_WARNING else "ok"
    )
    advice = "the host gives this machine's cores to others; measure at a quieter hour, or on dedicated cores"
    return _judged("steal", f"{share(stolen)} during this test", verdict, advice)


def _sleep(facts: Facts) -> Check:
    late = facts.sleep
    verdict: Verdict = "ok"
    if late.p50_s >= SLEEP_P50_PROBLEM_S:
        verdict = "problem"
    elif late.p50_s >= SLEEP_P50_WARNING_S or late.p99_s >= SLEEP_P99_WARNING_S:
        verdict = "warning"
    value = f"late by {duration(late.p50_s)} (p50), {duration(late.p99_s)} (p99)"
    advice = "injected delays will be late too; prefer far longer latencies, quieten the machine, measure more rounds"
    return _judged("a sleep of 3 ms", value, verdict, advice)


def _clock(facts: Facts) -> Check:
    source = f", {facts.clock_source}" if facts.clock_source else ""
    value = f"{facts.clock}, steps of {number(facts.clock_step_s * 1e9)} ns{source}"
    if facts.system == "Linux" and "CLOCK_MONOTONIC" not in facts.clock:
        advice = (
            "stamps of server and job cannot be compared; use a Python whose perf_counter is CLOCK_MONOTONIC"
        )
        return Check("clock", value, "problem", advice)
    if facts.clock_step_s >= CLOCK_STEP_WARNING_S:
        return Check(
            "clock", value, "warning", "too coarse for short parses; raise parse_cost or use another machine"
        )
    if facts.clock_source and facts.clock_source not in FAST_CLOCK_SOURCES:
        advice = "reading this clock is slow and makes stamps costly; boot with clocksource=tsc where that is stable"
        return Check("clock", value, "warning", advice)
    return Check("clock", value)


def _descriptors(facts: Facts) -> Check:
    soft, hard = facts.file_descriptors, facts.file_descriptors_hard
    if soft is None:
        return Check("open files", "no limit known")
    # Driver and server raise the soft limit to the hard one by themselves.
    most = DESCRIPTORS_WANTED if hard is None else hard
    value = f"{most}: about {max(most - DESCRIPTORS_APART, 0)} connections at once"
    verdict: Verdict = "ok"
    if most < DESCRIPTORS_WARNING:
        verdict = "problem" if most < DESCRIPTORS_PROBLEM else "warning"
    advice = "raise the hard limit (/etc/security/limits.conf, docker: --ulimit nofile)"
    return _judged("open files", value, verdict, advice)


def _python(facts: Facts) -> Check:
    value = f"{facts.implementation} {facts.version}" + (" free-threaded" if facts.free_threaded else "")
    if version_pair(facts.version) < OLDEST:
        return Check(
            "this Python", value, "problem", "3.11 is the oldest that is supported; install a later one"
        )
    return Check("this Python", value)


def _gil(facts: Facts) -> Check:
    if not facts.gil_enabled:
        return Check("GIL", "off")
    if not facts.free_threaded:
        return Check("GIL", "on")
    advice = (
        "an imported extension turned it on in a build that can do without; set PYTHON_GIL=0 to keep it off"
    )
    return Check("GIL", "on", "warning", advice)


def _switches(facts: Facts) -> Check:
    if not facts.debugging:
        return Check("switches", "none that slow Python down")
    names = ", ".join(told.split()[0] for told in facts.debugging)
    return Check("switches", names, "warning", "; ".join(facts.debugging))


def _loop(facts: Facts) -> Check:
    if facts.uvloop:
        return Check("event loops", "asyncio, uvloop")
    # Not a fault of the machine: every scenario but those that name uvloop runs without it.
    return Check("event loops", "asyncio", advice="`pip install uvloop` to measure `loop: uvloop` as well")


def _pythons(pythons: tuple[FoundPython, ...]) -> Check:
    running = [_named(python) for python in pythons if python.version]
    silent = [f"{python.command} ({python.problem})" for python in pythons if python.version is None]
    value = ", ".join(dict.fromkeys(running)) or "none"
    advice = (
        f"on PATH, but not running: {'; '.join(silent)}; name another with --python PATH" if silent else None
    )
    return Check("Pythons on PATH", value, advice=advice)


def _named(python: FoundPython) -> str:
    threads = " free-threaded" if python.implementation == "CPython" and python.free_threaded else ""
    old = " (too old to measure)" if version_pair(python.version or "") < OLDEST else ""
    return f"{python.implementation} {python.version}{threads}{old}"


def version_pair(version: str) -> tuple[int, ...]:
    """Return the first two numbers of a version, such as (3, 14) of "3.14.0rc1"."""
    return tuple(int(number) for number in re.findall(r"[0-9]+", version)[:2])


def _judged(name: str, value: str, verdict: Verdict, advice: str) -> Check:
    return Check(name, value, verdict, None if verdict == "ok" else advice)
