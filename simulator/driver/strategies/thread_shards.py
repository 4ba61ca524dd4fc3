"""Shards in threads of the driver: a loop in each, for builds on which threads compute at the same time."""

import time
from collections.abc import Callable, Sequence

from ..shared.threads import ThreadTeam
from .interface import Outcome, Shard, Worker


class ThreadShards:
    """One thread per shard, in which that shard starts, runs, is parked and ends."""

    def __init__(self, openers: "Sequence[Callable[[], Shard]]") -> None:
        self.outcome = Outcome()
        self._shards: list[Shard] = []
        names = [f"shard-{number}" for number in range(len(openers))]
        self._team = ThreadTeam("shard", [self._opener(one) for one in openers], names, daemon=True)

    def start(self) -> "list[Worker]":
        """Start the threads and wait until each shard is up."""
        return [worker for workers in self._team.start() for worker in workers]

    def warm_up(self) -> None:
        """Let all shards warm up, at the same time."""
        self._team.tell("warm_up")

    def run(self, go_ns: "int | None" = None) -> int:
        """Let all shards go, at one moment, and wait until all are parked."""
        if go_ns is None:
            go_ns = time.perf_counter_ns()
        self._team.tell("run", go_ns)
        for shard in self._shards:
            self.outcome.absorb(shard.outcome)
        return go_ns

    def release(self) -> None:
        """Let the shards end."""
        self._team.release()

    def _opener(self, opener: "Callable[[], Shard]") -> "Callable[[], Shard]":
        def opened() -> Shard:
            shard = opener()
            self._shards.append(shard)
            return shard

        return opened
