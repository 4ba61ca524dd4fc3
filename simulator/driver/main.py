"""The driver's life: read the job file, start, say ready, go, park, be read, write what was measured, end.

What only some jobs need is imported by these: modules are memory, which is measured, and time to start.
"""
# ruff: noqa: PLC0415

import argparse
import sys
import time
from typing import Any

from .beside import open_spinners
from .shared.control import Control, leave
from .shared.failure import Failure
from .shared.process_setup import allow_descriptors, bind_to_cpus, find_modules_in, set_switch_interval
from .spec import Spec, SpecError, from_mapping, read
from .strategies import Outcome, open_shard
from .strategies.jobs import gil_watch, note_gil

ASKED = ("probe", "conformance")
"""Modes in which questions are answered, and no job is run."""
EXIT_OK, EXIT_USAGE, EXIT_UNSUPPORTED, EXIT_FAILED = 0, 2, 3, 4


def main(arguments: "list[str]") -> int:
    """Run one job file; returns the exit code (protocol.md)."""
    parser = argparse.ArgumentParser(
        prog="driver",
        description="Run one job file; see protocol.md.",
        # With a width of its own it need not ask for the terminal's, and import what does.
        formatter_class=lambda prog: argparse.HelpFormatter(prog, width=80),
    )
    parser.add_argument("job", help="the job file, JSON")
    parser.add_argument("--events-fd", type=int)
    parser.add_argument("--commands-fd", type=int)
    parser.add_argument("--lifeline-fd", type=int)
    options = parser.parse_args(arguments)
    control = Control(options.events_fd, options.commands_fd, options.lifeline_fd)
    allow_descriptors()
    try:
        raw = read(options.job)
        if raw.get("mode") in ASKED:
            return answer(raw, control)
        spec = from_mapping(raw)
    except (OSError, ValueError, SpecError) as error:
        sys.stderr.write(f"{options.job}: {error}\n")
        return EXIT_USAGE
    try:
        bind_to_cpus(spec.affinity)
        set_switch_interval(spec.switch_interval_s)
        find_modules_in(spec.import_path)
        if spec.mode == "preflight":
            from .preflight import preflight

            preflight(spec, control)
        else:
            measure(spec, control)
    except Failure as failure:
        control.say(failure.status, reason=failure.reason)
        return EXIT_UNSUPPORTED if failure.status == "unsupported" else EXIT_FAILED
    return EXIT_OK


def answer(job: "dict[str, Any]", control: Control) -> int:
    """Answer questions about one function or one client; returns the exit code."""
    if job["mode"] == "probe":
        from .probe import run_probe as run
    else:
        from .conformance import run_conformance as run

    try:
        run(job, control)
    except Failure as failure:
        control.say(failure.status, reason=failure.reason)
        sys.stderr.flush()
        leave(EXIT_UNSUPPORTED if failure.status == "unsupported" else EXIT_FAILED)
    return EXIT_OK


def measure(spec: Spec, control: Control) -> None:
    """One repetition. Raises Failure."""
    # Not after the window: what it imports would lie among the records, and keep their memory from going back.
    from .output import write_measured

    watch = gil_watch()
    opened_ns = time.perf_counter_ns()
    shard = open_shard(spec)
    checked_ns = time.perf_counter_ns() - opened_ns
    spinners = open_spinners(spec.beside)
    started_ns = time.perf_counter_ns()
    try:
        workers = shard.start()
        up_ns = max(worker.up_ns for worker in workers)
        startup_ns = up_ns - started_ns
        shard.warm_up()
        warmup_ns = time.perf_counter_ns() - up_ns
        # After the workers: a fork copies no thread, and warm-up is not slowed down.
        beside = [vars(spinner) for spinner in spinners.start()]
        control.say(
            "ready",
            workers=[vars(worker) for worker in workers],
            startup_ns=startup_ns,
            warmup_ns=warmup_ns,
            up_ago_ns=time.perf_counter_ns() - up_ns,
            checked_ns=checked_ns,
            beside=beside,
        )
        control.wait_for("go")
        spinners.spin()
        go_ns = shard.run()
        spinners.park()
        parked_ns = time.perf_counter_ns()
        control.say("parked", parked_ns=parked_ns)
        control.wait_for("release")
        note_gil(watch, shard.outcome.notes)
        write_measured(
            spec,
            shard.outcome,
            go_ns=go_ns + spec.ramp_ns,
            startup_ns=startup_ns,
            warmup_ns=warmup_ns,
        )
        for log in shard.outcome.logs:
            log.clear()
        give_back()
        control.say("emptied")
        control.wait_for("describe")
        control.say("described", environment=describe(spec, shard.outcome, workers))
    except Failure as failure:
        # Workers may be anywhere, perhaps in a parser that never returns: say why, then leave without joining.
        control.say(failure.status, reason=failure.reason)
        sys.stderr.flush()
        leave(EXIT_UNSUPPORTED if failure.status == "unsupported" else EXIT_FAILED)
    shard.release()
    spinners.release()


def give_back() -> None:
    """Give memory that nothing holds any more back to the system, so that it can be seen from outside."""
    import gc

    gc.collect()
    try:
        import ctypes

        ctypes.CDLL(None).malloc_trim(0)
    except (ImportError, AttributeError, OSError):  # not glibc, or a Python without ctypes
        return


def describe(spec: Spec, outcome: Outcome, workers: "list[Any]") -> "dict[str, Any]":
    """What this driver is, for the record; its workers' GIL state was read when they were up."""
    from .output import environment

    gil_enabled = [worker.gil_enabled for worker in workers]
    return {**environment(spec), "gil_enabled": gil_enabled, **outcome.notes}
