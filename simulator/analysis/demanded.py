"""From what was measured of a job alone to what a model has to know of a cell."""

from contextlib import suppress
from dataclasses import dataclass, replace
from math import hypot
from statistics import fmean

from mockserver.config import ServerConfig
from mockserver.content import ContentError
from mockserver.delay_file import ObservedDelaysError
from mockserver.delays import asked_delays
from mockserver.latency_models import Fixed
from simulator.driver.parsers import BUILT_IN
from simulator.model.demands import NOTHING, Demand, Demands
from simulator.model.shape import Machine, Shape
from simulator.result.calibration import Calibration
from simulator.result.document import CellResult
from simulator.result.needs import Needs, Over, Request
from simulator.scenario.cells import Cell
from simulator.scenario.strategy_plan import StrategyPlan

SAMPLED = 2_000
"""Pages whose delays stand for all where they differ."""
STRANDED = 0.6
"""Linux leaves a core idle about as often as if the runnable stayed where they are until another one wakes."""
HARNESS_S = 0.00001
"""CPU of a job beside its request and its parse: claiming it, reading clocks, keeping the record."""
LEAST_SERVER = 0.3
"""Of the server's CPU for a request: what of it nobody can be beside."""
USUAL_ERROR = 0.05
"""Standard error of what was measured without one, as a share."""


def shape_of(plan: StrategyPlan) -> Shape:
    """Return how a strategy shares the machine."""
    return Shape(
        shards=plan.shards.kind,
        widths=plan.fetch.widths,
        loop=plan.fetch.in_one_thread,
        pool=plan.parse.kind,
        workers=plan.parse.count,
    )


def demands_of(cell: Cell, calibration: Calibration, alone: CellResult | None = None) -> Demands | None:
    """Return what one job of a cell needs; null where its request was not looked at, or cannot be made.

    Args:
        cell: the cell.
        calibration: what was measured before the run.
        alone: its baseline, one worker, where it was measured in the same rounds: it knows best what a request and a
            parse cost then, and by how much the machine was faster or slower than while it was calibrated.
    """
    needs, plan = calibration.needs, cell.plan
    if needs is None or calibration.page_parse_cpu_s is None:
        return None
    request = needs.requests.get(f"{plan.fetch.client_kind}:{cell.client}")
    if request is None:
        return None
    held, free = client_of(request, request.cpu_s)
    parse_held, parse_free, parse_drops = _parse(cell, calibration)
    over = _over(cell, calibration)
    server, server_s = cell.server, request.server_s or 0.0
    way_s = max(0.0, request.wall_s - request.cpu_s - server_s)
    demands = Demands(
        waits_s=waits_s(server),
        client_held=Demand(held.mean_s + HARNESS_S, held.error),
        client_free=free,
        client_busy=min(1.0, request.wide_s / request.cpu_s) if request.wide_s else 1.0,
        parse_held=parse_held,
        parse_free=parse_free,
        parse_drops=parse_drops,
        drops=request.drops or 0.0,
        transport=Demand(way_s, _known(request.wall_error, request.wall_s, way_s)),
        server=Demand(server_s, USUAL_ERROR),
        server_workers=server.workers,
        capacity=server.capacity,
        rate_per_s=None if server.rate_limit is None else server.rate_limit.rate_per_s,
        over_worker=NOTHING if over is None else Demand(over.worker_s, USUAL_ERROR),
        over_main=NOTHING if over is None else Demand(over.main_s, USUAL_ERROR),
    )
    return demands if alone is None else _as_fast_as(alone, cell, needs, demands)


def _as_fast_as(alone: CellResult, cell: Cell, needs: Needs, demands: Demands) -> Demands:
    """Return the demands on the machine as fast as it was when the baseline was measured."""
    calibrated = needs.requests.get(f"blocking:{cell.job.client.blocking}")
    fetch, parse, cpu_s = alone.fetch, alone.parse, alone.cpu_per_page_s
    if calibrated is None or fetch is None or parse is None or parse.cpu_s is None or cpu_s is None:
        return demands
    # What is neither is the harness's, and beside each request.
    client = (cpu_s - parse.cpu_s) / (calibrated.cpu_s + HARNESS_S)
    parsing_s = demands.parse_held.mean_s + demands.parse_free.mean_s
    slower = parse.cpu_s / parsing_s if parsing_s else 1.0
    scaled = demands.scaled(
        client_held=client,
        client_free=client,
        server=client,
        over_worker=client,
        over_main=client,
        transport=client,
        parse_held=slower,
        parse_free=slower,
    )
    server, busy = alone.server, _busy(alone)
    if busy is None or server is None or server.cpu_cores is None:
        return scaled
    # One worker alone takes what all its parts take; where that is less, the server was at work beside it.
    server_s = server.cpu_cores * busy.window_s
    rest_s = busy.job_s - fmean(demands.waits_s) - cpu_s - server_s
    return replace(
        scaled,
        server=Demand(max(LEAST_SERVER * server_s, server_s + min(0.0, rest_s)), USUAL_ERROR),
        transport=Demand(max(0.0, rest_s), USUAL_ERROR),
    )


