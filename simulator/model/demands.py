"""What one job needs of each resource, in seconds, measured with one worker and nobody beside it."""

from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Demand:
    """Seconds that one job needs of something."""

    mean_s: float
    error: float = 0.0
    """Standard error of the mean, as a share of it."""

    def times(self, factor: float) -> "Demand":
        """Return so many times this."""
        return replace(self, mean_s=self.mean_s * factor)


NOTHING = Demand(0.0)


@dataclass(frozen=True, kw_only=True)
class Demands:
    """Of one job, by how it is fetched (a thread that blocks, or a loop), on one Python."""

    waits_s: tuple[float, ...] = (0.0,)
    """The server's own delay: one where all pages are alike, else that of each page, in turn."""
    client_held: Demand = NOTHING
    """CPU of a request under the GIL: the client's Python code, and what the harness does between two jobs."""
    client_free: Demand = NOTHING
    """CPU of a request free of it: mostly inside system calls."""
    client_busy: float = 1.0
    """What a request costs on a loop that always has something ready, over that on one that has nothing else to do:
    turns of the loop are shared by those that are ready at the same time."""
    parse_held: Demand = NOTHING
    """CPU of a parse under the GIL (G)."""
    parse_free: Demand = NOTHING
    """CPU of a parse free of it (F)."""
    parse_drops: float = 0.0
    """How often a parse lets go of the GIL to compute free of it; at least once where `parse_free` is not 0."""
    drops: float = 3.0
    """How often a request lets go of the GIL and takes it again (k): around each system call that may wait."""
    transport: Demand = NOTHING
    """Neither CPU nor the server's delay: the way through the kernel to the server and back, and waking up."""
    server: Demand = NOTHING
    """CPU of the mock server for one request, on the same cores."""
    server_workers: int = 1
    """Processes that serve, each on one loop."""
    capacity: int | None = None
    """Requests that the server serves at a time; null: all that come."""
    rate_per_s: float | None = None
    """Requests a second that the server lets in; null: all that come."""
    over_worker: Demand = NOTHING
    """Hand-over of a job to another process or interpreter and of its record back: CPU where the job runs."""
    over_main: Demand = NOTHING
    """The same in the driver's main interpreter: unpickling, and for a pool pickling the page."""
    elsewhere: Demand = NOTHING
    """CPU of threads that neither fetch, parse nor take records in, of what was measured as a whole."""
    spread: float = 0.1
    """How much each of these differs from job to job, the server's delay apart: standard deviation over mean."""

    def scaled(self, **factors: float) -> "Demands":
        """Return them with some multiplied: `scaled(parse_held=0.8)`."""
        changed: dict[str, Any] = {}
        for name, factor in factors.items():
            value = getattr(self, name)
            changed[name] = (
                tuple(wait * factor for wait in value)
                if isinstance(value, tuple)
                else value.times(factor)
                if isinstance(value, Demand)
                else value * factor
            )
        return replace(self, **changed)
