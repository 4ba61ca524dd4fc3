"""Where the jobs of a simulation are: records, either objects in lists or rows of arrays, with the same fields."""

from dataclasses import dataclass
from typing import Any, NamedTuple

CPU, WAIT, VARYING = 0, 1, 2
"""What a step does: it computes, waits, or waits as long as its page says."""
QUEUED = -1
"""Trace code: from it downward the queue in which one waits; from 0 on the step that one does."""


@dataclass(slots=True)
class Doing:
    """A step. -1: no place, no lock."""

    seconds: float
    kind: int
    place: int
    """The queue for the place that it needs."""
    lock: int
    """The queue for the lock that it needs."""
    drops: float
    noisy: int
    """1: its time differs from job to job by the noise."""


@dataclass(slots=True)
class Slot:
    """Who does one job after another: a thread, a task."""

    first: int
    """Of its chain's steps."""
    end: int
    """One past the last of them."""
    step: int = 0
    job: int = -1
    place: int = -1
    """The queue of the station at which it has a place; -1: none."""
    lock: int = -1
    """The queue of the lock that it holds; -1: none."""
    after: int = -1
    """Who is behind it in a queue; -1: nobody."""
    before: int = -1
    pieces: int = 0
    """How often it still takes the lock in this step, this time included."""
    size: float = 0.0
    """What it computes each time."""
    piece: float = 0.0
    """What is left of that."""
    ends_at: float = 0.0
    """The virtual time at which its piece ends."""
    since: float = 0.0
    """When it began to do what it does, or to queue."""


@dataclass(slots=True)
class Queue:
    """Of those who wait for a station, for a lock, or, the last one, for a job."""

    free: int = 0
    """Places."""
    lags: int = 0
    """1: how long is waited here is a loop's lag."""
    head: int = -1
    tail: int = -1
    holder: int = -1
    """Of a lock; -1: nobody."""
    asked: int = 0
    """1: somebody will look whether to ask for the lock."""
    waking: int = 0
    """1: the first that waits for the lock is told that it is free, and will see."""
    switched: float = 0.0
    """When it was passed on last."""
    taken: float = 0.0
    """For how long it was held, until it was last passed on."""


@dataclass(slots=True)
class Clock:
    """Numbers of which there is one."""

    jobs: int
    """To be done."""
    cores: float
    interval_s: float
    trace: int
    """So many first jobs are traced."""
    wake_s: float
    """From when a lock is free until the first that waits for it runs."""
    look_s: float
    """CPU that each one that waits for a lock takes once in an interval."""
    stranded: float
    """How much of the cores that random places would leave idle is idle."""
    time: float = 0.0
    virtual: float = 0.0
    busy: float = 0.0
    """Core-seconds used."""
    running: int = 0
    """Runnable slots."""
    waiting: int = 0
    """Slots that wait for a lock."""
    next_job: int = 0
    due: int = 0
    """The next job to become due."""
    ended: int = 0
    drawn: int = 0
    """Random numbers."""
    lags: int = 0
    noted: int = 0


@dataclass(slots=True)
class Noted:
    """What one of the first jobs did for a while."""

    job: int = 0
    slot: int = 0
    code: int = 0
    since: float = 0.0
    until: float = 0.0
    worked: float = 0.0
    """Of that, what it computed."""


class Events(NamedTuple):
    """All of it, and what is to come."""

    clocks: Any
    """One."""
    steps: Any
    slots: Any
    queues: Any
    noise: Any
    """Factors of what steps take, in turn."""
    chance: Any
    """Numbers from 0 to 1, in turn."""
    waits: Any
    """Of each page, over the mean of all."""
    starts: Any
    """When jobs are due; empty: a slot that is free starts the next one."""
    due: Any
    """Of each job: when it was, or when it started."""
    begun: Any
    """Of each job, when it was first let compute; below 0: its first step computes nothing."""
    ended: Any
    """Of each job."""
    running: Any
    """A heap of who computes, by the virtual time of its end."""
    timers: Any
    """A heap: a wait ends (a slot), a lock is looked at (-1 minus its queue), or is free for who waits for it (minus as
    many again as there are queues), a job is due (one past the slots)."""
    lags: Any
    """How long was waited for a place at a loop: room for all, `Clock.lags` are there."""
    trace: Any
    """What the first jobs did: room for some, `Clock.noted` are there."""
