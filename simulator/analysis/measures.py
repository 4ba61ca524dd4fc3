"""From what was observed of one repetition to its measures."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from hashlib import blake2b
from typing import Any

import numpy as np

from simulator.analysis.arrivals import arrivals_of
from simulator.analysis.attempts import attempts_of, in_flight_ns
from simulator.analysis.attribution import attribute, fetch_ns, job_time
from simulator.analysis.handed_over import handed_over
from simulator.analysis.steady import steady_rate_per_s
from simulator.result.observation import Observed, Snapshot
from simulator.result.repetition import (
    DelayError,
    Disturbance,
    Measures,
    Phase,
    ServerMeasures,
)
from simulator.result.samples import UNKNOWN, Samples
from simulator.stats.percentiles import carried, lag_s, percentile, percentiles_s


def measure(observed: Observed, equality: str) -> Measures:
    """Return the measures of one repetition.

    Args:
        observed: the repetition; it has at least one job.
        equality: what the comparison of its records with the reference gave.
    """
    samples = observed.samples
    good = samples.error == UNKNOWN
    end_ns = int(samples.ready_ns.max())
    window_s = (end_ns - observed.go_ns) / 1e9
    in_time = good
    steady_per_s = None
    if observed.duration_s is not None:
        window_s = observed.duration_s
        over_ns = observed.go_ns + int(window_s * 1e9)
        in_time = good & (samples.ready_ns <= over_ns)
        if observed.arrivals is None:
            steady_per_s = steady_rate_per_s(samples.start_ns[good], samples.ready_ns[good], over_ns)
    pages = int(in_time.sum())
    done = max(1, len(samples))
    driver_cpu_s, driver_queue_s = _job_cpu(observed.ready, observed.parked)
    busy_s = (end_ns - observed.go_ns) / 1e9
    outside = disturbance(observed)
    moved = observed.environment.get("moved_bytes")
    return Measures(
        pages=pages,
        unfinished=int(good.sum()) - pages,
        throughput_per_s=steady_per_s or pages / window_s,
        makespan_s=busy_s,
        startup_s=observed.launch_s,
        drain_s=(end_ns - int(samples.start_ns.max())) / 1e9,
        response_time_s=percentiles_s(response_ns(samples)),
        fetch=_fetch(observed, good),
        parse=_parse(observed, good),
        network_s=_network_s(samples, good),
        server_queue_s=_server_queue_s(observed, good),
        resume_lag_s=lag_s(resume_lag_ns(samples)),
        cpu_per_page_s=None if driver_cpu_s is None else driver_cpu_s / done,
        cores_used=None if driver_cpu_s is None else driver_cpu_s / busy_s,
        run_queue_cores=None if driver_queue_s is None else driver_queue_s / busy_s,
        memory_bytes=observed.parked.memory_bytes,
        processes=observed.parked.processes,
        loop_lag_s=lag_s(observed.loop_lag_ns),
        server=_server(observed, busy_s, int(good.sum())),
        equality=equality,  # type: ignore[arg-type] # one of the three by its making
        digest=_digest(observed) if _has_all(observed) else None,
        errors=dict(Counter(samples.error_kinds[code] for code in samples.error[~good])),
        disturbance=outside,
        spin_s=sum(observed.spin_s) / 2,
        stream_s=observed.stream_s,
        runner_cpu_s=observed.parked.runner_cpu_s - observed.ready.runner_cpu_s,
        arrivals=None
        if observed.arrivals is None
        else arrivals_of(samples, observed.arrivals, completed=pages),
        attribution=attribute(observed, outside.steal),
        job_time=job_time(samples),
        moved_bytes_per_page=None if moved is None else moved / done,
        warmup_s=observed.warmup_s,
        in_flight_mean=in_flight_mean(samples.since(observed.go_ns), busy_s, puts_aside=observed.puts_aside),
        attempts=int(samples.attempt.sum()),
        backoff=backoff(samples),
        attempts_per_page=int(samples.attempt.sum()) / int(good.sum()) if good.any() else None,
        given_up=int((~good).sum()),
        **asdict(handed_over(observed.environment, done)),
    )


def in_flight_mean(samples: Samples, busy_s: float, *, puts_aside: bool = False) -> float | None:
    """Return how many jobs were in flight on average, by Little's law; null where nothing was timed.

    A job that is put aside while it backs off is not in flight.
    """
    if busy_s <= 0:
        return None
    return in_flight_ns(samples, puts_aside=puts_aside) / 1e9 / busy_s


def backoff(samples: Samples) -> float | None:
    """Return the share of the time from start to ready in which jobs waited to be tried again; null of no time."""
    whole = float((samples.ready_ns - samples.start_ns).sum())
    return float(samples.backoff_ns.sum()) / whole if whole > 0 else None


def response_ns(samples: Samples) -> np.ndarray:
    """Return ready less planned start of each job without an error (ns): what was queued is part of it."""
    good = samples.error == UNKNOWN
    return np.asarray((samples.ready_ns - samples.due_ns)[good])


def mean_service_s(samples: Samples) -> float:
    """Return the mean time from start to ready of the jobs without an error (s); 0 if there is none.

    Of closed arrivals that is the response time. A queue is no part of it, so no backlog widens a tolerance.
    """
    good = samples.error == UNKNOWN
    return float((samples.ready_ns - samples.start_ns)[good].mean()) / 1e9 if good.any() else 0.0


def delay_errors_ns(samples: Samples) -> np.ndarray:
    """Return actual minus intended delay to the first byte of each request that had one, as far as is known (ns)."""
    stamps = (samples.received_ns, samples.first_byte_ns, samples.intended_ns)
    known = np.logical_and.reduce([stamp != UNKNOWN for stamp in stamps])
    return np.asarray((samples.first_byte_ns - samples.begun_ns - samples.intended_ns)[known])


def resume_lag_ns(samples: Samples) -> np.ndarray:
    """Return how long after the last byte was handed over each client resumed (ns)."""
    known = samples.last_byte_ns != UNKNOWN
    return np.asarray((samples.fetched_ns - samples.handed_ns)[known])


def _cpu(ready: Snapshot, parked: Snapshot) -> tuple[float | None, float | None]:
    if ready.driver is None or parked.driver is None:
        return None, None
    return (
        (parked.driver.on_cpu_ns - ready.driver.on_cpu_ns) / 1e9,
        (parked.driver.run_queue_ns - ready.driver.run_queue_ns) / 1e9,
    )


def _job_cpu(ready: Snapshot, parked: Snapshot) -> tuple[float | None, float | None]:
    """Return CPU and run-queue wait of the driver less those of the spinners beside the job; null if either is."""
    cpu_s, queue_s = _cpu(ready, parked)
    if cpu_s is None or queue_s is None or ready.beside is None or parked.beside is None:
        return None, None
    return (
        max(0.0, cpu_s - (parked.beside.on_cpu_ns - ready.beside.on_cpu_ns) / 1e9),
        max(0.0, queue_s - (parked.beside.run_queue_ns - ready.beside.run_queue_ns) / 1e9),
    )


def _workers_s(observed: Observed, *, phase: str) -> tuple[float, float] | None:
    """Return CPU and run-queue wait over the window of all workers that do this phase, `fetch` or `parse`.

    Null where a thread could not be read. A worker of another role than `job` does one of the two only.
    """
    ready, parked = observed.ready.workers, observed.parked.workers
    if not ready or ready.keys() != parked.keys():
        return None
    chosen = [i for i in ready if observed.roles.get(i, "job") in ("job", phase)]
    cpu = sum(parked[i].on_cpu_ns - ready[i].on_cpu_ns for i in chosen)
    queue = sum(parked[i].run_queue_ns - ready[i].run_queue_ns for i in chosen)
    return cpu / 1e9, queue / 1e9


def _network_s(samples: Samples, good: np.ndarray) -> float | None:
    known = good & (samples.last_byte_ns != UNKNOWN)
    if not known.any():
        return None
    return float((samples.network_ns + samples.earlier_ns)[known].mean()) / 1e9


def _server_queue_s(observed: Observed, good: np.ndarray) -> float | None:
    """Return how long a job's last request waited at the server for a place, in the mean (s); null without a queue."""
    samples = observed.samples
    known = good & (samples.received_ns != UNKNOWN)
    if observed.server_stats.get("queue") is None or not known.any():
        return None
    return float((samples.begun_ns - samples.received_ns)[known].mean()) / 1e9


