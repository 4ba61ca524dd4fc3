"""How a strategy copes with jobs that come by themselves."""

from simulator.measures.dimension import DURATION, PLAIN, RATE
from simulator.measures.measure import Measure

_CLOSED = "its jobs do not come by themselves: the scenario has no `arrivals`"

MEASURES = (
    Measure(
        name="offered",
        dimension=RATE,
        meaning="jobs that came per second: planned, whoever was free",
        repetition="arrivals.offered_per_s",
        heading="come",
        lacking=_CLOSED,
    ),
    Measure(
        name="queue",
        dimension=DURATION,
        meaning="mean time from the planned start of a job to its start",
        repetition="arrivals.queue_s",
        better="less",
        title="time in the queue",
        lacking=_CLOSED,
        floor=1e-6,
    ),
    Measure(
        name="backlog",
        dimension=PLAIN,
        meaning="most jobs at a time that were due and had no worker",
        repetition="arrivals.backlog_max",
        pooled="worst",
        better="less",
        lacking=_CLOSED,
        floor=1.0,
        whole=True,
    ),
    Measure(
        name="dispatcher_late",
        dimension=DURATION,
        meaning="the highest percentile of the dispatcher's own lateness with 10 samples beyond it",
        repetition="arrivals.dispatcher_late_tail_s",
        pooled="samples",
        heading="late",
        lacking=f"{_CLOSED}, or too few of them found a free worker",
    ),
)
