"""From a run to its result document: every number over the valid repetitions, derived anew from what is stored."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from statistics import fmean, median
from typing import Any

import numpy as np

from simulator.analysis.arrivals import dispatcher_late_ns, over_rounds
from simulator.analysis.attribution import mean as mean_attribution
from simulator.analysis.beside_predicted import beside_predicted
from simulator.analysis.bounding import bounded
from simulator.analysis.crossover import crossovers
from simulator.analysis.findings import findings
from simulator.analysis.measures import delay_errors_ns, response_ns, resume_lag_ns
from simulator.analysis.predicting import predicted
from simulator.analysis.ranking import compared
from simulator.analysis.rules_of_thumb import rules_of_run
from simulator.analysis.timeline import MOST_JOBS, MOST_JOBS_OF_RUN, timeline
from simulator.measures.registry import MEASURES
from simulator.result.attribution import JobTime, Timeline
from simulator.result.document import SCHEMA, CellResult, CellStatus, ResultDocument
from simulator.result.repetition import (
    DelayError,
    Measures,
    Phase,
    Repetition,
    ServerMeasures,
)
from simulator.result.run import PlannedCell, Run
from simulator.result.samples import Samples
from simulator.scenario.model import Scenario
from simulator.scenario.refined import is_new
from simulator.stats.intervals import Interval, interval
from simulator.stats.percentiles import curve_ends_s, curve_s, lag_s, middle_lag, percentile, percentiles_s
from simulator.text.numbers import share


def summarise(run: Run) -> ResultDocument:
    """Return the result document of a run, finished or not; its expectations are not judged yet."""
    by_cell: dict[str, list[Repetition]] = defaultdict(list)
    for repetition in run.repetitions:
        by_cell[repetition.cell_id].append(repetition)
    first = run.header.rounds if run.header.scenario.get("precision") is not None else None
    wanted = [
        planned
        for planned in run.header.cells
        if by_cell[planned.id] or not is_new(planned.factors, run.header.scenario)
    ]
    cells = tuple(_cell(planned, by_cell[planned.id], run, first) for planned in wanted)
    done = [sum(r.status != "discarded" for r in by_cell[cell.id]) for cell in wanted]
    document = ResultDocument(
        schema=SCHEMA,
        id=run.header.id,
        scenario=run.header.scenario,
        scenario_resolved=run.header.scenario_resolved,
        environment=run.header.environment,
        started_at=run.header.started_at,
        partial=run.status != "complete",
        rounds_done=max(done, default=0),
        cells=cells,
        findings=(),
        margin=Scenario.margin_of(run.header.scenario),
        scatter_rounds=first,
    )
    return concluded(document)


def concluded(document: ResultDocument) -> ResultDocument:
    """Return the document with all that is concluded from its cells, drawn anew."""
    document = compared(beside_predicted(predicted(bounded(document))))
    document = replace(document, crossovers=crossovers(document), rules=rules_of_run(document))
    return replace(document, findings=findings(document))


def valid(repetitions: Iterable[Repetition]) -> list[Repetition]:
    """Return the repetitions that may enter a comparison."""
    return [r for r in repetitions if r.status == "ok" and r.measures is not None]


def throughput_by_round(repetitions: Iterable[Repetition]) -> dict[int, float]:
    """Return round -> pages/s of the valid repetitions in which anything was done."""
    return {
        r.round: r.measures.throughput_per_s
        for r in valid(repetitions)
        if r.measures is not None and r.measures.throughput_per_s > 0
    }


def middle(good: Sequence[Repetition]) -> Repetition:
    """Return the repetition in the middle of these by throughput, at least one: what is shown of single jobs is its."""
    ranked = sorted(good, key=lambda r: r.measures.throughput_per_s if r.measures is not None else 0.0)
    return ranked[len(ranked) // 2]


def _cell(
    planned: PlannedCell,
    repetitions: list[Repetition],
    run: Run,
    first: int | None,
) -> CellResult:
    good = valid(repetitions)
    environment = _in_common([r.environment for r in repetitions])
    status, reason = status_of(planned.unsupported, repetitions, good)
    measures = [r.measures for r in good if r.measures is not None] if status == "ok" else []
    arrivals = [m.arrivals for m in measures if m.arrivals is not None]
    pooled = _pooled(run, good if measures else (), planned.in_flight if arrivals else None)
    own = throughput_by_round(good) if measures else {}
    return CellResult(
        id=planned.id,
        factors=planned.factors,
        status=status,
        reason=reason,
        warnings=_warnings(planned, repetitions, good, status),
        baseline_id=planned.baseline_id,
        in_flight=planned.in_flight,
        marked=planned.marked,
        repetitions=tuple(replace(r, environment=_without(r.environment, environment)) for r in repetitions),
        environment=environment,
        throughput_per_s=interval([own[r] for r in sorted(own)], first),
        speedup=None,  # it takes the cells of a combination together
        response_time_s=percentiles_s(pooled.response_ns) if pooled.repetitions else None,
        fetch=_phase([m.fetch for m in measures]) if measures else None,
        parse=_phase([m.parse for m in measures]) if measures else None,
        resume_lag_s=lag_s(pooled.resume_lag_ns) if pooled.repetitions else None,
        loop_lag_s=middle_lag([m.loop_lag_s for m in measures]),
        server=_server(measures, pooled.delay_errors_ns) if measures else None,
        equality=_equality(repetitions),
        digest=_digest(measures),
        errors=_errors(repetitions),
        calibration=run.calibrations.get(planned.id),
        arrivals=over_rounds(arrivals, pooled.dispatcher_late_ns) if arrivals else None,
        attribution=mean_attribution([m.attribution for m in measures]),
        job_time=_job_time([m.job_time for m in measures]),
        timeline=_timeline(good, run) if measures else None,
        turns=run.turns.get(planned.id) if measures else None,
        response_curve=curve_s(pooled.response_ns),
        response_ends=curve_ends_s(pooled.response_ns),
        memory_interval_bytes=_interval([m.memory_bytes for m in measures], first),
        startup_interval_s=_interval([m.startup_s for m in measures], first),
        **_medians(measures),
    )


def _in_common(environments: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    if not environments:
        return {}
    first, *others = environments
    return {
        key: value
        for key, value in first.items()
        if all(key in other and other[key] == value for other in others)
    }


def _without(environment: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in environment.items() if key not in known}


def _medians(measures: Sequence[Measures]) -> dict[str, Any]:
    """Return the fields of a cell that are medians over the rounds of the same fields of its repetitions."""
    over = _over(measures)
    found: dict[str, Any] = {}
    for row in MEASURES.values():
        if row.pooled == "median" and row.cell == row.repetition and "." not in row.cell:
            value = over(row.of_repetition)
            found[row.cell] = round(value) if row.whole and value is not None else value
    return found


def _timeline(good: Sequence[Repetition], run: Run) -> Timeline | None:
    """Return a stretch of the repetition in the middle of them by throughput."""
    chosen = middle(good)
    samples = run.samples(chosen.cell_id, chosen.round)
    if samples is None:
        return None
    most_jobs = max(1, min(MOST_JOBS, MOST_JOBS_OF_RUN // len(run.header.cells)))
    return timeline(samples, chosen.round, most_jobs=most_jobs)


def _job_time(found: Sequence[JobTime | None]) -> JobTime | None:
    known = [one for one in found if one is not None]
    if not known or len(known) < len(found):
        return None
    return JobTime(
        **{field.name: fmean(getattr(one, field.name) for one in known) for field in fields(JobTime)}
    )


def status_of(
    unsupported: str | None, repetitions: Sequence[Repetition], good: Sequence[Repetition]
) -> tuple[CellStatus, str | None]:
    """Return a cell's status, and why it is not ok.

    Args:
        unsupported: why it cannot be run, known before it was tried.
        repetitions: all of them.
        good: the valid ones among them.
    """
    if unsupported is not None:
        return "unsupported", unsupported
    for repetition in repetitions:
        if repetition.status == "unsupported":
            return "unsupported", repetition.reason
    for repetition in repetitions:
        if repetition.status == "failed":
            return "failed", repetition.reason
    if good:
        return "ok", None
    judged = [r for r in repetitions if r.status in ("invalid", "discarded")]
    if judged:
        return "invalid", judged[-1].reason
    return "skipped", "not measured before the run ended"


def _warnings(
    planned: PlannedCell, repetitions: Sequence[Repetition], good: Sequence[Repetition], status: CellStatus
) -> tuple[str, ...]:
    found: list[str] = []
    if planned.marked:
        found.append(f"{planned.in_flight} in flight, by the nature of this strategy, unlike the others")
    rejected = [r for r in repetitions if r.status == "invalid"]
    if rejected and status == "ok":
        found.append(
            f"{len(rejected)} of {len(rejected) + len(good)} repetitions invalid: {rejected[-1].reason}"
        )
    disturbed = [r.measures.disturbance for r in good if r.disturbed and r.measures is not None]
    if disturbed:
        foreign = max(d.foreign or 0.0 for d in disturbed)
        steal = max(d.steal or 0.0 for d in disturbed)
        found.append(
            f"{len(disturbed)} of {len(good)} repetitions disturbed from outside (other programs up to {share(foreign)}"
            f" of the machine, its host up to {share(steal)})"
        )
    # Warnings of several repetitions that are alike but for their numbers are one.
    alike = {re.sub(r"[\d.]+", "#", warning): warning for r in good for warning in r.warnings}
    return (*found, *alike.values())


def _over(measures: Sequence[Measures]) -> Callable[[Callable[[Measures], float | None]], float | None]:
    """Return a function that takes the median of one measure over repetitions, null if any lacks it."""

    def over(pick: Callable[[Measures], float | None]) -> float | None:
        values = [pick(m) for m in measures]
        known = [value for value in values if value is not None]
        return float(median(known)) if known and len(known) == len(values) else None

    return over


def _interval(values: Sequence[float | None], first: int | None) -> Interval | None:
    known = [value for value in values if value is not None and value > 0]
    return interval(known, first) if len(known) == len(values) else None


@dataclass(frozen=True)
class _Pooled:
    """What is derived from the raw samples of all valid repetitions of a cell: a number a job, in ns."""

    repetitions: int
    """Of which there are samples."""
    response_ns: np.ndarray
    resume_lag_ns: np.ndarray
    delay_errors_ns: np.ndarray
    dispatcher_late_ns: np.ndarray
    """Of open arrivals only."""


def _pooled(run: Run, good: Iterable[Repetition], in_flight: int | None) -> _Pooled:
    """Read one repetition after the other: all of a long run at once would take gigabytes.

    Args:
        run: has the samples.
        good: the valid repetitions of one cell.
        in_flight: jobs that its strategy holds, where they come by themselves; null: closed arrivals.
    """
    columns: tuple[Callable[[Samples], np.ndarray], ...] = (
        response_ns,
        resume_lag_ns,
        delay_errors_ns,
        lambda samples: np.array([]) if in_flight is None else dispatcher_late_ns(samples, in_flight),
    )
    found: list[list[np.ndarray]] = []
    for repetition in good:
        samples = run.samples(repetition.cell_id, repetition.round)
        if samples is not None:
            found.append([column(samples) for column in columns])
    pooled = [np.concatenate(pieces) for pieces in zip(*found, strict=True)]
    return _Pooled(len(found), *(pooled or [np.array([])] * len(columns)))


def _phase(phases: Sequence[Phase]) -> Phase:
    def mean(values: list[float | None]) -> float | None:
        known = [value for value in values if value is not None]
        return sum(known) / len(known) if known and len(known) == len(values) else None

    return Phase(
        wall_s=mean([p.wall_s for p in phases]),
        cpu_s=mean([p.cpu_s for p in phases]),
        stall_s=mean([p.stall_s for p in phases]),
    )


def _server(measures: Sequence[Measures], delay_errors_ns: np.ndarray) -> ServerMeasures:
    over = _over(measures)
    errors = delay_errors_ns / 1e9
    return ServerMeasures(
        delay_error_s=DelayError(float(errors.mean()), percentile(errors, 0.5), percentile(errors, 0.99))
        if len(errors)
        else DelayError(over(lambda m: m.server.delay_error_s.mean), None, None),
        cpu_cores=over(lambda m: m.server.cpu_cores),
        saturated=any(m.server.saturated for m in measures),
        loop_lag_p99_s=over(lambda m: m.server.loop_lag_p99_s),
        connections_opened=_sum([m.server.connections_opened for m in measures]),
        loop_lag_tail_s=over(lambda m: m.server.loop_lag_tail_s),
        admitted_per_page=over(lambda m: m.server.admitted_per_page),
        served_s_per_page=over(lambda m: m.server.served_s_per_page),
        hung=over(lambda m: m.server.hung),
        retries=_rounded(over(lambda m: m.server.retries)),
        retries_together=over(lambda m: m.server.retries_together),
        retries_by_chance=over(lambda m: m.server.retries_by_chance),
        refused_again=over(lambda m: m.server.refused_again),
    )


def _rounded(value: float | None) -> int | None:
    return None if value is None else round(value)


def _sum(values: Sequence[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def _equality(repetitions: Sequence[Repetition]) -> Any:
    found = {r.measures.equality for r in repetitions if r.measures is not None}
    for verdict in ("differs", "unchecked", "equal"):
        if verdict in found:
            return verdict
    return None


def _digest(measures: Sequence[Measures]) -> str | None:
    found = {m.digest for m in measures}
    return found.pop() if len(found) == 1 else None


def _errors(repetitions: Sequence[Repetition]) -> dict[str, int]:
    total: dict[str, int] = defaultdict(int)
    for repetition in repetitions:
        if repetition.measures is not None:
            for kind, count in repetition.measures.errors.items():
                total[kind] += count
    return dict(total)
