"""One repetition with the measures that were derived from its samples."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from simulator.stats.percentiles import Lag, Percentiles

from .attribution import Attribution, JobTime

RepetitionStatus = Literal["ok", "invalid", "discarded", "failed", "unsupported"]


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
    """How the mock server did. `cpu_cores`: its CPU over the window, in cores."""

    delay_error_s: DelayError
    cpu_cores: float | None
    saturated: bool | None
    loop_lag_p99_s: float | None
    """Null where fewer than 10 ticks lie beyond."""
    connections_opened: int | None
    """New connections inside the window: should be none."""
    loop_lag_tail_s: float | None = None
    """The highest of p99, p95 and p90 of the loop's lateness that has 10 ticks beyond it: what the gate judges."""


@dataclass(frozen=True)
class Disturbance:
    """From outside, as shares of the machine's capacity over the window; null where it cannot be read."""

    steal: float | None
    foreign: float | None
    """CPU of programs that are neither driver, nor server, nor runner; interrupts excluded."""


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
    completed: int
    """Good records ready inside the window."""
    backlog_max: int
    """Most jobs at a time that were due and had no worker."""
    backlog_end: int
    """Those at the last planned start."""
    queue_s: float
    """Mean time from the planned start to the start."""
    dispatcher_late_s: Lag | None
    """Of starts for which a worker was waiting: lateness while no job was at work in the driver."""
    dispatcher_late_tail_s: float | None
    """The highest of p99, p95 and p90 of it that has 10 samples beyond it: what the gate judges."""
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
    """Records ready inside the window."""
    unfinished: int
    """Fixed duration only: jobs started in time whose record came after the end."""
    throughput_per_s: float
    makespan_s: float
    startup_s: float
    drain_s: float
    """From the last job's start to the last record ready: the part of the makespan with fewer in flight."""
    response_time_s: Percentiles
    fetch: Phase
    parse: Phase
    network_s: float | None
    """Mean time per job that the server held the request."""
    resume_lag_s: Lag | None
    cpu_per_page_s: float | None
    cores_used: float | None
    run_queue_cores: float | None
    """Mean number of the driver's threads that were runnable without a core."""
    memory_bytes: int | None
    processes: int | None
    loop_lag_s: Lag | None
    server: ServerMeasures
    equality: Literal["equal", "unchecked", "differs"]
    digest: str | None
    errors: Mapping[str, int]
    disturbance: Disturbance
    spin_s: float
    """Mean of the fixed spin before and after."""
    runner_cpu_s: float
    arrivals: Arrivals | None = None
    """Null: closed arrivals."""
    attribution: Attribution | None = None
    """Where the time of the workers went."""
    job_time: JobTime | None = None
    """Where the time of a job went."""
    moved_bytes_per_page: float | None = None
    """Pickled on the way to another interpreter and back; null where nothing is."""


@dataclass(frozen=True)
class Repetition:
    """One run of one cell, judged."""

    cell_id: str
    round: int
    started_at: str
    status: RepetitionStatus
    reason: str | None
    """Why it is not ok, and what to do about it."""
    measures: Measures | None
    warnings: tuple[str, ...] = ()
    disturbed: bool = False
    environment: Mapping[str, Any] = field(default_factory=dict)
    last_words: str = ""
    took_s: float | None = None
    """Wall time that it took the runner, start-up and end of the driver included: what a budget is spent in."""
