"""One repetition with the measures that were derived from its samples."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from simulator.stats.percentiles import Lag, Percentiles

from .attribution import Attribution, JobTime

RepetitionStatus = Literal["ok", "invalid", "discarded", "failed", "unsupported"]
MACHINE = "machine"
"""What a repetition's environment has of the machine that measured it, where a run was spread over several."""
MACHINE_LOST = "its combination was left by"
"""How the reason of what is discarded begins, where a run was spread over machines and one was lost."""


@dataclass(frozen=True)
class Phase:
    """Means per job, in seconds. `stall_s` is off CPU with neither network, nor core, nor work to wait for."""

    wall_s: float | None
    cpu_s: float | None
    stall_s: float | None


@dataclass(frozen=True)
class DelayError:
    """Actual minus intended delay to the first byte, by the server's own audit, in seconds."""

    mean: float | None
    p50: float | None
    p99: float | None


@dataclass(frozen=True)
class ServerMeasures:
    """How the mock server did."""

    delay_error_s: DelayError
    """(First byte - begun) - intended, by the server's own audit; what was never in a queue begins when it comes."""
    cpu_cores: float | None
    """Its CPU / busy time."""
    saturated: bool | None
    """The gate's verdict on CPU and loop."""
    loop_lag_p99_s: float | None
    """Lateness of its own 10 ms ticks; null where fewer than 10 lie beyond."""
    connections_opened: int | None
    """New connections inside the window: should be none."""
    loop_lag_tail_s: float | None = None
    """The highest of their p99, p95 and p90 with 10 ticks beyond it: what the gate judges."""
    admitted_per_page: float | None = None
    """Requests that no rate limit refused / pages that were got; null where its log is not whole."""
    served_s_per_page: float | None = None
    """Time in which it served these, from the end of their queueing to the last byte, / pages that were got."""
    hung: float | None = None
    """Share of the jobs' time in flight in which their requests hung, by a fault that never answers; null likewise."""
    retries: int | None = None
    """Requests that were not the first for their page; null likewise."""
    retries_together: float | None = None
    """How many other retries came within 10 ms of one, in the mean; null where there are fewer than 10 retries."""
    retries_by_chance: float | None = None
    """The same if none had anything to do with another."""
    refused_again: float | None = None
    """Share of the retries that the rate limit refused once more; null likewise."""


@dataclass(frozen=True)
class Disturbance:
    """From outside, as shares of the capacity of the cores that may be used, over the window; null where unreadable."""

    steal: float | None
    foreign: float | None
    """CPU of programs that are neither driver, nor server, nor runner; interrupts excluded."""
    cores: int | None = None
    """That capacity; null in older runs."""


SMALL_BACKLOG = 0.05
"""Share of all offered jobs; a backlog up to it at the end is none to speak of."""


@dataclass(frozen=True)
class Arrivals:
    """How a strategy coped with jobs that came by themselves."""

    offered: int
    """Jobs due inside the window: all of a fixed count, those due before the end of a fixed duration."""
    offered_per_s: float | None
    """From the first planned start to the last; null for a single one."""
    started: int
    """Jobs begun."""
    completed: int
    """Good records ready inside the window."""
    backlog_max: int
    """Most jobs at a time that were due and had no worker."""
    backlog_end: int
    """Those at the last planned start."""
    queue_s: float
    """Mean time from the planned start of the jobs begun to their start."""
    dispatcher_late_s: Lag | None
    """Lateness of starts for which a worker was waiting, less the time in which any job was at work in the driver."""
    dispatcher_late_tail_s: float | None
    """The highest of its p99, p95 and p90 with 10 samples beyond it: what the gate judges."""
    unstable: bool
    """The backlog grows as long as jobs come."""

    @property
    def keeps_up(self) -> bool | None:
        """Whether the rate is borne; null where the window is too short to tell a growing backlog from chance."""
        if self.unstable:
            return False
        return True if self.backlog_end <= SMALL_BACKLOG * self.offered else None


