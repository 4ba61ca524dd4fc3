"""One cell run once: a fresh driver beside the mock server, watched from outside."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from simulator.result.observation import BeforeWindow, Broken, Observed, OpenArrivals, Snapshot
from simulator.result.samples import UNKNOWN, Samples, from_columns
from simulator.result.seen_by_server import seen_by_server
from simulator.runner.affinity import BindingError
from simulator.runner.calibrate import with_last_words
from simulator.runner.driver_process import DRIVER, DriverError, DriverProcess
from simulator.runner.job import Amount, job_file
from simulator.runner.observe import Observer, resident, without_records
from simulator.runner.records import digested
from simulator.runner.sample_file import read_samples
from simulator.runner.scratch import scratch
from simulator.runner.servers import Server
from simulator.runner.stop import Stop
from simulator.runner.yardstick import spin_s, stream_s
from simulator.scenario.cells import Cell

ALL_IN_RAMP = "every job was ready before the ramp had ended; lower job.ramp or raise job.pages"
NONE_BEGUN = "no job was begun before the end of job.duration; raise it"
TIMES = ("cpu_s", "run_queue_wait_s")
"""Of the server, in its statistics, since the reset."""
Workers = Mapping[int, tuple[int, int]]
"""Worker index -> (pid, tid)."""


def run_repetition(  # noqa: PLR0913 - all but two by keyword
    cell: Cell,
    server: Server,
    *,
    round_: int,
    python: str,
    amount: Amount,
    seed: int,
    import_path: tuple[str, ...],
    time_limit_s: float,
    instrument: bool = True,
    on_wake: Callable[[], None] | None = None,
    driver: Path = DRIVER,
    watching: Callable[[Workers], AbstractContextManager[object]] = lambda _: nullcontext(),
    stop: Stop | None = None,
) -> Observed | Broken:
    """Run one cell once.

    Args:
        cell: what to run; `server` already serves its configuration.
        server: the mock server.
        round_: which pass over all cells this is.
        python: the interpreter that runs the driver.
        amount: how much parsing makes the cell's parse cost.
        seed: the scenario's.
        import_path: where the user's parser is looked for.
        time_limit_s: after which the driver is ended, from its start.
        instrument: false leaves the driver's clocks out, to measure what they cost.
        on_wake: called at most once a second while waiting.
        driver: the folder of the driver that this interpreter can run.
        watching: makes of the workers what is entered before "go" and left when the last record is ready.
        stop: asks it to give up, in mid-window too.

    Returns:
        What was observed, or why there is nothing.

    Raises:
        ServerError: the mock server does not answer.
        Stopped: nobody wants it any more; the driver has ended.
    """
    started_at = datetime.now(UTC).isoformat(timespec="milliseconds")
    try:
        server.binding.bind(cell.affinity.server)
    except BindingError as error:
        return Broken(cell.id, round_, started_at, "unsupported", str(error), "")
    with scratch() as folder:
        output = folder / "samples.json"
        job = job_file(
            cell,
            mode="measure",
            base_url=server.urls[0],
            other_urls=server.urls[1:],
            authority=server.write_authority(folder),
            amount=amount,
            seed=seed,
            import_path=import_path,
            output=output,
            instrument=instrument,
        )
        spin_before_s, streamed_s = spin_s(), stream_s()
        try:
            process = DriverProcess(python, job, folder, time_limit_s=time_limit_s, driver=driver, stop=stop)
        except DriverError as error:
            return Broken(cell.id, round_, started_at, error.status, str(error), "")
        with process:
            try:
                hello = process.wait_for("ready", on_wake)
                # Neither the first jobs, nor trying whether subinterpreters will do: no job would wait for that.
                after_ns = hello["up_ago_ns"] + hello.get("checked_ns", 0)
                launch_s = time.monotonic() - process.launched - after_ns / 1e9
                server.reset()
                workers = readable_workers(hello["workers"])
                beside = [(s["pid"], s["tid"]) for s in hello.get("beside", ())]
                observer = Observer(
                    process.session, workers, server.pids, beside, server.idle_pids, cell.plan.elsewhere
                )
                ready = observer.ready()
                started = resident(process.session)
                with watching(workers):
                    process.send("go")
                    ready, in_ramp = opened(process, observer, ready, server, cell.ramp_ns, on_wake)
                    process.wait_for("parked", on_wake)
                held = resident(process.session)
                parked = observer.parked()
                stats = server.stats()
                requests = server.requests()
                server_cpus = server.binding.cpus()
                process.send("release")
                process.wait_for("emptied", on_wake)
                dropped = resident(process.session)
                process.send("describe")
                described = process.wait_for("described", on_wake)["environment"]
                process.finish()
            except DriverError as error:
                words = process.last_words()
                told = with_last_words(error, words)
                return Broken(cell.id, round_, started_at, error.status, str(told), words)
            words = process.last_words()
        written = read_samples(output)
    digests, records = digested(written)
    puts_aside = cell.job.retries is not None and not cell.job.retries.hold_slot
    about = {"server_affinity": server_cpus, "puts_aside": puts_aside, **_back_off(cell)}
    same_clock = server.same_clock and described.get("dask", {}).get("same_clock", True)
    joined = from_columns(written["columns"], requests, same_clock=same_clock)
    samples, digests, before = (
        (joined, digests, None) if cell.ramp_ns is None else in_window(joined, digests, written["go_ns"])
    )
    if not len(samples):
        return Broken(cell.id, round_, started_at, "invalid", why_none(before), words)
    return Observed(
        cell_id=cell.id,
        round=round_,
        started_at=started_at,
        samples=samples,
        go_ns=written["go_ns"],
        startup_s=written["startup_ns"] / 1e9,
        launch_s=launch_s,
        warmup_s=written["warmup_ns"] / 1e9,
        ready=ready,
        parked=without_records(parked, started, held, dropped),
        server_stats=without_ramp(stats, in_ramp),
        duration_s=None if cell.job.duration_ns is None else cell.job.duration_ns / 1e9,
        loop_lag_ns=tuple(written["loop_lag_ns"]),
        digests=digests,
        records=records,
        unchecked=written["unchecked"],
        errors=tuple(written["errors"]),
        environment={**described, **about},
        spin_s=(spin_before_s, spin_s()),
        stream_s=streamed_s,
        last_words=words,
        same_clock=same_clock,
        generation=server.generation,
        seen=seen_by_server(requests, None if before is None else set(samples.page.tolist())),
        arrivals=None
        if cell.arrivals is None
        else OpenArrivals(cell.plan.in_flight, tuple(written["unstarted_due_ns"])),
        puts_aside=puts_aside,
        roles={w["index"]: w.get("role", "job") for w in hello["workers"]},
        before=before,
    )


def _back_off(cell: Cell) -> dict[str, Any]:
    retries = cell.job.retries
    if retries is None:
        return {}
    told = {"jitter": retries.backoff.jitter, "honour_retry_after": retries.honour_retry_after}
    return {"back_off": told}


def opened(
    process: DriverProcess,
    observer: Observer,
    ready: Snapshot,
    server: Server,
    ramp_ns: int | None,
    on_wake: Callable[[], None] | None,
) -> tuple[Snapshot, Mapping[str, Any]]:
    """Wait for the ramp's end; return the look that comes before the window, and what the server tells in its place.

    The latter is empty unless there was a ramp and the server's CPU cannot be seen from outside.
    """
    if ramp_ns is None:
        return ready, {}
    process.passes(ramp_ns / 1e9, on_wake)
    looked = observer.opened(ready)
    seen = looked.server is not None and looked.server.on_cpu_ns > 0
    return looked, {} if seen else server.stats()


def without_ramp(stats: Mapping[str, Any], in_ramp: Mapping[str, Any]) -> dict[str, Any]:
    """Return the server's numbers after the window, its CPU without what it had used when the window opened."""
    used = {name: stats[name] - in_ramp[name] for name in TIMES if in_ramp.get(name) is not None}
    return {**stats, **used}


def why_none(before: BeforeWindow | None) -> str:
    """Say why there is no sample."""
    return ALL_IN_RAMP if before is not None and before.jobs else NONE_BEGUN


def in_window(
    samples: Samples, digests: Sequence[str], opened_ns: int
) -> tuple[Samples, tuple[str, ...], BeforeWindow]:
    """Return the jobs that are measured, with their digests, and how many were ready while the ramp went on.

    One that failed stays, whenever that was.
    """
    kept = (samples.ready_ns >= opened_ns) | (samples.error != UNKNOWN)
    before = BeforeWindow(int((~kept).sum()), int(samples.attempt[~kept].sum()))
    return samples.only(kept), tuple(digests[at] for at in np.flatnonzero(kept).tolist()), before


def readable_workers(told: Sequence[Mapping[str, Any]]) -> dict[int, tuple[int, int]]:
    """Return worker index -> (pid, tid), or nothing where an interpreter cannot tell every thread's id.

    What is known of some workers only would be taken for all of them.
    """
    workers = {worker["index"]: (worker["pid"], worker["tid"]) for worker in told}
    return {} if any(tid is None for _, tid in workers.values()) else workers