def _fetch(observed: Observed, good: np.ndarray) -> Phase:
    """Means per job of the fetch.

    On a loop a task's CPU is not known; there fetch CPU is the loop thread's less that of inline parsing. The
    run-queue wait is known per thread only and is dealt to fetch and parse by their CPU.
    """
    samples = observed.samples
    if not good.any():
        return Phase(None, None, None)
    wall = float(fetch_ns(samples)[good].mean()) / 1e9
    # Of what is parsed elsewhere, as in a pool, none is CPU of the workers that fetch.
    inline = samples.parse_worker == samples.worker
    if (samples.parse_cpu_ns[good & inline] == UNKNOWN).any():
        return Phase(wall, None, None)
    parse_cpu = float(np.where(inline, samples.parse_cpu_ns, 0)[good].mean()) / 1e9
    workers = _workers_s(observed, phase="fetch")
    on_loop = bool((samples.fetch_cpu_ns == UNKNOWN).any())
    if on_loop:
        cpu = None if workers is None else max(0.0, workers[0] / len(samples) - parse_cpu)
        return Phase(wall, cpu, None)
    cpu = float(samples.fetch_cpu_ns[good].mean()) / 1e9
    network = _network_s(samples, good)
    if workers is None or network is None:
        return Phase(wall, cpu, None)
    queue = workers[1] / len(samples) * _share(cpu, cpu + parse_cpu)
    return Phase(wall, cpu, max(0.0, wall - cpu - network - queue))


