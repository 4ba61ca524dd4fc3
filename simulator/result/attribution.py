"""Where the time of workers and of jobs went."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Attribution:
    """Shares of worker time: each worker's window, all added up. A worker is an OS thread that fetches or parses.

    The shares from `fetch_cpu` to `idle` and `residual` add up to 1. `steal` stands beside them: it is of the machine.
    """

    workers: int
    fetch_cpu: float
    """On a loop all that its thread did beside parsing; else CPU between the start of a fetch and its end."""
    parse_cpu: float
    """On CPU in a parse."""
    other_cpu: float
    """Between jobs: claiming them, pickling records."""
    run_queue: float
    """Runnable, but no core was free."""
    network: float
    """Off CPU while the server held the request."""
    stall_fetch: float
    """Off CPU in a fetch, although the server did not hold the request: mostly the resume lag after its answer."""
    stall_parse: float
    """Off CPU in a parse."""
    stall_other: float
    """Off CPU between two jobs."""
    idle: float
    """Off CPU with no job to work on: none left, none due yet, all of them elsewhere, as in a pool, or backing off."""
    residual: float
    """What the clocks inside and outside the driver do not agree about."""
    steal: float | None
    """Taken by the host of this virtual machine, as a share of the capacity of all cores; null: unknown."""

    @property
    def stall(self) -> float:
        """Off CPU with neither network, nor core, nor work to wait for."""
        return self.stall_fetch + self.stall_parse + self.stall_other


@dataclass(frozen=True)
class JobTime:
    """The way of a job, in mean seconds: its parts add up to its service time."""

    before_server_s: float
    """From its start until the server has the request: the client, or a backlog in front of the server."""
    network_s: float
    """The server holds the request."""
    resume_s: float
    """From the last byte that the server handed over until the client goes on: the resume lag."""
    to_parser_s: float
    """From there until the parse begins: none where parsing is inline; else the wait for a pool and the way there."""
    parse_s: float
    """Until it ends."""
    back_s: float
    """Until the driver's main interpreter holds the record."""
    again_s: float = 0.0
    """Before all that: attempts that failed, and the waits after them."""


@dataclass(frozen=True)
class Lane:
    """One worker, or one task of a loop, over the stretch that a timeline shows. Times in us since its beginning."""

    name: str
    network_us: tuple[int, ...]
    """Start and end of each time in which the server held its request, one after another."""
    resume_us: tuple[int, ...]
    """Start and end of each resume lag."""
    parse_us: tuple[int, ...]
    """Start, end and CPU time of each parse. Where in a parse its CPU time lies is not known."""
    turns_us: tuple[int, ...] = ()
    """Start and end of each time in which the worker was seen to be running; empty where nobody looked."""
    queued_us: tuple[int, ...] = ()
    """Start and end of each time in which it could have run, and no core was free; likewise."""


@dataclass(frozen=True)
class Watch:
    """How a repetition was looked at from outside."""

    looks: int
    """In the stretch."""
    workers: int
    """Threads that were looked at."""
    of: int
    """Threads that there were."""
    unseen_us: tuple[int, ...]
    """Start and end of each time in which nobody looked: what lies in there is no turn of anyone."""
    cost: float
    """CPU time that the looking took, as a share of one core."""


UNCOUNTED = -1
"""Stands for the round of a repetition that is in none: it was looked at, and is not measured."""


@dataclass(frozen=True)
class Timeline:
    """A short stretch out of the middle of one repetition."""

    round: int
    """UNCOUNTED (-1): one more repetition, which is not measured."""
    width_us: int
    """Half a second or less: shorter where more than 240 jobs would be in it, or 20,000 in all cells together."""
    lanes: tuple[Lane, ...]
    """12 at most."""
    left_out: int
    """Lanes that there would be besides."""
    watch: Watch | None = None
    """Null: nobody looked, so that no lane has turns."""