@dataclass(frozen=True)
class _Busy:
    """Of one worker, for each job."""

    window_s: float
    """Of the window, its share in which the worker had nothing to do included."""
    job_s: float
    """What the job took of it."""


def _busy(alone: CellResult) -> _Busy | None:
    """Return how long one worker is busy with a job; null where that was not measured.

    Of jobs that come by themselves the throughput may be what comes: then it says nothing of the worker, who has a job
    in flight only for a share of the time.
    """
    if alone.arrivals is None:
        done = alone.throughput_per_s
        return None if done is None else _Busy(1 / done.median, 1 / done.median)
    if alone.makespan_s is None or alone.in_flight_mean is None or not alone.arrivals.started:
        return None
    window_s = alone.makespan_s / alone.arrivals.started
    return _Busy(window_s, window_s * alone.in_flight_mean)


def client_of(request: Request, cpu_s: float) -> tuple[Demand, Demand]:
    """Return how much of so much CPU for a request is under the GIL, and how much free of it."""
    error = USUAL_ERROR if request.error is None else request.error
    kernel = request.kernel or 0.0
    return Demand(cpu_s * (1 - kernel), error), Demand(cpu_s * kernel, error)


def _parse(cell: Cell, calibration: Calibration) -> tuple[Demand, Demand, float]:
    """Return the CPU of a parse under the GIL and free of it, and how often it lets go of it."""
    cpu_s, share = calibration.page_parse_cpu_s or 0.0, held_share(cell, calibration)
    free_s = cpu_s * (1 - share)
    times = max(1.0, calibration.work if calibration.units is None else 1.0)
    needs = calibration.needs
    error = USUAL_ERROR if needs is None or needs.parse_error is None else needs.parse_error
    seen = 0.0 if needs is None or needs.held_error is None else needs.held_error
    held = Demand(cpu_s * share, hypot(error, _known(seen, cpu_s, cpu_s * share)))
    free = Demand(free_s, hypot(error, _known(seen, cpu_s, free_s)))
    return held, free, times if free_s > 0 else 0.0


def _known(error: float | None, whole_s: float, part_s: float) -> float:
    """Return the error of a whole as a share of a part of it."""
    return USUAL_ERROR if error is None else error * whole_s / part_s if part_s > 0 else 0.0


def held_share(cell: Cell, calibration: Calibration | None) -> float:
    """Return the share of a parse in which it holds the GIL: as it is known of a built-in parser, else as it was seen.

    Where nobody looked, a parser that is known to release it is taken to do so all the time, and any other never.
    """
    name = cell.job.parser.name
    known = None if name is None else BUILT_IN[name].held
    seen = None if calibration is None or calibration.needs is None else calibration.needs.held
    if known is not None or seen is not None:
        return known if known is not None else seen or 0.0
    return 1.0 if name is None else 0.0


def _over(cell: Cell, calibration: Calibration) -> Over | None:
    plan, needs = cell.plan, calibration.needs
    if needs is None:
        return None
    if plan.parse.kind != "inline":
        return needs.over.get(f"pool:{plan.parse.kind}")
    return needs.over.get("shards:processes") if plan.shards.kind in ("processes", "interpreters") else None


def waits_s(server: ServerConfig) -> tuple[float, ...]:
    """Return the server's delay (s): one where all pages are alike, else that of each page, in turn."""
    with suppress(ContentError, ObservedDelaysError):  # on another machine, whose server knows them
        delay_ns = asked_delays(server)
        if isinstance(server.latency, Fixed):
            return (delay_ns(0) / 1e9,)
        return tuple(delay_ns(page) / 1e9 for page in range(SAMPLED))
    return (0.0,)


def machine_of(cell: Cell, cores: float, *, gil: bool) -> Machine:
    """Return what the jobs of a cell share.

    Args:
        cell: whose affinity and switch interval apply.
        cores: that this program may use.
        gil: whether the cell's Python has one.
    """
    interval_ns = cell.job.switch_interval_ns
    bound_to = cell.affinity.driver
    return Machine(
        cores=cores if bound_to is None else min(cores, len(bound_to)),
        gil=gil,
        stranded=STRANDED,
        switch_interval_s=Machine(1).switch_interval_s if interval_ns is None else interval_ns / 1e9,
    )
