"""What goes wrong with a Dask cluster is said in sentences; the client is played."""

from typing import Any

import pytest

from simulator.spread import worker
from simulator.spread.cluster import ClusterError, WorkerLostError
from simulator.spread.dask import DaskCluster
from simulator.spread.machines import Worker


class Client:
    """A client whose scheduler knows one worker, and which answers so or fails."""

    def __init__(self, does: Any) -> None:
        self.does = does
        self.scheduler = self

    async def identity(self, n_workers: int) -> dict[str, Any]:
        assert n_workers == -1
        if isinstance(self.does, Exception):
            raise self.does
        return {"workers": {"tcp://h:1": {"name": 0, "host": "h", "resources": {"simulator": 1.0}}}}

    async def run(self, _function: object, *given: object, workers: list[str]) -> dict[str, Any]:
        if isinstance(self.does, Exception):
            raise self.does
        return {workers[0]: [self.does, *given]} if self.does else {}


async def test_workers_are_asked_one_by_one() -> None:
    cluster = DaskCluster(Client("well"), "tcp://h:0")
    assert await cluster.workers() == (Worker("tcp://h:1", "0", "h", declared=True),)
    assert await cluster.call("tcp://h:1", worker.news, "a", 3) == ["well", "a", 3]


@pytest.mark.parametrize(
    ("does", "said"),
    [
        (TimeoutError(), "its worker does not answer"),
        (OSError("in <TCP (closed) …>: Stream is closed"), "its worker is gone"),
        (OSError(12, "Cannot allocate memory"), "Cannot allocate memory"),
        (
            ModuleNotFoundError("No module named 'simulator'"),
            "it lacks gil-simulator or what that needs: No module",
        ),
        (KeyError("a1"), "its worker failed: KeyError: 'a1'"),
        (None, "its worker failed: KeyError"),
    ],
)
async def test_a_worker_that_fails_is_lost(does: Exception | None, said: str) -> None:
    with pytest.raises(WorkerLostError) as lost:
        await DaskCluster(Client(does), "tcp://h:0").call("tcp://h:1", worker.describe)
    assert str(lost.value).startswith(said)


@pytest.mark.parametrize(
    "does", [TimeoutError(), OSError("closed"), RuntimeError("ConnectionPool is closed")]
)
async def test_a_scheduler_that_is_gone_is_named(does: Exception) -> None:
    with pytest.raises(ClusterError, match="the scheduler at tcp://h:0 does not answer any more"):
        await DaskCluster(Client(does), "tcp://h:0").workers()
