"""What became of jobs that came by themselves: the queue, the backlog, and whether it grows.

Pages are claimed in order, each by a worker that is free. So a worker was waiting for a job when it was due exactly if
fewer of the jobs before it were unfinished then than the strategy holds. All else was queued.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import median

import numpy as np

from simulator.result.observation import OpenArrivals
from simulator.result.repetition import SMALL_BACKLOG, Arrivals
from simulator.result.samples import UNKNOWN, Samples
from simulator.stats.percentiles import lag_s, tail

CHANCE = 2.0
"""Standard deviations: of n jobs that come independently of one another, the number scatters by the root of n."""


def arrivals_of(samples: Samples, arrivals: OpenArrivals, *, completed: int) -> Arrivals:
    """Return how a repetition coped; it has at least one job."""
    order = np.argsort(samples.page, kind="stable")
    unstarted = np.asarray(arrivals.unstarted_due_ns, dtype=np.int64)
    found = backlog_of(
        samples.due_ns[order], samples.start_ns[order], samples.ready_ns, unstarted, arrivals.in_flight
    )
    late_ns = dispatcher_late_ns(samples, arrivals.in_flight)
    return Arrivals(
        offered=found.offered,
        offered_per_s=(found.offered - 1) / found.span * 1e9 if found.span > 0 else None,
        started=len(samples),
        completed=completed,
        backlog_max=found.most,
        backlog_end=found.end,
        queue_s=float((samples.start_ns - samples.due_ns).mean()) / 1e9,
        dispatcher_late_s=lag_s(late_ns),
        dispatcher_late_tail_s=tail(late_ns / 1e9),
        unstable=found.grows,
    )


@dataclass(frozen=True)
class Backlog:
    """Jobs that were due and had no worker."""

    offered: int
    span: float
    """From the first planned start to the last."""
    most: int
    end: int
    """Those at the last planned start."""
    grows: bool


def backlog_of(
    due: np.ndarray, start: np.ndarray, ready: np.ndarray, unstarted: np.ndarray, in_flight: int
) -> Backlog:
    """Return the backlog of jobs that were measured, or simulated; all moments are in one unit.

    Args:
        due: of the jobs that were started, in the order of page ids, when each was due.
        start: when each was started.
        ready: when each was ready, in any order.
        unstarted: of those that no worker came to, when each was due.
        in_flight: how many jobs the strategy holds.
    """
    came = np.concatenate([due, unstarted])
    queued = np.concatenate([~_waited_for(due, ready, in_flight), np.ones(len(unstarted), dtype=bool)])
    starts = np.sort(start[queued[: len(due)]])
    backlog = np.cumsum(queued) - np.searchsorted(starts, came, side="right")
    return Backlog(
        len(came),
        float(came[-1] - came[0]),
        int(backlog.max()),
        int(backlog[-1]),
        _grows(came, queued, backlog),
    )


def dispatcher_late_ns(samples: Samples, in_flight: int) -> np.ndarray:
    """Return how late each job was started for which a worker was waiting (ns), in the order of page ids.

    Counted is only the time in which every job in flight was held by the server. While the driver was at work, with
    a client or in a parser, a waiting worker may have lacked the interpreter's lock, its loop or a core. That is the
    strategy's doing: a result, and part of the response time.
    """
    order = np.argsort(samples.page, kind="stable")
    waited = order[_waited_for(samples.due_ns[order], samples.ready_ns, in_flight)]
    due, start = samples.due_ns[waited], samples.start_ns[waited]
    covered = _covered(*_at_work(samples))
    return np.asarray(np.maximum(start - due - (covered(start) - covered(due)), 0))


def over_rounds(rounds: Sequence[Arrivals], late_ns: np.ndarray) -> Arrivals:
    """Return one cell's arrivals over its valid repetitions.

    Args:
        rounds: of each, at least one.
        late_ns: lateness of the dispatcher, the raw samples of all of them pooled.
    """
    rates = [found.offered_per_s for found in rounds if found.offered_per_s is not None]
    return Arrivals(
        offered=round(median(found.offered for found in rounds)),
        offered_per_s=median(rates) if rates else None,
        started=round(median(found.started for found in rounds)),
        completed=round(median(found.completed for found in rounds)),
        backlog_max=max(found.backlog_max for found in rounds),
        backlog_end=round(median(found.backlog_end for found in rounds)),
        queue_s=median(found.queue_s for found in rounds),
        dispatcher_late_s=lag_s(late_ns),
        dispatcher_late_tail_s=tail(late_ns / 1e9),
        unstable=sum(found.unstable for found in rounds) * 2 > len(rounds),
    )


def _waited_for(due: np.ndarray, ready: np.ndarray, in_flight: int) -> np.ndarray:
    """Return whether a worker was waiting when each job was due, in the order of page ids."""
    # What is ready by then was due before: no job is finished before it is due.
    finished = np.searchsorted(np.sort(ready), due, side="right")
    return np.asarray(np.arange(len(due)) - finished < in_flight)


def _at_work(samples: Samples) -> tuple[np.ndarray, np.ndarray]:
    """Return (begin, end) of the times in which a job was with the driver: all but while the server held it."""
    known = (samples.received_ns != UNKNOWN) & (samples.last_byte_ns != UNKNOWN)
    begin = np.concatenate([samples.start_ns, samples.handed_ns[known]])
    end = np.concatenate([np.where(known, samples.received_ns, samples.ready_ns), samples.ready_ns[known]])
    return begin, np.maximum(begin, end)


def _covered(begin: np.ndarray, end: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Return the function from moments to the time before them that the union of the intervals covers (ns)."""
    order = np.argsort(begin, kind="stable")
    begin, reach = begin[order], np.maximum.accumulate(end[order])
    fresh = np.concatenate([[True], begin[1:] > reach[:-1]])
    begins = begin[fresh]
    ends = reach[np.concatenate([np.flatnonzero(fresh)[1:] - 1, [len(reach) - 1]])]
    before = np.concatenate([[0], np.cumsum(ends - begins)])

    def covered(moments: np.ndarray) -> np.ndarray:
        index = np.searchsorted(begins, moments, side="right")
        last = np.maximum(index - 1, 0)
        inside = np.where(index > 0, np.maximum(ends[last] - moments, 0), 0)
        return np.asarray(before[index] - inside)

    return covered


def _grows(due: np.ndarray, queued: np.ndarray, backlog: np.ndarray) -> bool:
    """Whether the backlog grows as long as jobs come: all three of these hold.

    1. In the second half of the planned starts no worker was ever waiting: the queue was never empty.
    2. A straight line through the backlog over those planned starts (least squares) rises: a queue that is left
       from one stall, and is being worked off, falls.
    3. At the last planned start the backlog is more than 5 % of the offered jobs, and more than twice their root:
       less than that, chance alone brings.
    """
    offered = len(due)
    half = offered // 2
    late_due, late_backlog = due[half:] - due[half], backlog[half:]
    rises = float(((late_due - late_due.mean()) * (late_backlog - late_backlog.mean())).sum()) > 0
    enough = max(SMALL_BACKLOG * offered, CHANCE * sqrt(offered))
    return bool(queued[half:].all()) and rises and bool(backlog[-1] > enough)
