"""One job's clock points, as the tuple that a worker makes of them: building it must cost next to nothing."""

from typing import Any, NamedTuple


class Sample(NamedTuple):
    """Times are perf_counter_ns (CLOCK_MONOTONIC on Linux: the server's clock), CPU is thread_time_ns."""

    page: int
    worker: int
    start_ns: int
    """The job was claimed: in a closed run, the moment it is due."""
    fetched_ns: int
    """The client has resumed with the whole body."""
    parsed_ns: int
    ready_ns: int
    """The record is in the driver's main interpreter; 0 until it is."""
    fetch_cpu_ns: int
    """-1 on an event loop, where the thread's clock counts other tasks too."""
    parse_cpu_ns: int
    request_id: str
    """By which the server's own stamps are found after the window; empty where there was no answer."""
    error: str
    """Empty, or the kind of error: `fetch: …`, `status: …`, `parse: …`."""


Emit = Any
"""Takes (Sample, record): appends it here, or sends it to the driver's main interpreter."""

COLUMNS = Sample._fields
