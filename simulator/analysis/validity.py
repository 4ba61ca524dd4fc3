"""The validity gate: which repetitions may enter a comparison, and what to do about those that may not."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from mockserver.fault_models import ENDS_CONNECTION
from simulator.analysis.asked import impostures
from simulator.analysis.handed_over import connections_of_replaced, told_of_replaced
from simulator.analysis.measures import mean_service_s, server_cpu_s, server_queue_s
from simulator.result.observation import Observed
from simulator.result.repetition import Measures
from simulator.result.samples import UNKNOWN
from simulator.text.numbers import duration, number, share
from simulator.text.words import counted

DELAY_TOLERANCE = 0.10
DISTURBED = 0.10
"""Share of the cores used that something from outside may take."""
SMALL = 2.0
"""Cores used that are enough not to be shaken by less than a fifth of a core."""
IN_FLIGHT_TOLERANCE = 0.02
"""By how much a strategy may exceed its jobs in flight, as a share: rounding, no more."""
THROTTLED = 0.01
"""Share of the window that a CPU limit may have stopped the job without a word."""


Injected = Callable[[int, int, str], bool]
"""Of a page id, the number of an attempt and the kind of its error: whether the server was to make it fail."""


def _nothing(_page: int, _attempt: int, _kind: str) -> bool:
    return False


Opens = Literal["none", "each", "any"]
"""Connections that a job opens inside the window: none, one for each request, or as its client's pool needs them."""


@dataclass(frozen=True)
class Limits:
    """The least that a repetition must be for its numbers to count."""

    min_window_s: float
    min_jobs_per_slot: int
    delay_tolerance_s: float = 0.002
    """Borne even where DELAY_TOLERANCE of the mean response time is less."""
    lengthen: str = "job.pages"
    """What makes a repetition with a fixed count of jobs longer."""
    disturbed_counts: bool = False
    """Delays and a server that are late on a disturbed machine are warned of only."""
    max_server_busy: float = 0.80
    """Share of the window that the server's workers may be on CPU or waiting for a core."""
    failures_allowed: bool = False
    """Pages that were given up count where the server was to make their last attempt fail."""


@dataclass(frozen=True)
class Verdict:
    """What the gate says of one repetition."""

    measures: Measures
    """With `server.saturated` filled in."""
    reasons: tuple[str, ...]
    """Why it is invalid, each with its remedy; empty: valid."""
    warnings: tuple[str, ...]
    disturbed: bool
    """Something outside took more of the machine than a fair comparison bears."""


