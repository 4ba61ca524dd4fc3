"""The cells of a scenario: every combination of case, levels and strategy that will be measured."""

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from mockserver.config import ServerConfig
from mockserver.fault_models import Empty, Fault, Reset, Sequence
from mockserver.units import format_size
from simulator.driver.clients import CLIENTS, library_of
from simulator.measures.factors import CASE, IN_FLIGHT, RUNTIME, STRATEGY
from simulator.scenario.affinity import Affinity, why_not_here
from simulator.scenario.arrivals import Arrivals
from simulator.scenario.beside import Beside
from simulator.scenario.combinations import Factors, Point, label, resolve, strategy_names, varies_baseline
from simulator.scenario.job import Clients, Job
from simulator.scenario.model import Scenario
from simulator.scenario.pushing import why_not_pushed
from simulator.scenario.strategy import CHOICES, SEQUENTIAL, CountOrCores, Variant, number_of
from simulator.scenario.strategy_plan import StrategyPlan, plan

Level = str | int | float | bool | None

MAX_PROCESSES_PER_CORE = 8

PROCESS_BYTES = 40_000_000
"""What a process of the driver takes with a client and a parser imported: an estimate, for refusing only."""


@dataclass(frozen=True)
class Cell:
    """One combination of levels; the unit that is measured."""

    id: str
    """Readable, and the same in every run: strategy, case, and a hash of the factors."""
    factors: Mapping[str, Level]
    """Dotted path → level as written; `case` where there are cases, always `strategy` and `in_flight`."""
    server: ServerConfig
    job: Job
    plan: StrategyPlan
    baseline_id: str
    """The cell of `sequential` in the same combination; its own id for that cell itself."""
    block: str
    """Cells of the same block run side by side in every round: those of one baseline, and of the baselines that differ
    from it by the level of the contrasted factor alone."""
    unsupported: str | None
    """Why it cannot be measured here, and what to set; None where it can."""
    affinity: Affinity = field(default_factory=Affinity)
    """On which CPUs its server and its driver may run."""
    arrivals: Arrivals | None = None
    """How jobs come by themselves; None: closed, a free worker claims the next one at once."""
    beside: Beside = field(default_factory=Beside)
    """What computes beside its job."""
    runtime: str | None = None
    """On which of the scenario's runtimes it is measured; None: the scenario lists none."""
    variant: Variant = SEQUENTIAL
    """Its strategy as it is listed, of which `plan` was worked out."""
    parallelism: CountOrCores = "cores"
    """As it is written."""

    def planned(self, in_flight: int, cores: int) -> StrategyPlan:
        """Return its strategy worked out for another number of jobs in flight and of cores."""
        return plan(self.variant, in_flight, number_of(self.parallelism, cores))

    @property
    def client(self) -> str | None:
        """The HTTP library that this cell fetches with; None where the scenario names none for its kind."""
        return _client(self.job.client, self.plan)

    @property
    def ramp_ns(self) -> int | None:
        """Over how long its jobs in flight begin; None: at once, as a single one does in any case."""
        return self.job.ramp_ns if self.plan.in_flight > 1 else None

    @property
    def opens(self) -> Literal["none", "each", "any"]:
        """Which connections its job opens inside the window: a client that keeps too few opens others as needed."""
        if self.job.connections == "per_request":
            return "each"
        return "any" if self.job.pool is not None and self.job.pool < max(self.plan.fetch.widths) else "none"


def expand(
    scenario: Scenario,
    cores: int,
    *,
    memory_limit_bytes: int | None = None,
    usable_cpus: Collection[int] | None = None,
    missing_runtimes: Mapping[str, str] | None = None,
) -> tuple[Cell, ...]:
    """List the cells of a scenario by case and levels as they are written, then by strategy.

    Args:
        scenario: A scenario that `load` accepted.
        cores: Cores that the driver may use; what `cores` stands for, except where `affinity.driver` names CPUs.
        memory_limit_bytes: Memory that all processes together may use; None does not check it.
        usable_cpus: Numbers of the CPUs that this program may use, empty where processes cannot be bound to CPUs;
            None does not check what `affinity` names.
        missing_runtimes: Runtime → why it is not to be had here; None does not check them.

    Returns:
        Cells with different ids; each one's baseline is among them.
    """
    document = scenario.document()
    factors = Factors(document, strategy_names(document))
    ranked = {name: rank for rank, name in enumerate(factors.strategies)}
    points = sorted(factors.points(), key=lambda point: (point.order, ranked[point.strategy]))
    made: dict[object, Scenario] = {}
    cells = []
    for point in points:
        key = tuple(entry.keys for entry in point.entries)
        if key not in made:
            made[key] = Scenario.model_validate(resolve(document, point))
        cell = _cell(made[key], point, scenario.contrast, cores, memory_limit_bytes, usable_cpus)
        missing = (missing_runtimes or {}).get(cell.runtime or "")
        cells.append(cell if missing is None else replace(cell, unsupported=missing))
    return tuple(cells)


