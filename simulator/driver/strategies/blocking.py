"""Blocking fetch: a thread per job in flight, each with a client of its own; the parse runs in the same thread."""

import contextlib
import os
import threading
import time
from typing import Any

from ..due_timer import sleep_until
from ..gil import is_enabled as gil_enabled
from ..sample import Emit, SampleLog
from ..shared.failure import Failure, describe
from ..tickets import Claim
from ..work import Parse
from .interface import Outcome, ShardPlan, Worker
from .jobs import ErrorLog, clocks, open_client, open_parse, warmup_pages

OK = 200


class BlockingShard:
    """N threads of this interpreter."""

    def __init__(self, plan: ShardPlan) -> None:
        self.outcome = Outcome()
        self._plan = plan
        self._spec = plan.spec
        self._log = ErrorLog()
        self._claim: Claim | None = None
        self._failures: list[BaseException] = []
        self._workers: list[Worker] = []
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._pending = 0
        self._settled = threading.Event()
        self._go = threading.Event()
        self._released = threading.Event()

    def start(self) -> "list[Worker]":
        """Start the threads and wait until each is warm."""
        parse = open_parse(self._spec)
        self._pending = self._plan.width
        for index in self._plan.indices:
            thread = threading.Thread(
                target=self._work,
                args=(index, parse),
                name=f"worker-{index}",
                daemon=self._plan.daemon_threads,
            )
            self._threads.append(thread)
            thread.start()
        self._settle()
        return sorted(self._workers, key=lambda worker: worker.index)

    def run(self, go_ns: "int | None" = None) -> int:
        """Open the tickets, release the threads and wait until all are parked."""
        self._pending = self._plan.width
        self._settled.clear()
        if go_ns is None:
            go_ns = time.perf_counter_ns()
        self._claim = self._plan.tickets.open(go_ns)
        self._go.set()
        self._settle()
        self.outcome.errors.extend(self._log.kept)
        return go_ns

    def release(self) -> None:
        """Let the parked threads end."""
        self._released.set()
        self._go.set()
        for thread in self._threads:
            thread.join()

    def _settle(self) -> None:
        self._settled.wait()
        if self._failures:
            failure = self._failures[0]
            if isinstance(failure, Failure):
                raise failure
            raise Failure("failed", f"a worker broke: {describe(failure)}") from failure

    def _arrive(self, failure: "BaseException | None" = None) -> None:
        with self._lock:
            if failure is not None:
                self._failures.append(failure)
            self._pending -= 1
            last = self._pending == 0
        if last:
            self._settled.set()

    def _work(self, index: int, parse: Parse) -> None:
        client = None
        try:
            try:
                client = open_client(self._spec)
                self._warm_up(client, parse, index)
            except BaseException as error:  # noqa: BLE001 - carried to the main thread by _arrive
                self._arrive(error)
                return
            self._workers.append(
                Worker(index, os.getpid(), threading.get_native_id(), self._plan.shard, gil_enabled())
            )
            self._arrive()
            self._go.wait()
            if self._claim is None:
                return
            try:
                self._window(client, parse, index, self._claim)
            except BaseException as error:  # noqa: BLE001 - carried to the main thread by _arrive
                self._arrive(error)
                return
            self._arrive()
            self._released.wait()
        finally:
            if client is not None:
                client.close()

    def _warm_up(self, client: Any, parse: Parse, index: int) -> None:
        for page in warmup_pages(self._spec, index):
            url = f"{self._spec.base_url}/pages/{page}"
            _, body = client.fetch(url)
            # What raises here raises again in the window, where it counts.
            with contextlib.suppress(BaseException):
                parse(page, body)

    def _window(self, client: Any, parse: Parse, worker: int, claim: Claim) -> None:
        spec, log = self._spec, self._log
        emit = self._plan.emit or self._keep()
        fetch, prefix = client.fetch, f"{spec.base_url}/pages/"
        clock, cpu = clocks(instrument=spec.instrument)
        sends, due_at = self._plan.emit is not None, self._plan.tickets.due
        due, cpu_start = 0, cpu()
        while (page := claim()) >= 0:
            record, error = None, ""
            url = f"{prefix}{page}"
            if due_at is not None:
                due = sleep_until(due_at(page))
                cpu_start = cpu()
            start = clock()
            try:
                status, body = fetch(url)
            except Exception as raised:  # noqa: BLE001 - whatever a client raises is this job's error
                fetched, cpu_fetched = clock(), cpu()
                error = log.fetch(page, raised)
                parsed, cpu_parsed = fetched, cpu_fetched
            else:
                fetched, cpu_fetched = clock(), cpu()
                if status == OK:
                    try:
                        record = parse(page, body)
                    except BaseException as raised:  # noqa: BLE001 - a parser may even call sys.exit
                        error = log.parse(page, raised)
                else:
                    error = log.status(page, status)
                cpu_parsed, parsed = cpu(), clock()
                del body  # else every thread holds its last page while it waits for the next one
            # Ready is as soon as parsed, unless the record still has to cross from one process to another.
            numbers = (
                page, worker, due or start, start, fetched, parsed, parsed,
                cpu_fetched - cpu_start, cpu_parsed - cpu_fetched, worker, fetched,
            )  # fmt: skip
            emit(numbers, record, error)
            # The end of one job is the start of the next, unless a record was pickled and sent in between.
            cpu_start = cpu() if sends else cpu_parsed

    def _keep(self) -> Emit:
        log = SampleLog()
        self.outcome.logs.append(log)
        return log.add
