"""Observations, repetitions and documents with known numbers, from which every expected value can be worked out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from simulator.analysis.attribution import SHARES
from simulator.analysis.summary import summarise
from simulator.result.attribution import Attribution
from simulator.result.calibration import Calibration
from simulator.result.document import ResultDocument
from simulator.result.observation import CpuTime, MachineTime, Observed, Snapshot
from simulator.result.repetition import (
    DelayError,
    Disturbance,
    Measures,
    Phase,
    Repetition,
    RepetitionStatus,
    ServerMeasures,
)
from simulator.result.run import PlannedCell, Run, RunHeader, RunStatus
from simulator.result.samples import UNKNOWN, Samples
from simulator.stats.percentiles import Lag, Percentiles

MS = 1_000_000
S = 1_000_000_000
GO_NS = 1_000 * S
"""An hour-like clock: nothing may depend on where it starts."""


def samples(  # noqa: PLR0913 - one name for each number that a test may want to know
    jobs: int = 100,
    *,
    workers: int = 4,
    fetch_ns: int = 50 * MS,
    parse_ns: int = 10 * MS,
    fetch_cpu_ns: int = 1 * MS,
    parse_cpu_ns: int = 8 * MS,
    before_ns: int = 1 * MS,
    intended_ns: int = 40 * MS,
    delay_error_ns: int = 0,
    body_ns: int = 2 * MS,
    start_ns: Sequence[int] | None = None,
    errors: Mapping[int, str] | None = None,
    stamped: bool = True,
    on_loop: bool = False,
) -> Samples:
    """Return jobs that workers do back to back, all of the same length.

    Of the fetch, the server has the request from `before_ns` after its start, for
    `intended_ns + delay_error_ns + body_ns`.
    """
    order = np.arange(jobs)
    cycle = fetch_ns + parse_ns
    start = GO_NS + (order // workers) * cycle if start_ns is None else GO_NS + np.asarray(start_ns)
    fetched = start + fetch_ns
    parsed = fetched + parse_ns
    received = start + before_ns
    first = received + intended_ns + delay_error_ns
    unknown = np.full(jobs, UNKNOWN)
    kinds = tuple(sorted(set((errors or {}).values())))
    code = np.full(jobs, UNKNOWN)
    for index, kind in (errors or {}).items():
        code[index] = kinds.index(kind)
    return Samples(
        page=order,
        worker=order % workers,
        due_ns=start,
        start_ns=start,
        fetched_ns=fetched,
        parsed_ns=parsed,
        ready_ns=parsed,
        fetch_cpu_ns=unknown if on_loop else np.full(jobs, fetch_cpu_ns),
        parse_cpu_ns=np.full(jobs, parse_cpu_ns),
        parse_worker=order % workers,
        parsing_ns=fetched,
        attempt=np.ones(jobs, dtype=np.int64),
        asked_ns=start,
        backoff_ns=np.zeros(jobs, dtype=np.int64),
        earlier_ns=np.zeros(jobs, dtype=np.int64),
        received_ns=received if stamped else unknown,
        first_byte_ns=first if stamped else unknown,
        last_byte_ns=first + body_ns if stamped else unknown,
        intended_ns=np.full(jobs, intended_ns) if stamped else unknown,
        begun_ns=received if stamped else unknown,
        error=code,
        error_kinds=kinds,
    )


def snapshot(at_ns: int, **changes: Any) -> Snapshot:
    """Return a look at a machine on which all clocks of CPU stand at 1 s."""
    base = Snapshot(
        at_ns=at_ns,
        driver=CpuTime(1 * S, 1 * S),
        workers={i: CpuTime(1 * S, 1 * S) for i in range(4)},
        server=CpuTime(1 * S, 1 * S),
        runner_cpu_s=1.0,
        machine=MachineTime(user_s=100.0, irq_s=10.0, steal_s=5.0, cores=2),
        memory_bytes=None,
        processes=None,
    )
    return replace(base, **changes)


def observed(  # noqa: PLR0913 - the same
    jobs: Samples | None = None,
    *,
    driver_cpu_s: float = 1.0,
    driver_queue_s: float = 0.2,
    worker_cpu_s: float = 0.24,
    worker_queue_s: float = 0.0,
    server_cpu_s: float = 0.3,
    server_queue_s: float = 0.0,
    runner_cpu_s: float = 0.01,
    foreign_s: float = 0.0,
    irq_s: float = 0.0,
    steal_s: float = 0.0,
    readable: bool = True,
    **changes: Any,
) -> Observed:
    """Return one repetition whose window is exactly from go to the last record."""
    jobs = samples() if jobs is None else jobs
    end_ns = int(jobs.ready_ns.max())
    ours_s = driver_cpu_s + server_cpu_s + runner_cpu_s
    nothing: dict[str, Any] = {"driver": None, "workers": {}, "server": None, "machine": None}
    ready = snapshot(GO_NS, **({} if readable else nothing))
    parked = snapshot(
        end_ns,
        runner_cpu_s=1.0 + runner_cpu_s,
        **(
            {
                "driver": _cpu(driver_cpu_s, driver_queue_s),
                "workers": {i: _cpu(worker_cpu_s, worker_queue_s) for i in range(4)},
                "server": _cpu(server_cpu_s, server_queue_s),
                "machine": MachineTime(100.0 + ours_s + foreign_s, 10.0 + irq_s, 5.0 + steal_s, 2),
                "memory_bytes": 123_000_000,
                "processes": 3,
            }
            if readable
            else nothing
        ),
    )
    base = Observed(
        cell_id="cell",
        round=0,
        started_at="2030-01-01T00:00:00.000+00:00",
        samples=jobs,
        go_ns=GO_NS,
        startup_s=0.1,
        launch_s=0.4,
        ready=ready,
        parked=parked,
        server_stats={
            "requests": int(jobs.attempt.sum()),
            "errors": {},
            "delay_error_s": {"mean": 0.0004, "p50": 0.0003, "p90": 0.0005, "p99": 0.001, "max": 0.002},
            "loop_lag_s": {
                "ticks": 2000,
                "p50": 0.0001,
                "p90": 0.0002,
                "p95": 0.0003,
                "p99": 0.0005,
                "max": 0.001,
            },
            "cpu_s": 0.25,
            "run_queue_wait_s": None,
            "connections_opened": 0,
        },
        duration_s=None,
        loop_lag_ns=(),
        digests=tuple(f"{page:032x}" for page in jobs.page),
        records={},
        unchecked=None,
        errors=(),
        environment={},
        spin_s=(0.010, 0.014),
        last_words="",
        same_clock=True,
    )
    return replace(base, **changes)


def _cpu(on_cpu_s: float, queue_s: float) -> CpuTime:
    return CpuTime(round((1 + on_cpu_s) * S), round((1 + queue_s) * S))


def known_attribution(**changes: Any) -> Attribution:
    """Return shares that add up to 1 if the changed ones leave it so; the rest is the residual."""
    shares: dict[str, float] = dict.fromkeys(SHARES, 0.0) | changes
    return Attribution(workers=8, **shares, residual=1 - sum(shares.values()), steal=0.0)


def measures(throughput_per_s: float = 50.0, **changes: Any) -> Measures:
    """Return the measures of a repetition on a quiet machine."""
    base = Measures(
        pages=100,
        unfinished=0,
        throughput_per_s=throughput_per_s,
        makespan_s=100 / throughput_per_s,
        startup_s=0.4,
        drain_s=0.05,
        response_time_s=Percentiles(0.06, 0.07, None, None, None, 0.08),
        fetch=Phase(0.05, 0.001, 0.001),
        parse=Phase(0.010, 0.008, 0.001),
        network_s=0.04,
        resume_lag_s=Lag(0.0001, None, 0.002),
        cpu_per_page_s=0.010,
        cores_used=0.5,
        run_queue_cores=0.1,
        memory_bytes=100_000_000,
        processes=1,
        loop_lag_s=None,
        server=ServerMeasures(
            DelayError(0.0002, 0.0002, None), 0.1, saturated=False, loop_lag_p99_s=0.001, connections_opened=0
        ),
        equality="equal",
        digest="d",
        errors={},
        disturbance=Disturbance(0.0, 0.01),
        spin_s=0.01,
        runner_cpu_s=0.01,
    )
    return replace(base, **changes)


ANYWHERE: Mapping[str, Any] = {"affinity": [0, 1], "server_affinity": [0, 1]}
"""Where driver and server of a repetition ran: on both cores that there are."""


def repetition(
    cell_id: str,
    round_: int,
    throughput_per_s: float | None = 50.0,
    *,
    status: RepetitionStatus = "ok",
    reason: str | None = None,
    warnings: tuple[str, ...] = (),
    disturbed: bool = False,
    environment: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Repetition:
    """Return one repetition; without a throughput it has no measures."""
    return Repetition(
        cell_id=cell_id,
        round=round_,
        started_at="2030-01-01T00:00:00.000+00:00",
        status=status,
        reason=reason,
        measures=None if throughput_per_s is None else measures(throughput_per_s, **changes),
        warnings=warnings,
        disturbed=disturbed,
        environment=ANYWHERE if environment is None else environment,
    )


def planned(
    strategy: str,
    *,
    in_flight: int = 8,
    marked: bool = False,
    unsupported: str | None = None,
    levels: Mapping[str, str] | None = None,
) -> PlannedCell:
    """Return a cell of the plan; its id is the strategy's name and the levels of its other factors."""
    sequential = strategy == "sequential"
    factors = levels or {}
    words = "".join(f"-{level}" for level in factors.values())
    return PlannedCell(
        id=f"{strategy}{words}",
        factors={**factors, "strategy": strategy, "in_flight": 1 if sequential else 8},
        baseline_id=None if sequential else f"sequential{words}",
        in_flight=1 if sequential else in_flight,
        marked=marked,
        unsupported=unsupported,
    )


