"""From cells to repetitions that can be run: calibrated, refused where they cannot run here, and sized."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mockserver.config import CatalogueContent, ServerConfig
from mockserver.content import ContentError
from mockserver.delay_file import ObservedDelaysError
from mockserver.delays import asked_delays
from mockserver.latency_models import Fixed
from simulator.driver.parsers import BUILT_IN
from simulator.result.calibration import Calibration
from simulator.result.observation import Broken
from simulator.runner.calibrate import Preflights, amount_for, calibration, stored_amount
from simulator.runner.driver_process import DriverError
from simulator.runner.job import Amount
from simulator.scenario.cells import Cell
from simulator.scenario.model import Scenario
from simulator.scenario.recorded_times import recorded_times
from simulator.schedule import Allowance
from simulator.schedule.refusals import Planned, reasons
from simulator.schedule.sizing import MARGIN, Gate, Size, Work, auto_all, fit, size, with_ramp
from simulator.text import numbers

MEMORY_SHARE = 0.5
"""Processes estimated to take more than this share of the memory limit are not started."""
PLANNED_SHARE = 0.85
"""Of a budget, for the planned rounds; the rest is for rounds that are disturbed and done again."""
FIRST_SHARE = 0.4
"""Of a budget, for the first rounds of a run that goes on until it is precise."""
SAMPLED_PAGES = 500
"""Page ids whose delays sizes are predicted with, at least."""
SAMPLED_PER_SLOT = 30
MOST_SAMPLED = 20_000
USUAL_PARSE_S = 0.003
USUAL_CLIENT_S = 0.0005
USUAL_START_S = 0.2
"""What a parse, whose cost is not written, a request and a start may take, before they are calibrated."""
DEFAULT_SWITCH_INTERVAL_NS = 5_000_000
"""CPython's own."""


@dataclass(frozen=True)
class Ready:
    """A cell that can be run, with what it takes."""

    cell: Cell
    amount: Amount
    size: Size
    calibration: Calibration


@dataclass(frozen=True)
class Preparation:
    """What is known before the first repetition."""

    ready: Mapping[str, Ready]
    """By cell id, in the order of the cells."""
    broken: tuple[Broken, ...]
    """Cells that cannot be run, as repetitions that gave no numbers."""

    def allowance(self, scenario: Scenario) -> Allowance:
        """Return the scenario's budget, and what a repetition of each cell is predicted to take."""
        return Allowance(
            None if scenario.budget_ns is None else scenario.budget_ns / 1e9,
            {cell_id: ready.size.total_s for cell_id, ready in self.ready.items()},
        )


@dataclass(frozen=True)
class Search:
    """What sizes depend on where not every cell is run in every round."""

    rounds: float
    """How often a cell is run, on average."""
    least_pages: int
    """Fewest jobs of a repetition."""


def prepare(
    scenario: Scenario,
    cells: Sequence[Cell],
    preflights: Preflights,
    *,
    cores: int,
    memory_limit_bytes: int | None,
    known: Mapping[str, Calibration],
    search: Search | None = None,
    tell: Callable[[Cell], None] = lambda _: None,
) -> Preparation:
    """Calibrate every different job, check every cell and size it.

    Args:
        scenario: whose budget, rounds and validity limits apply.
        cells: its cells; those that are known to be unsupported are left out.
        preflights: runs the jobs once, alone.
        cores: that the driver may use.
        memory_limit_bytes: of this machine or container; null: unknown.
        known: calibrations of a run that is gone on with, by cell id: taken as they are.
        search: sizes for a search instead of for rounds of every cell.
        tell: called with each cell before its job is calibrated.

    Raises:
        BudgetError: the scenario's budget is too short for all cells and rounds.
        ServerError: no mock server.
        Stopped: nobody wants it any more.
    """
    amounts: dict[str, Amount] = {}
    calibrations: dict[str, Calibration] = {}
    broken: list[Broken] = []
    possible = [cell for cell in cells if cell.unsupported is None]
    for cell in possible:
        if cell.id in known:
            amounts[cell.id], calibrations[cell.id] = stored_amount(known[cell.id]), known[cell.id]
            continue
        tell(cell)
        try:
            preflight = preflights.found_for(cell)
            # The same amount on every runtime: what differs is what it costs there.
            amount = amount_for(cell, preflights.reference(cell))
            check_memory(cell, preflight.peak_bytes, memory_limit_bytes)
            check_picklable(cell, preflight.unpicklable)
        except DriverError as error:
            broken.append(Broken(cell.id, 0, "", error.status, str(error), ""))
            continue
        amounts[cell.id] = amount
        calibrations[cell.id] = calibration(cell, preflight, amount)
    alive = [cell for cell in possible if cell.id in amounts]
    works = {cell.id: work_of(cell, calibrations[cell.id], cores) for cell in alive}
    sizes = size_all(scenario, alive, works, calibrations, search)
    if scenario.budget_ns is None and search is None:
        gate = gate_of(scenario)
        for cell in [cell for cell in alive if cell.id not in known]:
            if why := reasons(planned_of(cell, works[cell.id]), gate):
                broken.append(Broken(cell.id, 0, "", "invalid", "; ".join(why), ""))
                alive.remove(cell)
    return Preparation(
        {
            cell.id: Ready(
                resized(cell, sizes[cell.id].pages),
                amounts[cell.id],
                sizes[cell.id],
                replace(calibrations[cell.id], jobs=sizes[cell.id].pages),
            )
            for cell in alive
        },
        tuple(broken),
    )


