"""A cluster of Dask on this machine, for one repetition: scheduler and nannies in the driver, workers in processes."""

import logging
from pathlib import Path
from typing import Any

import dask
from distributed import LocalCluster, Nanny

from ..starting import cause_of_death

LOOPBACK = "127.0.0.1"
WITHOUT: "dict[str, list[str]]" = {
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
}
"""The nodes listen for browsers too: there they find nothing."""


class Watched(Nanny):  # type: ignore[misc] # of whatever it is
    """A nanny that remembers how its workers ended."""

    ends: "list[str]" = []  # noqa: RUF012 - of all nannies of the one cluster
    closing = False

    async def _on_worker_exit(self, exitcode: "int | None") -> None:
        if not Watched.closing:
            Watched.ends.append(cause_of_death(exitcode))
        await super()._on_worker_exit(exitcode)


def open_cluster(workers: int, threads: int, folder: Path) -> Any:
    """Start one, on loopback alone, without a dashboard; what it spills goes into this folder."""
    dask.config.set(WITHOUT)
    return LocalCluster(
        n_workers=workers,
        threads_per_worker=threads,
        processes=True,
        host=LOOPBACK,
        protocol="tcp://",
        scheduler_kwargs={"dashboard": False, "dashboard_address": f"{LOOPBACK}:0"},
        worker_class=Watched,
        local_directory=str(folder),
        silence_logs=logging.ERROR,
    )


def close_cluster(cluster: Any) -> None:
    """End it and wait until it has."""
    Watched.closing = True
    cluster.close()


def last_end() -> "str | None":
    """Say how the worker that ended last did; null where none has."""
    return Watched.ends[-1] if Watched.ends else None
