"""Why threads reach what they reach."""

from simulator.report.sentences.interface import Kind
from simulator.result.findings.reasons import Control, ThreadsCause, ThreadsTime
from simulator.text.numbers import number, share, times


def _sentence(found: ThreadsCause) -> str:
    return f"{_held_back(found, found.control) if found.control is not None else _free(found)}.{_where(found.time)}"


def _held_back(found: ThreadsCause, control: Control) -> str:
    lock = "something that only one thread can use at a time"
    if found.own_gils is not None:
        lock = f"the GIL (interpreters in one process, each with a GIL of its own, are {times(found.own_gils)} threads)"
    faster = f"{control.strategy} are {times(control.ratio)} threads"
    inside = (
        f"so what holds them back is inside the one process, {lock}:"
        f" they used {number(found.cores)} cores, {control.strategy} {number(control.cores)}"
    )
    reached = f"{times(found.speedup)} sequential with {found.in_flight} in flight"
    if found.effect == "waiting_only":
        return (
            f"threads overlap the waiting ({reached}: the wait lets go of the lock), but not the computing: {faster},"
            f" {inside}"
        )
    gained = "gain little" if found.effect == "little" else "share only part of the computing"
    return f"threads {gained} ({reached}); {faster}, {inside}"


def _free(found: ThreadsCause) -> str:
    if found.effect == "waiting":
        return (
            f"threads overlap the waiting: {times(found.speedup)} sequential with {found.in_flight} in flight on"
            f" {number(found.cores)} cores, so a thread that waits for the network holds no lock that the others need"
        )
    return (
        f"threads share the computing: {times(found.speedup)} sequential on {number(found.cores)} cores, so most of"
        " the work runs without a lock that the others need"
    )


def _where(time: ThreadsTime | None) -> str:
    if time is None:
        return ""
    core = f"{share(time.run_queue)} waiting for a core"
    if time.stall is None:
        return f" Of its threads' time {core}, next to nothing stalled."
    place = "" if time.mostly is None else f" (most of it in {time.mostly})"
    return f" Of its threads' time {share(time.stall)} stalled{place}, {core}."


KIND = Kind(ThreadsCause, "reason", _sentence)
