"""What the runner saw of a repetition from outside the driver, and what the driver wrote after the window."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .samples import Samples
from .seen_by_server import SeenByServer


@dataclass(frozen=True)
class CpuTime:
    """Of a set of threads, since each began."""

    on_cpu_ns: int
    run_queue_ns: int
    """Runnable, but no core was free (/proc/PID/task/TID/schedstat, second field)."""


@dataclass(frozen=True)
class MachineTime:
    """Of the cores that a run may use, since boot, in seconds (/proc/stat)."""

    user_s: float
    """User, nice and system together: what programs used."""
    irq_s: float
    """Interrupts, soft ones included: part of nobody's load."""
    steal_s: float
    """Taken by the host of this virtual machine."""
    cores: int


@dataclass(frozen=True)
class Snapshot:
    """One look at the machine, taken while every worker is parked. Null: cannot be read on this system."""

    at_ns: int
    driver: CpuTime | None
    """All threads of all processes that the driver started, itself included."""
    workers: Mapping[int, CpuTime]
    """By worker index."""
    server: CpuTime | None
    runner_cpu_s: float
    machine: MachineTime | None
    memory_bytes: int | None
    """Sum over the driver's processes of PSS + VmHWM - VmRSS: an upper estimate of their common peak.

    Processes that only spin beside the job are left out.
    """
    processes: int | None
    """Of the driver, likewise."""
    idle_servers: CpuTime | None = None
    """The run's other own servers: none of the load, and nobody else's either."""
    throttled_s: float | None = None
    """For how long a CPU limit has stopped the control group so far; null: there is none."""
    beside: CpuTime | None = CpuTime(0, 0)
    """All spinners; they are part of `driver`, and no part of the job."""


@dataclass(frozen=True)
class OpenArrivals:
    """What is known of jobs that came by themselves, beside the samples of those that were started."""

    in_flight: int
    """The most jobs that the strategy holds at a time."""
    unstarted_due_ns: tuple[int, ...]
    """When each job was due that fell into a fixed duration and that no worker came to; rising."""


@dataclass(frozen=True)
class BeforeWindow:
    """Jobs that were ready before the window opened, while workers began one after the other; in no sample."""

    jobs: int
    attempts: int


@dataclass(frozen=True)
class Observed:
    """One repetition as measured, before anything is concluded from it."""

    cell_id: str
    round: int
    """Which pass over all cells this was, reruns counted."""
    started_at: str
    samples: Samples
    go_ns: int
    """When the window opened: "go", or the end of the ramp. Jobs that were begun before and ready after it count."""
    startup_s: float
    """From the driver's start of its first worker until all are up."""
    launch_s: float
    """From the start of the driver's interpreter until all workers are up."""
    ready: Snapshot
    parked: Snapshot
    server_stats: Mapping[str, Any]
    """The mock server's /__admin/stats after the window; it was reset before."""
    duration_s: float | None
    loop_lag_ns: tuple[int, ...]
    digests: tuple[str, ...]
    """Of each job's record, in the samples' order; empty where there is none."""
    records: Mapping[str, str]
    """Canonical text by digest."""
    unchecked: str | None
    errors: tuple[Mapping[str, Any], ...]
    """The first errors of each kind: kind, page, message."""
    environment: Mapping[str, Any]
    spin_s: tuple[float, float]
    """A fixed piece of computing, timed before and after: the machine's speed then."""
    last_words: str
    """What the driver and its parser printed, its tail."""
    same_clock: bool
    """Whether the server's stamps and the driver's are of one clock."""
    generation: int | None = None
    """Of the server's configuration, as it was set; its statistics tell the one that was in force at the end."""
    arrivals: OpenArrivals | None = None
    """Null: closed, each job was due when a worker was free for it."""
    roles: Mapping[int, str] = field(default_factory=dict)
    """By worker: `job` fetches and parses, `fetch` is a loop that only fetches, `parse` a worker of a pool."""
    warmup_s: float | None = None
    """From the last worker up until all have done the jobs that do not count."""
    stream_s: float | None = None
    """1 GB of memory, read once: timed before."""
    seen: SeenByServer | None = None
    """All attempts, as the server saw them; null: its log is not known, or not whole."""
    puts_aside: bool = False
    """A job that waits to be tried again is not in flight meanwhile."""
    before: BeforeWindow | None = None
    """Null: every job is in the samples."""


@dataclass(frozen=True)
class Broken:
    """A repetition that gave no numbers."""

    cell_id: str
    round: int
    started_at: str
    status: str
    """`failed` or `unsupported`; `invalid`: not begun, since it surely could not count."""
    reason: str
    last_words: str
