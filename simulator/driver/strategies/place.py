"""Which part of the plan a shard carries out, and where its jobs come from and go to."""

from dataclasses import dataclass

from ..sample import Emit
from ..spec import Spec
from ..tickets import Tickets


@dataclass(frozen=True)
class Place:
    """One shard of a plan."""

    spec: Spec
    tickets: Tickets
    width: int
    """Jobs in flight in it."""
    shard: int = 0
    """Its index."""
    first_worker: int = 0
    """Index of its first job in flight, and so of its first worker: shards before it have those below."""
    emit: "Emit | None" = None
    """Takes each job; null: they are kept in the shard's outcome."""

    @property
    def indices(self) -> range:
        """Index of each job in flight, under every strategy from 0 to one below the plan's number of them."""
        return range(self.first_worker, self.first_worker + self.width)

    @property
    def daemon_threads(self) -> bool:
        """Whether threads may end with their interpreter, from the midst of a parser: in a subinterpreter never."""
        return self.spec.strategy.shard_kind != "interpreters"

    @property
    def first_parser(self) -> int:
        """Index of the first worker of this shard's pool: after all that fetch, and the pools before it."""
        strategy = self.spec.strategy
        return sum(strategy.widths) + self.shard * strategy.parse_count