def _cell(
    combination: Scenario,
    point: Point,
    contrast: str,
    cores: int,
    memory_limit_bytes: int | None,
    usable_cpus: Collection[int] | None,
) -> Cell:
    affinity = combination.affinity or Affinity()
    beside = combination.beside or Beside()
    if affinity.driver is not None:
        cores = min(cores, len(affinity.driver))
    # The baseline need not be listed.
    variants = {SEQUENTIAL.name: SEQUENTIAL} | {variant.name: variant for variant in combination.strategies}
    variant = variants[point.strategy]
    worked_out = plan(variant, combination.in_flight, number_of(combination.parallelism, cores))
    sequential = point.strategy == SEQUENTIAL.name
    factors: dict[str, Level] = {}
    if point.case is not None:
        factors[CASE] = point.case
    factors |= {path: label(level) for path, level in point.levels}
    factors |= {STRATEGY: point.strategy, IN_FLIGHT: 1 if sequential else combination.in_flight}
    baseline = {path: level for path, level in factors.items() if varies_baseline(path)}
    baseline |= {STRATEGY: SEQUENTIAL.name, IN_FLIGHT: 1}
    baseline_id = _id(baseline)
    beside_it = {path: level for path, level in baseline.items() if path != contrast}
    return Cell(
        id=_id(factors),
        factors=factors,
        server=combination.server,
        job=combination.job,
        plan=worked_out,
        baseline_id=baseline_id,
        block=baseline_id if contrast == STRATEGY else _id(beside_it),
        unsupported=_missing_client(combination.job.client, worked_out)
        or _not_under(combination, worked_out)
        or _no_tls(combination, worked_out)
        or _asks_again(combination, worked_out)
        or why_not_pushed(combination, worked_out)
        or _too_many_processes(worked_out, cores)
        or beside.too_many(MAX_PROCESSES_PER_CORE * cores)
        or _too_much_memory(worked_out, memory_limit_bytes)
        or (None if usable_cpus is None else why_not_here(affinity, usable_cpus)),
        affinity=affinity,
        arrivals=combination.arrivals,
        beside=beside,
        runtime=dict(point.levels).get(RUNTIME),
        variant=variant,
        parallelism=combination.parallelism,
    )


def _id(factors: Mapping[str, Level]) -> str:
    text = json.dumps(factors, sort_keys=True)
    words = (str(factors[STRATEGY]), str(factors.get(RUNTIME, "")), str(factors.get(CASE, "")))
    readable = "-".join(re.sub(r"[^a-z0-9_]+", "-", word.lower()).strip("-")[:24] for word in words if word)
    return f"{readable}-{hashlib.blake2b(text.encode(), digest_size=5).hexdigest()}"


def _client(client: Clients, worked_out: StrategyPlan) -> str | None:
    return client.blocking if worked_out.fetch.client_kind == "blocking" else client.asyncio


def _missing_client(client: Clients, worked_out: StrategyPlan) -> str | None:
    kind = worked_out.fetch.client_kind
    if _client(client, worked_out) is not None:
        return None
    present = client.asyncio or client.blocking or ""
    blocking, asyncio = client.blocking or "http.client", client.asyncio or "aiohttp"
    has_both = len(library_of(present).kinds) > 1
    if has_both:  # then the fair other side is the same library
        blocking = asyncio = present
    article = "a blocking" if kind == "blocking" else "an asyncio"
    lacks = f"job.client names no {kind} client" if has_both else f"{present} has no {kind} client"
    return (
        f"{lacks}, and {worked_out.name} needs {article} one; "
        f"write job.client: {{blocking: {blocking}, asyncio: {asyncio}}}"
    )