def size_all(
    scenario: Scenario,
    cells: Sequence[Cell],
    works: Mapping[str, Work],
    calibrations: Mapping[str, Calibration],
    search: Search | None,
) -> dict[str, Size]:
    """Return each cell's size: as stored, as written, as the budget allows, or by itself. Raises BudgetError."""
    gate = gate_of(scenario)
    sizes: dict[str, Size] = {}
    by_budget: dict[str, Work] = {}
    by_itself: dict[str, Work] = {}
    for cell in cells:
        stored = calibrations[cell.id].jobs
        duration_ns = cell.job.duration_ns
        if stored is None and duration_ns is None and scenario.budget_ns is not None:
            by_budget[cell.id] = works[cell.id]
        elif stored is None and duration_ns is None and cell.job.counted is None:
            by_itself[cell.id] = works[cell.id]
        else:
            sizes[cell.id] = size(
                works[cell.id],
                window_s=gate.min_window_s * MARGIN,
                min_jobs_per_slot=gate.min_jobs_per_slot,
                pages=stored or cell.job.counted,
                duration_s=None if duration_ns is None else duration_ns / 1e9,
            )
    sizes |= auto_all(by_itself, {cell.id: cell.block for cell in cells}, gate)
    if by_budget and scenario.budget_ns is not None:
        budget_s = scenario.budget_ns / 1e9
        share = FIRST_SHARE if scenario.precision is not None and search is None else PLANNED_SHARE
        already_s = scenario.rounds * sum(one.total_s for one in sizes.values())
        sizes |= fit(
            by_budget,
            budget_s=budget_s * share - already_s,
            rounds=scenario.rounds if search is None else search.rounds,
            min_window_s=gate.min_window_s,
            min_jobs_per_slot=gate.min_jobs_per_slot,
            least_pages=1 if search is None else search.least_pages,
            # Rather no reserve than no run; a search stops by itself when its time is up.
            limit_s=budget_s - already_s if search is None else None,
        )
    chosen = by_budget.keys() | by_itself.keys()
    return {name: with_ramp(works[name], one) if name in chosen else one for name, one in sizes.items()}


def gate_of(scenario: Scenario) -> Gate:
    """Return what each repetition has to pass."""
    limits = scenario.validity
    return Gate(limits.min_window_ns / 1e9, limits.min_jobs_per_slot, scenario.time_limit_ns / 1e9)


@dataclass(frozen=True)
class Foreseen:
    """What is known before anything is calibrated."""

    sizes: Mapping[str, Size]
    """By what is usual."""
    refused: Mapping[str, str]
    """Why cells cannot count, or take too long, whatever a job costs."""


def foresee(scenario: Scenario, cells: Sequence[Cell], cores: int) -> Foreseen:
    """Return what can be said of the cells' lengths. Raises BudgetError."""
    possible = [cell for cell in cells if cell.unsupported is None]
    refused: dict[str, str] = {}
    for cell in possible if scenario.budget_ns is None else ():
        nothing = work_of(cell, _costs(cell, 0.0, 0.0), cores)
        if why := reasons(planned_of(cell, nothing), gate_of(scenario), calibrated=False):
            refused[cell.id] = "; ".join(why)
    usual = {cell.id: _costs(cell, USUAL_PARSE_S, USUAL_CLIENT_S) for cell in possible}
    works = {cell.id: work_of(cell, usual[cell.id], cores) for cell in possible}
    return Foreseen(size_all(scenario, possible, works, usual, None), refused)


def _costs(cell: Cell, parse_s: float, client_s: float) -> Calibration:
    """Return a calibration that nobody made."""
    cost_ns = cell.job.parse_cost_ns
    clients = {f"{kind}:{cell.client}": client_s for kind in ("blocking", "asyncio")}
    return Calibration(
        parse_cpu_s=parse_s if cost_ns is None else cost_ns / 1e9,
        client_cpu_s=clients,
        start_s=USUAL_START_S,
    )