def run(
    cells: Sequence[PlannedCell],
    repetitions: Sequence[Repetition],
    *,
    rounds: int = 3,
    status: RunStatus = "complete",
    kept: Callable[[str, int], Samples | None] | None = None,
    calibrations: Mapping[str, Mapping[str, Any]] | None = None,
    scenario: Mapping[str, Any] | None = None,
) -> Run:
    """Return a run of these repetitions, each of which has the same raw samples unless told."""
    return Run(
        header=RunHeader(
            id="r1",
            name="shop",
            scenario={"name": "shop", **(scenario or {})},
            rounds=rounds,
            environment={"machine": {"usable_cores": 2}, "platform": {"system": "Linux"}},
            started_at="2030-01-01T00:00:00+00:00",
            cells=tuple(cells),
        ),
        status=status,
        calibrations={cell_id: Calibration(**known) for cell_id, known in (calibrations or {}).items()},
        repetitions=tuple(repetitions),
        samples=kept or (lambda _cell, _round: samples()),
    )


def document(
    rates: Mapping[str, Sequence[float]], *, marked: Sequence[str] = (), **each: Mapping[str, Any]
) -> ResultDocument:
    """Return the document of a run in which each strategy did these pages/s, round by round.

    Args:
        rates: by strategy.
        marked: strategies with 2 in flight by their nature.
        each: further measures of a strategy's repetitions.
    """
    cells = [planned(s, marked=s in marked, in_flight=2 if s in marked else 8) for s in rates]
    done = [
        repetition(cell.id, round_, rate, **each.get(cell.id, {}))
        for cell in cells
        for round_, rate in enumerate(rates[str(cell.factors["strategy"])])
    ]
    return summarise(run(cells, done, rounds=max(map(len, rates.values()))))