def _not_under(combination: Scenario, worked_out: StrategyPlan) -> str | None:
    """Say so where a client does not work under the engine of a strategy, or what is beside the job does not."""
    engine, kind = worked_out.fetch.kind, worked_out.fetch.client_kind
    name = _client(combination.job.client, worked_out)
    if engine == kind or name is None:
        return None
    beside = combination.beside
    if engine == "gevent" and beside is not None and beside.spinners and beside.place == "threads":
        return (
            "threads beside greenlets are greenlets themselves, and one that computes never lets the others run; write"
            " beside: {in: processes}"
        )
    if engine in library_of(name).engines:
        return None
    able = ", ".join(other for other, row in CLIENTS.items() if engine in row.engines)
    why = (
        f"gevent does not reach the waits of {name}, which are not in Python's own sockets"
        if engine == "gevent"
        else f"{name} runs on asyncio's loop, not on trio's"
    )
    return f"{why}; for {worked_out.name} write job.client: {{{kind}: NAME}} with one of {able}"


def _no_tls(combination: Scenario, worked_out: StrategyPlan) -> str | None:
    name = _client(combination.job.client, worked_out)
    if not combination.server.tls or name is None or library_of(name).tls is not None:
        return None
    able = [
        other
        for other, row in CLIENTS.items()
        if row.tls is not None and worked_out.fetch.client_kind in row.kinds
    ]
    return (
        f"the client {name} speaks no TLS; set server.tls to false, or job.client to one of {', '.join(able)}"
    )


def _asks_again(combination: Scenario, worked_out: StrategyPlan) -> str | None:
    """Say so where a client would ask again by itself at a fault, of which the job would then know nothing."""
    name = _client(combination.job.client, worked_out)
    kept = combination.job.connections != "per_request"
    if name is None or not kept or not library_of(name).asks_again:
        return None
    met = [fault.kind for fault in combination.server.faults if _is_unanswered(fault)]
    if not met:
        return None
    return (
        f"the client {name} asks again by itself where a kept connection ends without an answer, as the fault {met[0]}"
        " does, and the job would not know; leave it out, write job.connections: per_request, or another job.client"
    )


def _is_unanswered(fault: Fault) -> bool:
    """Whether a fault ends a connection on which nothing has been sent."""
    if isinstance(fault, Sequence):
        return not {"reset", "empty"}.isdisjoint(fault.answers)
    return isinstance(fault, Empty) or (isinstance(fault, Reset) and fault.where == "headers")


def _too_many_processes(worked_out: StrategyPlan, cores: int) -> str | None:
    most = MAX_PROCESSES_PER_CORE * cores
    if worked_out.processes <= most:
        return None
    return (
        f"{worked_out.processes} processes are more than {MAX_PROCESSES_PER_CORE} for each of {cores} "
        f"usable cores; set {_count_name(worked_out, most)} or less"
    )


def _too_much_memory(worked_out: StrategyPlan, limit_bytes: int | None) -> str | None:
    need = worked_out.processes * PROCESS_BYTES
    if limit_bytes is None or need <= limit_bytes // 2:
        return None
    most = limit_bytes // 2 // PROCESS_BYTES
    advice = f"set {_count_name(worked_out, most)} or less" if most else "it does not fit here"
    return (
        f"{worked_out.processes} processes take an estimated {format_size(need)}, more than half of the "
        f"memory limit ({format_size(limit_bytes)}); {advice}"
    )


def _count_name(worked_out: StrategyPlan, most: int) -> str:
    """Name the key that decides how many processes there are, and what to set it to for at most so many."""
    if worked_out.cluster is not None:
        return f"strategies.{worked_out.name}.workers to {most}"
    if worked_out.base is not None and CHOICES[worked_out.base].count == "in_flight":
        return f"in_flight to {most}"
    if worked_out.base is not None:
        return f"parallelism to {most}"
    path = f"strategies.{worked_out.name}"
    if worked_out.parse.kind != "processes":
        return f"{path}.shards.processes to {most}"
    shards = worked_out.shards
    each = max(1, most // shards.count - (shards.kind == "processes"))
    return f"{path}.parse.processes to {each}"
