"""The workers of a cluster of Dask, as a shard."""

from contextlib import suppress
from typing import Any

from ...shared.failure import Failure
from ...spec import Spec
from .. import push_worker
from ..interface import Outcome, Worker
from ..pushed import Pushed
from .dask_cluster import DaskCluster


class DaskShard(Pushed):
    """As of any executor, but that its workers may be on other machines, and may be replaced."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec, DaskCluster, in_threads=False)
        self._dask: DaskCluster | None = None

    def start(self) -> "list[Worker]":
        """Start the cluster and every worker: parser imported, client connected."""
        self._dask = self._executor = dask = DaskCluster(self._spec, self._count)
        self._guarded(dask.open)
        workers: list[Worker] = self._guarded(dask.set_up)
        self.outcome.notes.update(dask.notes)
        return workers

    def warm_up(self) -> None:
        """Let every worker do its first jobs."""
        assert self._dask is not None  # noqa: S101 - start comes first
        self._guarded(self._dask.warm_up, push_worker.warm_up)

    def release(self) -> None:
        """Let the workers end."""
        if self._dask is not None:
            with suppress(Exception):  # a scheduler of somebody else may be gone
                self._dask.close()
        self._dask = self._executor = None

    def _park(self) -> None:
        """Take over what the processes know of errors, how often a job was done again, and what handing over took."""
        dask = self._dask
        assert dask is not None  # noqa: S101 - start comes first
        for errors, notes in self._guarded(dask.parked):
            self.outcome.absorb(Outcome(errors=errors, notes=notes))
        self.outcome.notes.update(dask.notes)
        self.outcome.notes["handed_over"] = dask.hand_over.told()

    def _guarded(self, do: Any, *arguments: Any) -> Any:
        assert self._dask is not None  # noqa: S101 - start comes first
        try:
            return do(*arguments)
        except Failure:
            raise
        except Exception as error:
            raise Failure("failed", self._dask.broken(error)) from error