def matrix(
    rates: Mapping[str, Mapping[str, Mapping[str, Sequence[float]]]],
    costs: Mapping[str, float],
    *,
    factor: str = "server.latency",
    scenario: Mapping[str, Any] | None = None,
    broken: Mapping[tuple[str, str, str], str] | None = None,
    parse_cpu_s: Mapping[tuple[str, str], float] | None = None,
    cpu_per_page_s: Mapping[tuple[str, str], float] | None = None,
    in_flight: Mapping[str, int] | None = None,
    rounds: int | None = None,
    environment: Mapping[str, Any] | None = None,
) -> ResultDocument:
    """Return the document of a run in which a factor and the parse cost vary.

    Args:
        rates: level of the factor, level of the cost, strategy -> pages/s, round by round. `sequential` is added
            where it is not given, at 10 pages/s.
        costs: parse CPU per page in seconds that is measured at each level of the cost.
        factor: the other one; with the level "" there is none.
        scenario: further keys of it.
        broken: (level, cost, strategy) -> why all its repetitions are invalid.
        parse_cpu_s: (cost, strategy) -> parse CPU per page where it is not that of the cost.
        cpu_per_page_s: (cost, strategy) -> CPU of all threads per page; by default not known.
        in_flight: strategy -> jobs in flight by its nature.
        rounds: that were planned; by default as many as there are.
        environment: of the run.
    """
    cells: list[PlannedCell] = []
    done: list[Repetition] = []
    for level, by_cost in rates.items():
        for cost, by_strategy in by_cost.items():
            levels = {**({factor: level} if level else {}), "job.parse_cost": cost}
            for name, each in ({"sequential": [10.0]} | dict(by_strategy)).items():
                reason = (broken or {}).get((level, cost, name))
                other = (in_flight or {}).get(name)
                cell = planned(name, levels=levels, in_flight=other or 8, marked=other is not None)
                cpu_s = (parse_cpu_s or {}).get((cost, name), costs[cost])
                cells.append(cell)
                done += [
                    repetition(
                        cell.id,
                        round_,
                        rate,
                        parse=Phase(cpu_s, cpu_s, 0.0),
                        cpu_per_page_s=(cpu_per_page_s or {}).get((cost, name)),
                        status="ok" if reason is None else "invalid",
                        reason=reason,
                    )
                    for round_, rate in enumerate(each)
                ]
    most = max(len(each) for by_cost in rates.values() for at in by_cost.values() for each in at.values())
    made = run(cells, done, rounds=rounds or most, kept=lambda *_: None, scenario=scenario)
    return summarise(replace(made, header=replace(made.header, environment=environment or {})))
