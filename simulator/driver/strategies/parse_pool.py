"""A pool whose workers parse what a loop has fetched; all of them exist and are warm before the window."""

from typing import Any

from ..shared.failure import Failure
from .interface import ShardPlan, Worker
from .jobs import load_parser
from .parse_worker import set_up, warm_up
from .pool_workers import PoolWorkers
from .pools import POOLS


class ParsePool:
    """The pool of one shard."""

    def __init__(self, plan: ShardPlan) -> None:
        spec = plan.spec
        self._plan = plan
        pool = POOLS[spec.strategy.parse_kind](spec, spec.strategy.parse_count)
        self.executor = pool.executor
        self.notes: dict[str, Any] = pool.notes
        self._workers = PoolWorkers(spec, pool, spec.strategy.parse_count, plan.shard)

    def start(self) -> "list[Worker]":
        """Start every worker and have it import the parser. Raises Failure."""
        plan, spec = self._plan, self._plan.spec
        if spec.strategy.parse_kind == "threads":
            load_parser(spec.parser)  # here, where people import it, not in a thread of the pool
        return self._workers.start(set_up, lambda i, gate: (spec, plan.first_parser + i, plan.shard, gate))

    def warm_up(self, jobs: "list[tuple[int, bytes]]") -> None:
        """Have every worker parse these pages. Raises Failure."""
        self._workers.each(warm_up, jobs)

    def broken(self, error: BaseException) -> Failure:
        """Return what to raise for a pool that broke in the midst of a job."""
        return self._workers.broken(error)

    def release(self) -> None:
        """Let the workers end and wait until they have."""
        self._workers.close()
