"""What every strategy is to the driver: a shard that starts, runs once and parks.

    start()    workers exist, clients are connected, parsers imported: every worker is up
    warm_up()  each does its first jobs, which do not count; none begins before all are up
    run()      from "go" until the last record is ready and every worker is parked
    release()  workers end

Between run and release nothing moves: the runner reads every worker's CPU and memory from outside.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..shared.recorder import SampleLog
from ..shared.tickets import Tickets
from ..spec import Spec

Emit = Callable[[Sequence[int], Any, str], None]
"""Takes a job's numbers in the order of COLUMNS, its record, and the kind of its error or ""."""


class Answers(Protocol):
    """Tells the tasks of a loop that the main interpreter holds what they have emitted."""

    def open(self) -> None:
        """Begin, on the running loop."""

    def close(self) -> None:
        """End."""

    async def taken(self) -> None:
        """Return when the job that was emitted last, without an `await` in between, has been taken in."""


@dataclass(frozen=True)
class Worker:
    """An OS thread that fetches or parses."""

    index: int
    pid: int
    tid: "int | None"
    """Null where it is not to be looked at from outside: it is on another machine, or another's."""
    shard: int
    gil_enabled: bool
    """Read after the imports: an extension may have turned the GIL back on."""
    up_ns: int
    """The moment at which it was up: client connected, parser imported, nothing of the job done yet."""
    role: str = "job"
    """`job`: fetches and parses; `fetch`: an event loop that leaves parsing to a pool; `parse`: a worker of one."""


@dataclass
class Outcome:
    """What the shards have done; filled while they run."""

    logs: "list[SampleLog]" = field(default_factory=list)
    """One per worker, or per pipe to a process."""
    errors: "list[dict[str, Any]]" = field(default_factory=list)
    """The first few of each kind: kind, page, message."""
    loop_lag_ns: "list[int]" = field(default_factory=list)
    """Lateness of each tick of a 10 ms schedule on each event loop."""
    notes: "dict[str, Any]" = field(default_factory=dict)
    """What was chosen by default: start method, loop class. `moved_bytes`: what was pickled in the window, both ways,
    where anything was. `gil_turned_on_by`: the module that turned a process's GIL on after it was up, where one did."""

    def new_log(self) -> Emit:
        """Return what takes the jobs of one more worker."""
        log = SampleLog()
        self.logs.append(log)
        return log.add

    def absorb(self, other: "Outcome") -> None:
        """Take over what a part of this shard has done."""
        self.logs.extend(other.logs)
        self.errors.extend(other.errors)
        self.loop_lag_ns.extend(other.loop_lag_ns)
        moved_bytes = self.notes.get("moved_bytes", 0)
        self.notes.update(other.notes)
        if "moved_bytes" in other.notes:
            self.notes["moved_bytes"] += moved_bytes


@dataclass(frozen=True)
class ShardPlan:
    """Which part of the plan one shard carries out, and where its jobs come from and go to."""

    spec: Spec
    tickets: Tickets
    width: int
    """Jobs in flight in it."""
    shard: int = 0
    """Its index."""
    first_worker: int = 0
    """Index of its first job in flight, and so of its first worker: shards before it have those below."""
    emit: "Emit | None" = None
    """Takes each job, in a thread until the main interpreter holds it; null: they are kept in the shard's outcome."""
    answers: "Answers | None" = None
    """On a loop: tells a task that the job which it emitted last has been taken in; null: emitted is taken in."""

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


class Shard(Protocol):
    """Workers that run jobs; in this process, or a set of processes that each hold such a shard."""

    outcome: Outcome

    def start(self) -> "list[Worker]":
        """Start every worker; return when all are up. Raises Failure."""

    def warm_up(self) -> None:
        """Let every worker do its jobs before the window; return when all have. Raises Failure."""

    def run(self, go_ns: "int | None" = None) -> int:
        """Release the workers, wait until all are parked, return the moment of "go" (ns). Raises Failure.

        `go_ns` is the moment that this shard shares with others; null: now.
        """

    def release(self) -> None:
        """Let the workers end and wait until they have; safe to call at any time, and more than once."""


OpenShard = Callable[[ShardPlan], Shard]
"""Opens a shard in the interpreter that calls it: a function of a module, which can be sent to another."""
