"""Before the first repetition: what it costs to hand a job over to a process or a pool, and its record back.

Measured by doing it with one worker and one job at a time, as the strategies do it, so that nothing is forgotten: the
pickles, the pipes, the threads that executors have of their own.
"""

import asyncio
import os
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from .shared.python import gil_enabled
from .shared.recorder import COLUMNS
from .spec import Spec, Strategy, Work
from .strategies.interface import Outcome, ShardPlan, Worker
from .strategies.jobs import open_parse
from .strategies.parse_pool import ParsePool
from .strategies.parse_worker import Carried, parse_page
from .strategies.processes import Processes
from .strategies.remote import RemoteShards
from .tickets import open_tickets

JOBS = 60
FIRST = 10
"""Jobs that do not count."""
LONGEST_NS = 400_000_000
"""Of all jobs of one kind: where a parse takes long, there are fewer."""
UNITS = 1000
"""Of a parser that reaches any cost."""

Over = dict[str, float]


def over(kind: str, spec: Spec, body: bytes) -> Over:
    """Return what handing over one job costs: `worker_ns` and `main_ns` of CPU.

    Args:
        kind: `shards:processes`, or `pool:` with `threads`, `processes` or `interpreters`. A pool of threads has all
            of it in the main interpreter.
        spec: the job.
        body: of a page.

    Raises:
        Failure: there is no such thing here.
    """
    place, _, made_of = kind.partition(":")
    parse_kind, count = ("inline", 0) if place == "shards" else (made_of, 1)
    strategy = Strategy(
        shard_kind=made_of if place == "shards" else "none",
        widths=(1,),
        fetch="blocking" if place == "shards" else "asyncio",
        loop="asyncio",
        start_method=spec.strategy.start_method,
        parse_kind=parse_kind,
        parse_count=count,
    )
    alone = replace(spec, strategy=strategy, work=Work(1, 0.0, UNITS), arrivals=None, pages=1)
    return _of_shards(alone, body) if place == "shards" else _of_pool(alone, body)


def _of_shards(spec: Spec, body: bytes) -> Over:
    shards = RemoteShards(spec, Processes(spec, partial(open_sender, body)))
    try:
        shards.start()
        shards.warm_up()
        cpu = time.thread_time_ns()
        shards.run()
        main_ns = time.thread_time_ns() - cpu
        notes = shards.outcome.notes
        jobs = notes["jobs"]
        return {
            "main_ns": main_ns / jobs,
            "worker_ns": notes["cpu_ns"] / jobs,
        }
    finally:
        shards.release()


def open_sender(body: bytes, plan: ShardPlan) -> "Sending":
    """Return a shard that only parses one page again and again, and sends the record."""
    return Sending(body, plan)


class Sending:
    """A shard of one worker without a client."""

    def __init__(self, body: bytes, plan: ShardPlan) -> None:
        self.outcome = Outcome()
        self._body, self._plan = body, plan
        self._parse: Callable[[int, bytes], Any] = lambda page, body: None  # noqa: ARG005 - replaced by start

    def start(self) -> "list[Worker]":
        """Import the parser."""
        self._parse = open_parse(self._plan.spec)
        return [Worker(0, os.getpid(), threading.get_native_id(), 0, gil_enabled(), time.perf_counter_ns())]

    def warm_up(self) -> None:
        """Nothing is sent before `run`."""

    def run(self, go_ns: "int | None" = None) -> int:
        """Parse and send; the CPU of the parses is left out."""
        numbers, clock, cpu = [0] * len(COLUMNS), time.perf_counter_ns, time.thread_time_ns
        parse, emit, body = self._parse, self._plan.emit, self._body
        assert emit is not None  # noqa: S101 - a shard of another interpreter has one
        began, began_cpu, jobs = clock(), cpu(), 0
        parse_cpu_ns = 0
        while jobs < JOBS and clock() - began < LONGEST_NS:
            parsing_cpu = cpu()
            record = parse(0, body)
            parse_cpu_ns += cpu() - parsing_cpu
            emit(numbers, record, "")
            jobs += 1
        self.outcome.notes.update(jobs=jobs, cpu_ns=cpu() - began_cpu - parse_cpu_ns)
        return go_ns or began

    def release(self) -> None:
        """Nothing is left."""


def _of_pool(spec: Spec, body: bytes) -> Over:
    pool = ParsePool(ShardPlan(spec, open_tickets(spec), 1, 0, 0))
    try:
        pool.start()
        pool.warm_up([(0, body)])
        return asyncio.run(_through(pool.executor, body, same=spec.strategy.parse_kind == "threads"))
    finally:
        pool.release()


async def _through(executor: Any, body: bytes, *, same: bool) -> Over:
    """Have one page after another parsed; `same`: the pool is in this process, whose CPU has all of it."""
    run, clock = asyncio.get_running_loop().run_in_executor, time.perf_counter_ns
    for _ in range(FIRST):
        await run(executor, parse_page, 0, body)
    in_worker = await run(executor, time.process_time_ns)
    began, in_main, jobs = clock(), time.process_time_ns(), 0
    parse_cpu_ns = 0
    while jobs < JOBS and clock() - began < LONGEST_NS:
        found = await run(executor, parse_page, 0, body)
        assert not isinstance(found, Carried)  # noqa: S101 - that is what it is on its way only
        parse_cpu_ns += found.cpu_ns
        jobs += 1
    main_ns = time.process_time_ns() - in_main
    worker_ns = 0 if same else await run(executor, time.process_time_ns) - in_worker - parse_cpu_ns
    if same:
        main_ns -= parse_cpu_ns
    return {
        "main_ns": max(0.0, main_ns) / jobs,
        "worker_ns": max(0.0, worker_ns) / jobs,
    }