def judge(
    observed: Observed,
    measures: Measures,
    *,
    limits: Limits,
    in_flight: int,
    server_workers: int,
    delay_ns: Callable[[int], int] | None = None,
    injected: Injected = _nothing,
    opens: Opens = "none",
) -> Verdict:
    """Judge one repetition.

    Args:
        observed: as measured.
        measures: derived from it.
        limits: of the scenario.
        in_flight: jobs in flight of this cell.
        server_workers: processes of the mock server.
        delay_ns: page id -> the delay that the scenario asks for; null: not known.
        injected: whether the server was to make an attempt of a page fail.
        opens: which connections the job opens inside the window.
    """
    tolerance_s = max(limits.delay_tolerance_s, DELAY_TOLERANCE * mean_service_s(observed.samples))
    disturbed = is_disturbed(measures)
    reasons = list(impostures(observed, delay_ns))
    warnings = [*_throttled(observed), *told_of_replaced(observed)]
    failed = _errors(measures, observed, injected, allowed=limits.failures_allowed)
    if failed is not None:
        reasons.append(failed)
    delay = measures.server.delay_error_s.mean
    if delay is not None and delay > tolerance_s:
        (warnings if disturbed and limits.disturbed_counts else reasons).append(
            f"the server's delays were {duration(delay)} longer than asked, more than the"
            f" {duration(tolerance_s)} that this response time bears; lower in_flight or raise server.workers"
        )
    busy, late = _saturation(observed, measures, server_workers, tolerance_s, limits.max_server_busy)
    if busy:
        message = f"the mock server was the bottleneck: {busy}; raise server.workers or lower in_flight"
        (warnings if disturbed and limits.disturbed_counts else reasons).append(message)
    if late:
        message = f"the mock server's loop was late: {late}; raise server.workers or lower in_flight"
        # On a disturbed machine lateness is the machine's; whether it mattered shows in the delay error.
        (warnings if disturbed else reasons).append(message)
    window_s = observed.duration_s if observed.duration_s is not None else measures.makespan_s
    longer = limits.lengthen if observed.duration_s is None else "job.duration"
    if window_s < limits.min_window_s:
        reasons.append(
            f"the window of {duration(window_s)} is shorter than {duration(limits.min_window_s)};"
            f" raise {longer}"
        )
    dispatcher = _dispatcher(measures, tolerance_s)
    if dispatcher:
        (warnings if disturbed else reasons).append(dispatcher)
    done = measures.pages + measures.unfinished + sum(measures.errors.values())
    fewest = limits.min_jobs_per_slot * in_flight
    # Jobs that come by themselves need not fill what a strategy could hold.
    if done < fewest and measures.arrivals is None:
        enough = f" to {fewest}" if longer == "job.pages" else ""
        reasons.append(
            f"{counted(done, 'job')} for {in_flight} in flight, fewer than {limits.min_jobs_per_slot} for each;"
            f" raise {longer}{enough}"
        )
    mean = measures.in_flight_mean
    if mean is not None and mean > in_flight * (1 + IN_FLIGHT_TOLERANCE):
        reasons.append(
            f"{number(mean)} jobs were in flight on average, more than the {in_flight} that it may hold: jobs were"
            " begun before the records of others had come, which is a fault of the driver; report it"
        )
    # An attempt that failed may have cost its connection, and a warm-up before the window that of the first.
    failed_attempts = int(observed.samples.attempt.sum()) - done
    borne = max(_ended_by_faults(observed), failed_attempts + (in_flight if failed_attempts else 0))
    borne += connections_of_replaced(observed)
    reasons += _connections(measures, observed, opens, borne)
    judged = replace(
        measures, server=replace(measures.server, saturated=bool(busy or (late and not disturbed)))
    )
    return Verdict(judged, tuple(reasons), tuple(warnings), disturbed)


def _connections(measures: Measures, observed: Observed, opens: Opens, borne: int) -> Iterator[str]:
    """Say so where other connections were opened inside the window than the job says; so many may have been lost."""
    opened, requests = measures.server.connections_opened, observed.server_stats.get("requests")
    if opened is None or opens == "any":
        return
    told = f"{counted(opened, 'connection')} {'was' if opened == 1 else 'were'} opened inside the window"
    if opens == "each":
        if requests is not None and abs(opened - requests) > borne:
            yield (
                f"{told} for {counted(requests, 'request')}, which job.connections: per_request makes as many: the"
                " client keeps some open; let nothing else use this server, or set another job.client"
            )
    elif opened > borne:
        yield (
            f"{told}, which the others did not pay for: the client or the server dropped one; let nothing else use this"
            " server, or set another job.client"
        )


def is_disturbed(measures: Measures) -> bool:
    """Whether other programs and the host together took more of the machine than a fair comparison bears.

    That is a tenth of the cores that the job and its server used, of SMALL cores at least. Of what other programs took,
    as much does not count as they left idle, halved: a job that waits on a core of its own does not feel them.
    """
    about = measures.disturbance
    if about.steal is None or about.foreign is None:
        return False
    cores, used = about.cores, measures.cores_used
    if cores is None or used is None:
        return about.steal + about.foreign > DISTURBED
    used += measures.server.cpu_cores or 0.0
    stolen, foreign = about.steal * cores, about.foreign * cores
    idle = max(0.0, cores - used - stolen - foreign)
    return stolen + max(0.0, foreign - idle / 2) > DISTURBED * max(SMALL, used)


