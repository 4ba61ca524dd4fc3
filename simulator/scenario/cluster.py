"""A cluster of Dask: how many workers it has, of how many threads each."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

FEW = 4
"""Up to so many Dask takes a process for each."""
SCHEDULER_PATTERN = r"^(tcp|tls)://[A-Za-z0-9_.:\[\]-]+:[0-9]{1,5}$"


@dataclass(frozen=True)
class Cluster:
    """One that is started for a repetition, or one that runs already."""

    workers: int
    """Processes; 0 in one that runs already, of which only itself knows."""
    threads: int
    """Of each."""
    scheduler: str | None = None
    """Where the scheduler of one that runs already listens."""


def split(tasks: int) -> tuple[int, int]:
    """Return how many processes of how many threads Dask takes by itself for so many tasks at a time.

    As `distributed.deploy.utils.nprocesses_nthreads` does for cores: up to 4 a process for each, else the least divisor
    that is no less than the square root.
    """
    processes = tasks if tasks <= FEW else min(each for each in _divisors(tasks) if each * each >= tasks)
    return processes, tasks // processes


def cluster(workers: int | None, threads: int | None, scheduler: str | None, tasks: int) -> Cluster:
    """Return the cluster of a strategy.

    Args:
        workers: as asked for; null: as Dask chooses, for so many threads each where those are given.
        threads: likewise.
        scheduler: of one that runs already.
        tasks: that are submitted at a time.
    """
    if scheduler is not None:
        return Cluster(0, 0, scheduler)
    if workers is None and threads is None:
        return Cluster(*split(tasks))
    if workers is None:
        return Cluster(max(1, tasks // (threads or 1)), threads or 1)
    return Cluster(workers, threads or ceil(tasks / workers))


def _divisors(number: int) -> Iterator[int]:
    return (each for each in range(1, number + 1) if number % each == 0)
