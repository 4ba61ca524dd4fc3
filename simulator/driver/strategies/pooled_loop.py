"""Asyncio fetch beside a parse pool: one loop that only fetches, N tasks, and P workers to which it hands each page."""

import asyncio
from concurrent.futures import BrokenExecutor
from dataclasses import replace
from typing import Any

from ..shared.failure import Failure
from .event_loop import EventLoopShard, LoopParts
from .interface import ShardPlan, Worker
from .jobs import Parse
from .parse_pool import ParsePool
from .parse_worker import Carried, parse_page


class PooledLoopShard(EventLoopShard):
    """An event loop whose tasks await a pool: a job stays in flight until its record is back on the loop."""

    def __init__(self, plan: ShardPlan, parts: "LoopParts | None" = None) -> None:
        super().__init__(plan, parts)
        self._pool = ParsePool(plan)
        self._parsers: list[Worker] = []
        self._warm_pages: list[tuple[int, bytes]] = []
        self._moved_bytes = 0
        self._elsewhere = self._handed_over

    def start(self) -> "list[Worker]":
        """Start the pool, then the loop and its clients."""
        fetchers = [replace(worker, role="fetch") for worker in super().start()]
        self.outcome.notes.update(self._pool.notes)
        return [*fetchers, *self._parsers]

    def warm_up(self) -> None:
        """Let every task fetch its first pages, then every worker of the pool parse some of them."""
        super().warm_up()
        self._pool.warm_up(self._warm_pages[: self._spec.warmup])
        self._warm_pages.clear()

    def run(self, go_ns: "int | None" = None) -> int:
        """Run every task until no job is left."""
        go_ns = super().run(go_ns)
        if self._spec.strategy.parse_kind != "threads":
            self.outcome.notes["moved_bytes"] = self._moved_bytes
        return go_ns

    def release(self) -> None:
        """Close the clients and the loop, and let the pool end."""
        super().release()
        self._pool.release()

    def _open_parse(self) -> Parse:
        """Start the pool. During warm-up the loop's own parse only keeps pages, which the pool then parses."""
        self._parsers = self._pool.start()
        return lambda page, body: self._warm_pages.append((page, body))

    async def _handed_over(self, page: int, body: bytes) -> "tuple[int, int, int, int, Any, str, str]":
        """Have the pool parse a page. Raises Failure for a pool that broke and a record that cannot come back."""
        loop = asyncio.get_running_loop()
        try:
            found = await loop.run_in_executor(self._pool.executor, parse_page, page, body)
        except BrokenExecutor as error:
            raise self._pool.broken(error) from error
        assert not isinstance(found, Carried)  # noqa: S101 - that is what it is on its way only
        if found.failure:
            raise Failure("failed", found.failure)
        self._moved_bytes += len(body) + found.moved_bytes
        return found[:7]
