"""The driver's life: read the job file, start, say ready, go, park, be read, write what was measured, end."""

from __future__ import absolute_import, division, unicode_literals

import argparse
import gc
import sys

from .clock import wall
from .preflight import environment, preflight
from .shared.control import Control, leave
from .shared.failure import Failure
from .shared.output import write_samples
from .shared.process_setup import allow_descriptors, bind_to_cpus, find_modules_in, set_switch_interval
from .spec import load, refuse
from .workers import Threads

EXIT_OK, EXIT_USAGE, EXIT_UNSUPPORTED, EXIT_FAILED = 0, 2, 3, 4


def main(arguments):
    """Run one job file; returns the exit code (protocol.md)."""
    parser = argparse.ArgumentParser(prog="driver", description="Run one job file; see protocol.md.")
    parser.add_argument("job", help="the job file, JSON")
    parser.add_argument("--events-fd", type=int)
    parser.add_argument("--commands-fd", type=int)
    parser.add_argument("--lifeline-fd", type=int)
    options = parser.parse_args(arguments)
    control = Control(options.events_fd, options.commands_fd, options.lifeline_fd)
    allow_descriptors()
    try:
        spec = load(options.job)
    except (IOError, OSError, ValueError) as error:  # two types in Python 2
        sys.stderr.write("%s: %s\n" % (options.job, error))
        return EXIT_USAGE
    try:
        refuse(spec)
        bind_to_cpus(spec.affinity)
        set_switch_interval(spec.switch_interval_s)
        find_modules_in(spec.import_path)
        run = preflight if spec.mode == "preflight" else measure
        run(spec, control)
    except Failure as failure:
        # Workers may be anywhere, perhaps in a parser that never returns: say why, then leave without joining.
        control.say(failure.status, reason=failure.reason)
        sys.stdout.flush()
        sys.stderr.flush()
        leave(EXIT_UNSUPPORTED if failure.status == "unsupported" else EXIT_FAILED)
    return EXIT_OK


def measure(spec, control):
    """One repetition. Raises Failure."""
    threads = Threads(spec)
    started_ns = wall()
    workers = threads.start()
    up_ns = max(worker["up_ns"] for worker in workers)
    startup_ns = up_ns - started_ns
    threads.warm_up()
    warmup_ns = wall() - up_ns
    control.say(
        "ready", workers=workers, startup_ns=startup_ns, warmup_ns=warmup_ns, up_ago_ns=wall() - up_ns
    )
    control.wait_for("go")
    go_ns = threads.run()
    control.say("parked", parked_ns=wall())
    control.wait_for("release")
    names = {}
    write_samples(
        spec.output,
        threads.logs,
        lambda text: names.setdefault(text, "record-%d" % len(names)),
        go_ns + spec.ramp_ns,
        startup_ns,
        warmup_ns,
        threads.offsets,
        # No digests: these Pythons lack BLAKE2b, and the runner has it.
        {"digested": False, "errors": threads.errors.kept, "loop_lag_ns": []},
    )
    names.clear()
    for log in threads.logs:
        log.clear()
    gc.collect()
    control.say("emptied")
    control.wait_for("describe")
    control.say(
        "described",
        environment=dict(environment(spec), gil_enabled=[worker["gil_enabled"] for worker in workers]),
    )
    threads.release()
