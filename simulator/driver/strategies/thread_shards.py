"""Shards in threads of the driver: a loop in each, for builds on which threads compute at the same time."""

import threading
import time
from collections.abc import Callable, Sequence

from ..shared.failure import Failure, describe
from .interface import Outcome, Shard, Worker


class ThreadShards:
    """One thread per shard, in which that shard starts, runs, is parked and ends."""

    def __init__(self, openers: "Sequence[Callable[[], Shard]]") -> None:
        self.outcome = Outcome()
        self._openers = openers
        self._threads: list[threading.Thread] = []
        self._workers: list[Worker] = []
        self._outcomes: list[Outcome] = []
        self._failures: list[BaseException] = []
        self._lock = threading.Lock()
        self._pending = 0
        self._settled = threading.Event()
        self._go = threading.Event()
        self._go_ns: int | None = None
        self._released = threading.Event()

    def start(self) -> "list[Worker]":
        """Start the threads and wait until each shard is warm."""
        self._pending = len(self._openers)
        for number, opener in enumerate(self._openers):
            thread = threading.Thread(target=self._serve, args=(opener,), name=f"shard-{number}", daemon=True)
            self._threads.append(thread)
            thread.start()
        self._settle()
        return sorted(self._workers, key=lambda worker: worker.index)

    def run(self, go_ns: "int | None" = None) -> int:
        """Let all shards go, at one moment, and wait until all are parked."""
        self._pending = len(self._openers)
        self._settled.clear()
        self._go_ns = time.perf_counter_ns() if go_ns is None else go_ns
        self._go.set()
        self._settle()
        for outcome in self._outcomes:
            self.outcome.absorb(outcome)
        return self._go_ns

    def release(self) -> None:
        """Let the shards end."""
        self._released.set()
        self._go.set()
        for thread in self._threads:
            thread.join()

    def _serve(self, opener: "Callable[[], Shard]") -> None:
        try:
            shard = opener()
            workers = shard.start()
        except BaseException as error:  # noqa: BLE001 - carried to the main thread by _arrive
            self._arrive(error)
            return
        with self._lock:
            self._workers.extend(workers)
        self._arrive()
        self._go.wait()
        if self._go_ns is not None:
            try:
                shard.run(self._go_ns)
            except BaseException as error:  # noqa: BLE001 - carried to the main thread by _arrive
                self._arrive(error)
                return
            with self._lock:
                self._outcomes.append(shard.outcome)
            self._arrive()
            self._released.wait()
        shard.release()

    def _arrive(self, failure: "BaseException | None" = None) -> None:
        with self._lock:
            if failure is not None:
                self._failures.append(failure)
            self._pending -= 1
            settled = self._pending == 0 or failure is not None
        if settled:
            self._settled.set()

    def _settle(self) -> None:
        self._settled.wait()
        if self._failures:
            failure = self._failures[0]
            if isinstance(failure, Failure):
                raise failure
            raise Failure("failed", f"a shard broke: {describe(failure)}") from failure
