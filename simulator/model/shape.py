"""How a strategy shares a machine, and what the machine has: all that a model of it has to know of both."""

from dataclasses import dataclass
from typing import Literal

Place = Literal["none", "processes", "threads", "interpreters"]
PoolPlace = Literal["inline", "threads", "processes", "interpreters"]


@dataclass(frozen=True)
class Shape:
    """A strategy worked out for a number of jobs in flight: shards × fetch × parse placement."""

    shards: Place
    """What jobs are spread over; `none`: all in one interpreter."""
    widths: tuple[int, ...]
    """Jobs in flight in each shard, at least 1."""
    loop: bool
    """Waits overlap on one event loop in each shard; otherwise each job has a thread."""
    pool: PoolPlace = "inline"
    """Where parsing runs: where the page was fetched, or in a pool in each shard."""
    workers: int = 0
    """Of each pool; 0 where parsing is inline."""

    @property
    def in_flight(self) -> int:
        """Jobs started and not finished."""
        return sum(self.widths)


@dataclass(frozen=True)
class Machine:
    """What there is for all jobs, the mock server included."""

    cores: float
    """That driver and server share."""
    gil: bool = True
    """Threads of one interpreter share a lock; false: a free-threaded build."""
    switch_interval_s: float = 0.005
    """After so long with no switch a thread that waits asks the one that holds the GIL to drop it."""
    wake_s: float = 5e-5
    """From when a thread lets go of the GIL until one that waits for it runs; meanwhile any other may take it."""
    look_s: float = 6e-6
    """CPU with which each thread that waits for the GIL looks at it, once in a switch interval."""
    stranded: float = 0.0
    """How much of the cores is idle, of what would be if whoever is runnable stayed where it is until somebody wakes: a
    core that has nothing to do does not always fetch what waits at another. 0: never idle while somebody waits."""
