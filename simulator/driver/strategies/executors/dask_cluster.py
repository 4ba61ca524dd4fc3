"""Dask: futures of a cluster, one on this machine that lives as long as the repetition, or one that runs already."""

import asyncio
import pickle
import socket
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...shared.failure import Failure, describe
from ...spec import Spec
from .. import push_worker
from ..interface import Worker
from ..push_worker import Job, Told, rows_of
from . import dask_worker
from .dask_worker import METADATA, Cluster, Gate, Here, clock
from .hand_over import HandOver
from .window import as_completed

LOOK_S = 1.0
"""Between two looks at whether a worker has died: a task for it alone would wait for ever."""
OF_ENDED = ("processing-tasks", "lost-computed-tasks")
"""Of a worker that has ended: what it was doing, and what it had done that nobody has fetched."""
CONNECT_S = 10
"""For how long a scheduler that is said to run may not answer."""


class DaskCluster:
    """The client of a cluster, and all that is handed to it."""

    def __init__(self, spec: Spec, window: int) -> None:
        """Make the client of a cluster that is not opened yet. Raises Failure where Dask is not installed.

        Args:
            spec: the job.
            window: tasks that are submitted at a time.
        """
        told = spec.strategy.dask
        assert told is not None  # noqa: S101 - the job file has it where dispatch is dask
        self._client_class = _client_class()
        self._spec, self._window, self._told = spec, window, told
        self._repetition = uuid.uuid4().hex
        self._gates = 0
        self._cluster: Any = None
        self._client: Any = None
        self._sent: Any = None
        self._processes: tuple[Here, ...] = ()
        self._ends_before: frozenset[str] = frozenset()
        self.hand_over = HandOver(same_clock=True)
        self.notes: dict[str, Any] = {}
        self.job_size = spec.strategy.chunk

    def open(self) -> None:
        """Start the cluster, or connect to it; find out who is there. Raises Failure where that cannot be done."""
        told, spec = self._told, self._spec
        if told.scheduler is None:
            from .dask_local import open_cluster  # noqa: PLC0415 - where one is to be started

            self._cluster = open_cluster(told.workers, told.threads, Path(spec.output).resolve().parent)
            address = self._cluster.scheduler_address
        else:
            address = told.scheduler
        try:
            self._knock(address)
            self._client = self._client_class(address, timeout=CONNECT_S, set_as_default=False)
        except OSError as error:
            raise Failure(
                "failed",
                f"no scheduler of Dask answers at {address} ({describe(error)}); start one with `dask scheduler`, or"
                " leave scheduler out",
            ) from error
        if told.scheduler is not None:
            from .dask_code import Sent  # noqa: PLC0415 - where the workers do not have it

            self._sent = Sent(spec, self._client)
        self._processes = tuple(sorted(self._run(dask_worker.here), key=_order))
        if not self._processes:
            raise Failure(
                "failed", f"the cluster at {address} has no workers; start some with `dask worker {address}`"
            )
        self._ends_before = frozenset(self._ends())
        same_clock = all(each.clock == clock() for each in self._processes)
        if not same_clock and spec.arrivals is not None:
            raise Failure(
                "unsupported",
                "workers of this cluster are on other machines, whose clocks do not tell when a job is due; remove"
                " arrivals",
            )
        self.hand_over = HandOver(same_clock=same_clock)
        self.notes["dask"] = {
            "workers": len(self._processes),
            "threads": max(each.threads for each in self._processes),
            "same_clock": same_clock,
        }

    def _knock(self, address: str) -> None:
        """See that somebody listens: Dask itself would go on trying for long. Raises OSError."""
        host, _, port = address.partition("://")[2].rpartition(":")
        socket.create_connection((host.strip("[]"), int(port)), CONNECT_S).close()

    def set_up(self) -> "list[Worker]":
        """Make every thread of the cluster a worker. Raises Failure."""
        firsts: dict[str, tuple[int, int, int]] = {}
        told: list[Told] = []
        for shard, process in enumerate(self._processes):
            firsts[process.name] = (len(told), process.threads, shard)
            gate = self._gate(process)
            told += [
                Told(self._spec, len(told) + place, gate, None, process.threads, shard)
                for place in range(process.threads)
            ]
        later = Cluster(replace(told[0], index=len(told)), firsts)
        self._client.set_metadata([METADATA, self._repetition], pickle.dumps(later))
        answers = self.everywhere(dask_worker.set_up, [(self._repetition, each) for each in told])
        now = time.perf_counter_ns()
        for answer in answers:
            if not isinstance(answer, Worker):
                raise Failure(*answer)
        if self._told.scheduler is None:
            return sorted(answers, key=lambda worker: worker.index)
        # Who is no child of the driver is not looked at from outside.
        return [
            replace(each, tid=None, up_ns=now) for each in sorted(answers, key=lambda worker: worker.index)
        ]

    def warm_up(self, task: Any) -> None:
        """Run a task in each thread."""
        gates = [gate for each in self._processes for gate in [self._gate(each)] * each.threads]
        self.everywhere(task, [(gate,) for gate in gates])

    def flow(self, _: Any, jobs: "Iterator[Job]") -> "Iterator[Any]":
        """Have jobs done."""
        take = self.hand_over.take
        for submitted_ns, found in as_completed(self._submit, jobs, self._window):
            rows, _ = rows_of(found)
            if rows:
                take(submitted_ns, rows)
            yield found

    def parked(self) -> "list[tuple[list[dict[str, Any]], dict[str, Any]]]":
        """Return what the processes know of errors, and what is to be noted of them."""
        self.notes.update(self._again())
        return self._run(push_worker.park_all)

    def broken(self, error: BaseException) -> str:
        """Say of what a worker died."""
        return f"Dask gave up: {type(error).__name__}: {error}{self._last_end()}"

    def close(self) -> None:
        """Let the workers end, or those of a cluster that runs go on as they were."""
        if self._client is not None:
            if self._sent is not None:
                self._run(dask_worker.release)
                self._client.set_metadata([METADATA, self._repetition], None)
                self._sent.take_back()
            self._client.close()
        if self._cluster is not None:
            from .dask_local import close_cluster  # noqa: PLC0415 - as above

            close_cluster(self._cluster)
        self._client = self._cluster = None

    def _submit(self, job: Job) -> "Future[tuple[int, Any]]":
        submitted_ns, name = time.perf_counter_ns(), self._repetition
        key = f"pages-{len(job.pages)}-{name}-{job.pages[0]}"
        future = self._client.submit(dask_worker.do, name, job, key=key, pure=False)
        return asyncio.run_coroutine_threadsafe(
            self._bring(submitted_ns, future), self._client.loop.asyncio_loop
        )

    async def _bring(self, submitted_ns: int, future: Any) -> "tuple[int, Any]":
        """Bring a result here: only then is the job done, and may another one be handed over."""
        return submitted_ns, await self._client.gather(future, asynchronous=True)

    def everywhere(self, task: Any, arguments: "Sequence[tuple[Any, ...]]") -> "list[Any]":
        """Run a task in every thread of every process."""
        at = [each.address for each in self._processes for _ in range(each.threads)]
        futures = [
            self._client.submit(task, *each, workers=[address], allow_other_workers=False, pure=False)
            for each, address in zip(arguments, at, strict=True)
        ]
        gathered = asyncio.run_coroutine_threadsafe(self._all(futures), self._client.loop.asyncio_loop)
        while True:
            try:
                return list(gathered.result(LOOK_S))
            except TimeoutError:
                if gathered.done():
                    raise
                gone = set(at) - set(self._client.nthreads())
                if gone:
                    gathered.cancel()
                    raise Failure(
                        "failed", f"a worker process of Dask ({min(gone)}) ended{self._last_end()}"
                    ) from None

    async def _all(self, futures: "list[Any]") -> "list[Any]":
        found: list[Any] = await self._client.gather(futures, asynchronous=True)
        return found

    def _gate(self, process: Here) -> Gate:
        self._gates += 1
        return Gate(f"{self._repetition}-{self._gates}", process.threads)

    def _run(self, task: "Callable[..., Any]") -> "list[Any]":
        """Run a task once in each process, beside its threads."""
        return list(self._client.run(task, on_error="ignore").values())

    def _again(self) -> "dict[str, Any]":
        """Return how many pages were handed out again because a worker ended, and how many did; nothing where none."""
        ends = {end: keys for end, keys in self._ends().items() if end not in self._ends_before}
        ours = [key for keys in ends.values() for key in keys if self._repetition in key]
        again = sum(int(key.split("-")[1]) for key in ours)
        return {"ended_workers": len(ends), "done_again": again} if ends else {}

    def _ends(self) -> "dict[str, set[str]]":
        """Return the tasks of each worker that has ended, by the name of that event."""
        return {
            str(event.get("stimulus_id")): {str(key) for name in OF_ENDED for key in event.get(name, ())}
            for topic, events in self._client.get_events().items()
            if topic != "all"  # where all that is gathered is told too, so that the rest is soon forgotten
            for _, event in events
            if isinstance(event, dict) and event.get("action") == "remove-worker"
        }

    def _last_end(self) -> str:
        if self._cluster is None:
            return ""
        from .dask_local import last_end  # noqa: PLC0415 - as above

        end = last_end()
        return "" if end is None else f"; the worker that ended last {end}"


def _order(process: Here) -> "tuple[int, str]":
    """Sort numbers as numbers."""
    return (int(process.name) if process.name.isdecimal() else sys.maxsize, process.name)


def _client_class() -> Any:
    try:
        from distributed import Client  # noqa: PLC0415 - only where it is asked for
    except ImportError as error:
        raise Failure(
            "unsupported",
            f"distributed cannot be imported by {sys.executable} ({error}); install distributed there, choose another"
            " Python with --python, or another strategy",
        ) from error
    return Client