def planned_of(cell: Cell, work: Work) -> Planned:
    """Return a cell with what is written of its length."""
    duration_ns = cell.job.duration_ns
    return Planned(
        work,
        cell.job.counted if duration_ns is None else None,
        None if duration_ns is None else duration_ns / 1e9,
    )


def work_of(cell: Cell, calibrated: Calibration, cores: int) -> Work:
    """Return what a cell's size depends on."""
    plan, job = cell.plan, cell.job
    name = job.parser.name
    waits_s = delays_s(cell.server, SAMPLED_PER_SLOT * plan.in_flight)
    client_s = calibrated.client_cpu_s.get(f"{plan.fetch.client_kind}:{cell.client}")
    return Work(
        cores=cores if cell.affinity.driver is None else min(cores, len(cell.affinity.driver)),
        in_flight=plan.in_flight,
        processes=plan.shards.count if plan.shards.kind == "processes" else 0,
        loop=plan.fetch.in_one_thread,
        releasing=BUILT_IN[name].releases_gil if name is not None else None,
        wait_s=float(np.mean(waits_s)) + held_s(cell),
        parse_cpu_s=calibrated.page_parse_cpu_s or 0.0,
        client_cpu_s=client_s or 0.0,
        start_s=USUAL_START_S if calibrated.start_s is None else calibrated.start_s,
        warmup=job.warmup,
        ramp_s=(cell.ramp_ns or 0) / 1e9,
        rate_per_s=_rate_per_s(cell),
        group="" if cell.id == cell.baseline_id else f"{cell.baseline_id} {plan.in_flight}",
        waits_s=waits_s if len(waits_s) > 1 else (),
        period=1 if isinstance(cell.server.content, CatalogueContent) else calibrated.content_pages or 1,
        let_in_per_s=let_in_per_s(cell.server, float(np.mean(waits_s))),
    )


def _rate_per_s(cell: Cell) -> float | None:
    """Return how many jobs come in a second; null: closed arrivals."""
    if cell.arrivals is None or cell.arrivals.process != "recorded":
        return None if cell.arrivals is None else cell.arrivals.rate_per_s
    return recorded_times(cell.arrivals, cell.server.content).rate_per_s


def let_in_per_s(server: ServerConfig, delay_s: float) -> float | None:
    """Return how many requests a second the server serves at the most; null: as many as come.

    Each holds its place for its delay at least.
    """
    limits = [] if server.rate_limit is None else [server.rate_limit.rate_per_s]
    if server.capacity is not None and delay_s > 0:
        limits.append(server.capacity / delay_s)
    return min(limits, default=None)


def held_s(cell: Cell) -> float:
    """Return how long a job waits at least for an interpreter's lock that threads beside it hold."""
    if cell.beside.place != "threads":
        return 0.0
    interval_ns = cell.job.switch_interval_ns or DEFAULT_SWITCH_INTERVAL_NS
    return cell.beside.spinners * interval_ns / 1e9


def delays_s(server: ServerConfig, pages: int) -> tuple[float, ...]:
    """Return the delay of each page, from the first on (s); one value where all are alike."""
    try:
        delay_ns = asked_delays(server)
    except (ContentError, ObservedDelaysError):  # on another machine, whose server knows them
        return (0.0,)
    if isinstance(server.latency, Fixed):
        return (delay_ns(0) / 1e9,)
    return tuple(delay_ns(page) / 1e9 for page in range(min(MOST_SAMPLED, max(SAMPLED_PAGES, pages))))


def resized(cell: Cell, pages: int | None) -> Cell:
    """Return the cell with so many jobs; null leaves its fixed duration."""
    if pages is None or pages == cell.job.pages:
        return cell
    return replace(cell, job=cell.job.model_copy(update={"pages": pages}))


def check_memory(cell: Cell, peak_bytes: int | None, limit_bytes: int | None) -> None:
    """Refuse processes that would take more than MEMORY_SHARE of the limit. Raises DriverError."""
    if limit_bytes is None or peak_bytes is None or not cell.plan.processes:
        return
    most = int(limit_bytes * MEMORY_SHARE / peak_bytes)
    if cell.plan.processes > most:
        raise DriverError(
            "unsupported",
            f"{cell.plan.processes} processes of about {numbers.size(peak_bytes)} would take more than half of the"
            f" {numbers.size(limit_bytes)} here; set in_flight (processes) or parallelism to {max(1, most)} or less",
        )


def check_picklable(cell: Cell, unpicklable: str | None) -> None:
    """Refuse processes for records that cannot be handed back from one. Raises DriverError."""
    if unpicklable is not None and cell.plan.pickles:
        raise DriverError(
            "failed",
            f"the record cannot be handed back from a process: {unpicklable}; return plain data (str, int, list,"
            " dict, dataclasses of an importable module)",
        )