@dataclass(frozen=True)
class Measures:
    """What one repetition measured. A measure that does not apply, or cannot be read here, is null."""

    pages: int
    """Good jobs, which are those without an error, whose record was ready inside the window."""
    unfinished: int
    """Fixed duration only: jobs started in time whose record came after the end."""
    throughput_per_s: float
    """Pages / makespan; for a fixed duration, pages / duration."""
    makespan_s: float
    """The busy time, from `go` to the last record: start-up excluded, drain included."""
    startup_s: float
    """From starting the driver's interpreter until every worker is up: connected, its parser imported. Runs without
    `warmup_s` have warm-up in it."""
    drain_s: float
    """From the last job's start to the last record ready: the part of the makespan with fewer in flight."""
    response_time_s: Percentiles
    """Ready - due of good jobs; a percentile is null where fewer than 10 samples lie beyond it."""
    fetch: Phase
    """Means per job, from its start until the body is received. On a loop `cpu_s` is CPU of the loop's threads per job
    less that of parsing, and `stall_s` null."""
    parse: Phase
    """Means per job. `stall_s` is wall - CPU - share of the run-queue wait (of a fetch also - network), 0 at least;
    null without /proc."""
    network_s: float | None
    """Mean time per job that the server held the request: last byte - received, and attempts that failed as a whole.
    Null without server stamps."""
    resume_lag_s: Lag | None
    """Body received - last byte handed over, 0 at least; null without server stamps."""
    cpu_per_page_s: float | None
    """CPU of all threads of the driver's processes, spinners excepted, per job; null without /proc."""
    cores_used: float | None
    """That CPU / busy time."""
    run_queue_cores: float | None
    """Mean number of the driver's threads that were runnable without a core; null without /proc."""
    memory_bytes: int | None
    """Upper estimate of the peak of all its processes together, Σ (PSS + VmHWM - VmRSS); null without /proc."""
    processes: int | None
    """Of the driver when parked, fork server and the like included."""
    loop_lag_s: Lag | None
    """Lateness of 10 ms ticks on the job's event loop, each missed one counted; null without a loop."""
    server: ServerMeasures
    equality: Literal["equal", "unchecked", "differs"]
    """Whether records are the same as those of other cells."""
    digest: str | None
    """Over all records in page order; null for a fixed duration, after an error, and without a canonical form."""
    errors: Mapping[str, int]
    """Kind (`fetch: TYPE`, `status: CODE`, `parse: TYPE`) → jobs."""
    disturbance: Disturbance
    """From outside, as shares of the time of all cores that may be used: taken by the host, and by other programs."""
    spin_s: float
    """Mean of the fixed spin before and after: the machine's speed then."""
    runner_cpu_s: float
    """The runner's own CPU in the window."""
    arrivals: Arrivals | None = None
    """Null: closed arrivals."""
    attribution: Attribution | None = None
    """Where the time of the workers went."""
    job_time: JobTime | None = None
    """Where the time of a job went."""
    moved_bytes_per_page: float | None = None
    """Pickled on the way to another interpreter and back; null where nothing is."""
    warmup_s: float | None = None
    """From the last worker up until every one has done its jobs that do not count; null in older runs."""
    in_flight_mean: float | None = None
    """Jobs in flight on average, from start to ready, by Little's law; null in older runs."""
    attempts: int | None = None
    """Requests of its jobs; null in older runs."""
    backoff: float | None = None
    """Share of the time from the start of each job until its record is ready in which it waited to be tried again."""
    attempts_per_page: float | None = None
    """Requests of all jobs / pages that were got; null where none was."""
    given_up: int | None = None
    """Jobs with an error, whatever it was."""
    server_queue_s: float | None = None
    """Mean time per job that its last request waited at the server for a place, part of `network_s`; null without
    `server.capacity`."""
    stream_s: float | None = None
    """Time to read 1 GB of memory, before the repetition, by an array that no cache holds; null in older runs."""
    task_hand_over_s: float | None = None
    """Mean time of a task of Dask from its submission until its first page begins, and from the end of its last parse
    until the driver holds its records; null, as what follows, of other strategies."""
    hand_over_s: float | None = None
    """The same for each page."""
    hand_over_there_s: float | None = None
    """The part of a task's hand-over before its first page; null where its workers have clocks of their own."""
    hand_over_share: float | None = None
    """Share of hand-over in the time from a task's submission until the driver holds its records."""
    done_again: int | None = None
    """Pages that were handed out once more because their worker had ended."""


@dataclass(frozen=True)
class Repetition:
    """One run of one cell, judged."""

    cell_id: str
    round: int
    """From 0; passes that were done again have numbers of their own."""
    started_at: str
    """UTC, ISO 8601."""
    status: RepetitionStatus
    """`ok`, `invalid`, `discarded` (disturbed and done again), `failed` or `unsupported`."""
    reason: str | None
    """Why it is not ok, and what to do about it."""
    measures: Measures | None
    """Null where there is nothing."""
    warnings: tuple[str, ...] = ()
    """What to bear in mind though it is ok."""
    disturbed: bool = False
    """Something outside took more than 10 % of the machine."""
    environment: Mapping[str, Any] = field(default_factory=dict)
    """Of the driver; in a document without what its cell has."""
    last_words: str = ""
    """The end of what the driver printed."""
    discarded_from: Literal["ok", "invalid"] | None = None
    """What it was before its round was done again; null: it is not discarded, or an older version did not say."""
    took_s: float | None = None
    """Wall time, start-up and end of the driver included: what a budget is spent in; null in runs of version 0.1.0."""


def left_behind(repetition: Repetition) -> bool:
    """Whether it counts no more since its combination was measured anew on another machine."""
    return repetition.status == "discarded" and (repetition.reason or "").startswith(MACHINE_LOST)


def machine_of(repetition: Repetition) -> str | None:
    """Return the name of the machine that measured it; null: the run was not spread over several."""
    about = repetition.environment.get(MACHINE)
    return str(about["name"]) if isinstance(about, Mapping) else None