def _parse(observed: Observed, good: np.ndarray) -> Phase:
    samples = observed.samples
    if not good.any():
        return Phase(None, None, None)
    wall = float((samples.parsed_ns - samples.parsing_ns)[good].mean()) / 1e9
    cpu = _mean_cpu_s(samples.parse_cpu_ns[good])
    workers = _workers_s(observed, phase="parse")
    if workers is None or cpu is None:
        return Phase(wall, cpu, None)
    queue = workers[1] / len(samples) * _share(cpu, workers[0] / len(samples))
    return Phase(wall, cpu, max(0.0, wall - cpu - queue))


def _mean_cpu_s(cpu_ns: np.ndarray) -> float | None:
    """Return the mean (s); null where the interpreter has no CPU clock of a thread (IronPython)."""
    return None if (cpu_ns == UNKNOWN).any() else float(cpu_ns.mean()) / 1e9


def _share(part: float, whole: float) -> float:
    return min(1.0, part / whole) if whole > 0 else 0.0


def _server(observed: Observed, window_s: float, pages: int) -> ServerMeasures:
    """How the server did; `saturated` is judged with the validity gate's tolerance, so it is filled in there."""
    stats = observed.server_stats
    lag = _carried_lag(stats.get("loop_lag_s", {}))
    errors = delay_errors_ns(observed.samples) / 1e9
    if len(errors):
        delay = DelayError(float(errors.mean()), percentile(errors, 0.5), percentile(errors, 0.99))
    else:
        audit = stats.get("delay_error_s", {})
        delay = DelayError(audit.get("mean"), audit.get("p50"), audit.get("p99"))
    return ServerMeasures(
        delay_error_s=delay,
        cpu_cores=server_cpu_s(observed) / window_s,
        saturated=None,
        loop_lag_p99_s=lag.get("p99"),
        connections_opened=stats.get("connections_opened"),
        loop_lag_tail_s=next(iter(lag.values()), None),
        **({} if observed.seen is None else attempts_of(observed, observed.seen, window_s, pages)),
    )


def _carried_lag(lag: Mapping[str, Any]) -> dict[str, float]:
    """Return the percentiles of the server's loop lateness that its ticks carry, the highest first (s)."""
    ticks = lag.get("ticks") or 0
    shares = {"p99": 0.99, "p95": 0.95, "p90": 0.90}
    return {
        name: lag[name]
        for name, share in shares.items()
        if carried(ticks, share) and lag.get(name) is not None
    }


def server_cpu_s(observed: Observed) -> float:
    """Return the server's CPU over the window (s), from outside where it can be read, else as it says."""
    ready, parked = observed.ready.server, observed.parked.server
    if ready is not None and parked is not None and parked.on_cpu_ns > ready.on_cpu_ns:
        return (parked.on_cpu_ns - ready.on_cpu_ns) / 1e9
    return float(observed.server_stats["cpu_s"])


def server_queue_s(observed: Observed) -> float:
    """Return how long the server's threads waited for a core (s), from outside or as it says; 0 if neither knows."""
    ready, parked = observed.ready.server, observed.parked.server
    # No CPU seen in a window: a server elsewhere, of whose processes none can be seen from here.
    if ready is not None and parked is not None and parked.on_cpu_ns > ready.on_cpu_ns:
        return (parked.run_queue_ns - ready.run_queue_ns) / 1e9
    return float(observed.server_stats.get("run_queue_wait_s") or 0.0)


def disturbance(observed: Observed) -> Disturbance:
    """Return what came from outside: steal, and CPU of programs that are none of ours, as shares of capacity."""
    before, after = observed.ready.machine, observed.parked.machine
    driver_cpu_s, _ = _cpu(observed.ready, observed.parked)
    if before is None or after is None or driver_cpu_s is None:
        return Disturbance(None, None)
    wall_s = (observed.parked.at_ns - observed.ready.at_ns) / 1e9
    capacity_s = wall_s * after.cores
    ours_s = (
        driver_cpu_s + server_cpu_s(observed) + (observed.parked.runner_cpu_s - observed.ready.runner_cpu_s)
    )
    idle_before, idle_after = observed.ready.idle_servers, observed.parked.idle_servers
    if idle_before is not None and idle_after is not None:
        ours_s += (idle_after.on_cpu_ns - idle_before.on_cpu_ns) / 1e9
    return Disturbance(
        steal=max(0.0, after.steal_s - before.steal_s) / capacity_s,
        foreign=max(0.0, after.user_s - before.user_s - ours_s) / capacity_s,
        cores=after.cores,
    )


def _has_all(observed: Observed) -> bool:
    """Whether the samples have every job, none of which failed: then their records are the same in each repetition."""
    left_out = observed.before is not None and observed.before.jobs > 0
    return observed.duration_s is None and not left_out and bool((observed.samples.error == UNKNOWN).all())


def _digest(observed: Observed) -> str | None:
    """Return one digest over all records in page order; null if any has none."""
    if not all(observed.digests):
        return None
    order = np.argsort(observed.samples.page, kind="stable")
    whole = blake2b(digest_size=16)
    for index in order:
        whole.update(observed.digests[index].encode())
    return whole.hexdigest()
