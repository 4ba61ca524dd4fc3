"""A Dask cluster. The library is imported when a run is spread, and not before."""

import asyncio
import logging
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from simulator.spread.cluster import ClusterError, WorkerLostError
from simulator.spread.machines import RESOURCE, Worker
from simulator.spread.plan import PROGRAM

CONNECT_S = 10.0
ANSWER_S = 60.0
"""A worker that takes longer to answer is lost; what waits for news does so for less."""
MISSING = "needs the library distributed: pip install 'gil-simulator[dask]'"


class DaskCluster:
    """A cluster by its scheduler.

    Args:
        client: of it, asynchronous.
        address: as a person wrote it.
    """

    def __init__(self, client: Any, address: str) -> None:
        self._client = client
        self._address = address

    async def workers(self) -> tuple[Worker, ...]:
        """Return its workers now. Raises ClusterError: it is gone."""
        try:
            known = await asyncio.wait_for(self._client.scheduler.identity(n_workers=-1), CONNECT_S)
        except (OSError, RuntimeError) as error:  # the second where its connections are closed already
            raise ClusterError(f"the scheduler at {self._address} does not answer any more") from error
        return tuple(
            Worker(address, str(about["name"]), str(about["host"]), bool(about["resources"].get(RESOURCE)))
            for address, about in known["workers"].items()
        )

    async def call(self, address: str, function: Callable[..., Awaitable[Any]], *given: object) -> Any:
        """Have a worker call a coroutine of this program. Raises WorkerLostError."""
        try:
            said = await asyncio.wait_for(self._client.run(function, *given, workers=[address]), ANSWER_S)
            return said[address]
        except TimeoutError as error:
            raise WorkerLostError("its worker does not answer") from error
        except OSError as error:  # Dask's own for a connection that has ended is one without a number
            raise WorkerLostError(error.strerror or "its worker is gone") from error
        except ImportError as error:
            raise WorkerLostError(f"it lacks {PROGRAM} or what that needs: {error}") from error
        except Exception as error:  # whatever is raised there is raised here too
            raise WorkerLostError(f"its worker failed: {type(error).__name__}: {error}") from error


@asynccontextmanager
async def connected(address: str) -> AsyncIterator[DaskCluster]:
    """Connect to a scheduler. Raises ClusterError."""
    try:
        from distributed import Client  # noqa: PLC0415 - a library that few runs need, and slow to import
    except ImportError as error:
        raise ClusterError(f"--on dask {MISSING}") from error
    _silence()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # which versions matter, machines.py says
            make: Any = Client
            client = await make(
                address, asynchronous=True, timeout=CONNECT_S, set_as_default=False, name="simulator"
            )
    except (OSError, ValueError) as error:
        raise ClusterError(
            f"--scheduler {address}: nobody answers there; start one, as by dask scheduler --host 127.0.0.1"
        ) from error
    try:
        yield DaskCluster(client, address)
    finally:
        await client.close()


def _silence() -> None:
    """Leave to the program's own sentences what a person has to know; each of Dask's loggers has a level of its own."""
    for name in tuple(logging.root.manager.loggerDict):
        if name.partition(".")[0] in ("distributed", "tornado"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