def _errors(measures: Measures, observed: Observed, injected: Injected, *, allowed: bool) -> str | None:
    """Say which jobs failed, if any did that may not: those that the server was to make fail may be allowed."""
    samples = observed.samples
    meant = [
        samples.error_kinds[code].startswith(("fetch", "status"))
        and injected(page, attempt, samples.error_kinds[code])
        for page, attempt, code in zip(
            samples.page.tolist(), samples.attempt.tolist(), samples.error.tolist(), strict=True
        )
        if code != UNKNOWN
    ]
    if not meant or (allowed and all(meant)):
        return None
    total = sum(measures.errors.values())
    kinds = ", ".join(f"{count} × {kind}" for kind, count in sorted(measures.errors.items()))
    first: Mapping[str, Any] | None = observed.errors[0] if observed.errors else None
    told = f"; first: page {first['page']}: {first['message']}" if first else ""
    jobs, remedy = counted(len(observed.samples), "job"), _remedy(meant, allowed=allowed)
    return f"{total} of {jobs} failed ({kinds}){told}; {remedy}"


def _remedy(meant: Sequence[bool], *, allowed: bool) -> str:
    if all(meant):
        return (
            "the server was to make them fail: raise job.retries.attempts, or set job.failures: allowed to compare what"
            " was got"
        )
    if allowed:
        return (
            f"{meant.count(False)} of them by no fault that the server was to make: mend the parser or the"
            " page that this names"
        )
    return "a comparison needs every job to succeed: mend the parser or the page that this names"


def _ended_by_faults(observed: Observed) -> int:
    """Return how many connections were made useless by what the scenario asks for: each may be replaced by one."""
    faults: Mapping[str, int] = observed.server_stats.get("faults") or {}
    return sum(count for kind, count in faults.items() if kind in ENDS_CONNECTION)


def _throttled(observed: Observed) -> Iterator[str]:
    """Say so where a container's CPU limit stopped the job, or the server, in the window."""
    before, after = observed.ready.throttled_s, observed.parked.throttled_s
    if before is None or after is None or after <= before:
        return
    window_s = (observed.parked.at_ns - observed.ready.at_ns) / 1e9
    if after - before < THROTTLED * window_s:
        return
    yield (
        f"a container's CPU limit stopped job and server for {duration(after - before)} in a window of"
        f" {duration(window_s)}: that time is neither a lock's nor the machine's; raise the limit, or lower in_flight"
        " and parallelism"
    )


def _dispatcher(measures: Measures, tolerance_s: float) -> str | None:
    """Say so where jobs were not started when they were due, though a worker and the driver had nothing to do."""
    late = measures.arrivals.dispatcher_late_tail_s if measures.arrivals is not None else None
    if late is None or late <= tolerance_s:
        return None
    return (
        f"jobs were started up to {duration(late)} after they were due though a worker was waiting, more than the"
        f" {duration(tolerance_s)} that this response time bears: the machine woke it too late; close what else"
        " runs here, lower arrivals.rate or raise validity.delay_tolerance"
    )


def _saturation(
    observed: Observed, measures: Measures, workers: int, tolerance_s: float, bearable: float
) -> tuple[str | None, str | None]:
    wall_s = (observed.parked.at_ns - observed.ready.at_ns) / 1e9
    used = (server_cpu_s(observed) + server_queue_s(observed)) / (wall_s * workers)
    busy = f"it was on CPU or waiting for a core {share(used)} of the time" if used > bearable else None
    lag = measures.server.loop_lag_tail_s
    late = (
        f"its slowest ticks {duration(lag)}, where {duration(tolerance_s)} is tolerable"
        if lag is not None and lag > tolerance_s
        else None
    )
    return busy, late
