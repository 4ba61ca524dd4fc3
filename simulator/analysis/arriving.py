"""What a model says of a cell whose jobs come by themselves.

Simulated are the very moments of arrival that a run of the same seed has, so that their chance is no error of the
prediction; what differs from job to job is drawn several times. At nine tenths of what a strategy can do, a job that
costs a little more waits a lot longer: so a band is no share of its middle, but what a slower and a quicker machine
would do with the same jobs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import exp
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.arrivals import backlog_of, over_rounds
from simulator.analysis.banding import MODEL_ERROR, Z_90
from simulator.analysis.coming import Coming
from simulator.analysis.loops import at_load
from simulator.model.bounds import bound_of
from simulator.model.demands import Demands
from simulator.model.network import Network, network
from simulator.model.shape import Machine, Shape
from simulator.model.simulation import simulate
from simulator.result.prediction import Band, PredictedArrivals, Prediction
from simulator.result.repetition import Arrivals

MOST_LIVES = 5
"""How often the same arrivals are simulated, with other times of what jobs need; the ends of a band half as often."""
ALL_LIVES = 2
"""Of middle and ends, for each of the middle."""
COMPUTED = ("client_held", "client_free", "parse_held", "parse_free", "over_worker", "over_main", "server")
"""Demands that are greater on a slower machine."""
OTHER_ERROR = 0.05
"""Standard error of a response time beside that of what its jobs compute, as a share."""
AT_THE_END = 2
"""Jobs that are ready just before the end of a duration or just after it, by chance."""


def predict_coming(shape: Shape, demands: Demands, machine: Machine, coming: Coming, most: int) -> Prediction:
    """Return what a strategy would do with jobs that come by themselves.

    Args:
        shape: the strategy, for so many jobs in flight.
        demands: what one job needs.
        machine: what there is for all of them.
        coming: when they come.
        most: so many of the jobs are looked at, at the most: each once at least for the middle and for both ends.
    """
    coming = coming.first(most)
    # More slots than jobs are never all taken.
    shape = replace(shape, widths=tuple(min(width, len(coming.due_s)) for width in shape.widths))
    lives = max(1, min(MOST_LIVES, most // (ALL_LIVES * len(coming.due_s))))
    slower = exp(Z_90 * MODEL_ERROR)
    slow, middle, quick = (
        _lives(shape, _computing(demands, factor), machine, coming, each)
        for factor, each in ((slower, (lives + 1) // 2), (1.0, lives), (1 / slower, (lives + 1) // 2))
    )
    limit = bound_of(network(shape, at_load(shape, demands, machine, coming.rate_per_s), machine))
    # How long the jobs would wait that come later is not known where ever more of them wait.
    keeps_up = middle.coped.keeps_up
    reaches = coming.share == 1 or keeps_up is not False
    # What is told is of the whole repetition: ever more wait as long as it lasts.
    grown = 1 if keeps_up else 1 / coming.share
    undone = len(coming.due_s) - middle.coped.completed

    def response(of: Callable[[NDArray[np.float64]], float]) -> Band | None:
        found = Band(of(middle.response_s), of(quick.response_s), of(slow.response_s))
        return _widened(found, exp(Z_90 * OTHER_ERROR)) if reaches else None

    p50, p90, p95, p99 = (response(_percentile(share)) for share in (50, 90, 95, 99))
    edge = 1 + AT_THE_END / len(coming.due_s)
    return Prediction(
        throughput_per_s=_widened(Band(*(_of_all(each, coming) for each in (middle, slow, quick))), edge),
        response_mean_s=response(lambda found: float(found.mean())),
        response_p50_s=p50,
        response_p95_s=p95,
        cores_used=middle.cores,
        bound_per_s=limit.per_s,
        bound_by=limit.by,
        by="simulation",
        response_p90_s=p90,
        response_p99_s=p99,
        arrivals=PredictedArrivals(
            offered=coming.offered,
            offered_per_s=coming.offered_per_s or None,
            completed=coming.offered - (round(undone * grown) if coming.ends else 0),
            backlog_max=round(middle.coped.backlog_max * grown),
            backlog_end=round(middle.coped.backlog_end * grown),
            queue_s=middle.coped.queue_s * grown,
            keeps_up=keeps_up,
            surely=keeps_up is not None and (slow if keeps_up else quick).coped.keeps_up is keeps_up,
            all_there=coming.share == 1,
        ),
    )


def _of_all(found: "_Lives", coming: Coming) -> float:
    """Return how much is done of the whole repetition: what comes, or what a strategy that falls behind can do."""
    if found.coped.keeps_up is False or not coming.rate_per_s or not coming.offered_per_s:
        return found.per_s
    return found.per_s * coming.offered_per_s / coming.rate_per_s


def _computing(demands: Demands, factor: float) -> Demands:
    return demands if factor == 1 else demands.scaled(**dict.fromkeys(COMPUTED, factor))


def _widened(found: Band, by: float) -> Band:
    low, high = min(found.median, found.low), max(found.median, found.high)
    return Band(found.median, low / by, high * by)


def _percentile(share: int) -> Callable[[NDArray[np.float64]], float]:
    return lambda found: float(np.percentile(found, share))


@dataclass(frozen=True)
class _Life:
    """One simulated repetition."""

    per_s: float
    response_s: NDArray[np.float64]
    """Of the jobs that were started."""
    cores: float
    coped: Arrivals


@dataclass(frozen=True)
class _Lives:
    """Several of them, as rounds are taken together; all response times."""

    per_s: float
    response_s: NDArray[np.float64]
    cores: float
    coped: Arrivals


def _lives(shape: Shape, demands: Demands, machine: Machine, coming: Coming, lives: int) -> _Lives:
    demands = at_load(shape, demands, machine, coming.rate_per_s)
    made = network(shape, demands, machine)
    return _together([_life(made, demands.server.mean_s, coming, seed) for seed in range(1, lives + 1)])


def _together(found: Sequence[_Life]) -> _Lives:
    return _Lives(
        per_s=fmean(each.per_s for each in found),
        response_s=np.concatenate([each.response_s for each in found]),
        cores=fmean(each.cores for each in found),
        coped=over_rounds([each.coped for each in found], np.array([])),
    )


def _life(made: Network, server_s: float, coming: Coming, seed: int) -> _Life:
    due = np.asarray(coming.due_s)
    started = len(due)
    while True:
        run = simulate(made, jobs=started, seed=seed, starts_s=coming.due_s)
        ended = due[:started] + run.response_s
        claimed = _claimed(due[:started], ended, made.in_flight)
        # What nobody began before the end was never begun: then the last ones had fewer beside them.
        in_time = (
            started if coming.duration_s is None else max(1, int(np.searchsorted(claimed, coming.duration_s)))
        )
        if in_time == started:
            break
        started = in_time
    over_s = run.makespan_s if coming.duration_s is None else coming.duration_s
    # Whoever has claimed a job may have to wait for the loop, or for the lock, before it begins.
    start = np.maximum(claimed, due[:started] + run.queue_s)
    completed = int((ended <= over_s).sum())
    backlog = backlog_of(due[:started], start, ended, due[started:], made.in_flight)
    return _Life(
        per_s=completed / over_s,
        response_s=run.response_s,
        cores=run.cores - started / run.makespan_s * server_s,
        coped=Arrivals(
            offered=backlog.offered,
            offered_per_s=coming.rate_per_s or None,
            started=started,
            completed=completed,
            backlog_max=backlog.most,
            backlog_end=backlog.end,
            queue_s=float((start - due[:started]).mean()),
            dispatcher_late_s=None,
            dispatcher_late_tail_s=None,
            unstable=backlog.grows,
        ),
    )


def _claimed(due: NDArray[np.float64], ended: NDArray[np.float64], in_flight: int) -> NDArray[np.float64]:
    """Return when each job had a slot: when it was due, or when so many before it were done that one was free."""
    if len(due) <= in_flight:
        return due
    free = np.concatenate([np.zeros(in_flight), np.sort(ended)[: len(due) - in_flight]])
    return np.asarray(np.maximum(due, free))
