"""The result document: what `run --json` writes, `schema result` describes and `report FILE` reads.

History of "simulator.result/2" (it may gain keys and never changes them; `version_1` reads what was before it):
    0.6.0  first version
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from simulator.measures.factors import STRATEGY
from simulator.model.bounds import Resource
from simulator.stats.contrasts import Contrast
from simulator.stats.intervals import Interval
from simulator.stats.percentiles import Lag, Percentiles

from . import version_1
from .attribution import Attribution, JobTime, Timeline
from .calibration import Calibration
from .findings.kinds import Finding
from .prediction import Prediction
from .repetition import Arrivals, Phase, Repetition, ServerMeasures
from .rules import RuleOfThumb
from .schema import json_schema

SCHEMA = "simulator.result/2"
CellStatus = Literal["ok", "invalid", "unsupported", "failed", "skipped"]


class NotAResultError(ValueError):
    """The file is not a result document that this version reads."""


@dataclass(frozen=True)
class CellResult:
    """One cell: every repetition, and the measures over the valid ones."""

    id: str
    factors: Mapping[str, Any]
    """Dotted path → level, always with `strategy` and `in_flight`."""
    status: CellStatus
    """One of the statuses below."""
    reason: str | None
    """Why it is not ok."""
    warnings: tuple[str, ...]
    """What to bear in mind though it is ok."""
    baseline_id: str | None
    """The sequential cell of the same combination; null for that cell itself."""
    in_flight: int
    """Jobs really in flight."""
    marked: bool
    """In flight differs from the scenario's, by the strategy's nature."""
    repetitions: tuple[Repetition, ...]
    """Every one, also those that do not count."""
    throughput_per_s: Interval | None
    """Over the valid rounds; `kind` is `interval` (95 %), or with fewer than three rounds `range`."""
    speedup: Interval | None
    """Over the sequential cell of the same combination, paired by round; null for that cell itself, where no round is
    valid in both, and where jobs come by themselves: who keeps up is as fast as they come."""
    makespan_s: float | None
    startup_s: float | None
    drain_s: float | None
    response_time_s: Percentiles | None
    """Of the raw samples of all valid repetitions, pooled."""
    fetch: Phase | None
    """Means over the repetitions."""
    parse: Phase | None
    """Likewise."""
    network_s: float | None
    resume_lag_s: Lag | None
    """Pooled."""
    cpu_per_page_s: float | None
    cores_used: float | None
    run_queue_cores: float | None
    memory_bytes: int | None
    loop_lag_s: Lag | None
    """Medians over the repetitions; `max` is that of the latest tick of each."""
    server: ServerMeasures | None
    """Delay errors pooled; `saturated` if in any; `connections_opened` summed; the rest medians."""
    equality: Literal["equal", "unchecked", "differs"] | None
    """The worst of the repetitions."""
    digest: str | None
    """Null unless it is the same in all valid repetitions."""
    pages: int | None
    errors: Mapping[str, int]
    """Kind → count, over all repetitions."""
    calibration: Calibration | None = None
    arrivals: Arrivals | None = None
    """Null: closed arrivals. `backlog_max` is the largest, lateness pooled, `unstable` what most repetitions say."""
    attribution: Attribution | None = None
    """Where the time of the workers went: means, so that the parts add up; null if a valid repetition lacks it."""
    job_time: JobTime | None = None
    """Where the time of a job went: likewise."""
    moved_bytes_per_page: float | None = None
    timeline: Timeline | None = None
    """A short stretch of the valid repetition whose throughput is the median."""
    response_curve: tuple[tuple[float, float], ...] = ()
    """Rising shares of all jobs and the response time (s) that they stayed within, as far as 10 samples lie beyond."""
    response_ends: tuple[tuple[float, float, float], ...] = ()
    """The same shares with low and high (s) of the 95 % interval, by order statistics of the pooled samples, as if no
    job had to do with another."""
    memory_interval_bytes: Interval | None = None
    """Over the valid rounds, as of `throughput_per_s`; null where a round lacks it."""
    startup_interval_s: Interval | None = None
    """Likewise."""
    warmup_s: float | None = None
    in_flight_mean: float | None = None
    attempts: int | None = None
    attempts_per_page: float | None = None
    backoff: float | None = None
    given_up: int | None = None
    server_queue_s: float | None = None
    task_hand_over_s: float | None = None
    hand_over_s: float | None = None
    hand_over_there_s: float | None = None
    hand_over_share: float | None = None
    done_again: int | None = None
    turns: Timeline | None = None
    """A stretch of one more repetition, not measured, in which it was watched from outside who ran when."""
    bound_per_s: float | None = None
    """The most that physics allows by what a job took of each resource in this cell: the least of in flight / time of
    one job alone, cores / CPU per job, what one GIL, loop, pool or main interpreter, and the server by its CPU,
    capacity and rate limit, let through. Of what holds the GIL counts what surely does."""
    bound_by: Resource | None = None
    """Which of them it is."""
    environment: Mapping[str, Any] = field(default_factory=dict)
    """What its repetitions have in common of theirs: Python, libraries, GIL, switch interval, CPUs."""
    level: str | None = None
    """Of the contrasted factor; null where that is the strategy."""
    predicted: Prediction | None = None
    """What the model says of it, by what one job needs alone; null where it does not reach, and in older runs."""
    of_predicted: float | None = None
    """Throughput over the predicted one."""

    @property
    def strategy(self) -> str:
        """The level of the factor that is always there; a strategy's name."""
        return str(self.factors[STRATEGY])

    @property
    def name(self) -> str:
        """What it is called among those that it is compared with: its strategy, or its level of what is contrasted."""
        return self.level or self.strategy

    def whole(self) -> tuple[Repetition, ...]:
        """Return the repetitions, each with all of its environment."""
        return tuple(
            replace(one, environment={**self.environment, **one.environment}) for one in self.repetitions
        )


@dataclass(frozen=True)
class CombinationResult:
    """All levels but one factor's: its cells were measured side by side and are compared with one another."""

    levels: Mapping[str, Any]
    cells: tuple[str, ...]
    """Ids; of strategies, the baseline first."""
    by: str | None
    """Name of the measure that ranks them: throughput; of jobs that come by themselves a percentile of the response
    time, of those that keep up. Null where nothing ranks."""
    contrasts: tuple[Contrast, ...]
    """Of the best over each other with equal jobs in flight, `of` and `over` being ids, the best first; the intervals
    hold together in 95 % of combinations."""
    best: str | None
    """Id of the cell of the greatest effect, cells + rounds being fitted to the logarithms."""
    recommended: str | None
    """Id of the simplest of those that are surely as fast as the best, or slower by less than the margin; of the one
    listed first, where other levels than strategies are contrasted."""
    contrast: str = STRATEGY
    """The factor whose levels are compared; the strategy is then one of `levels`, unless it is this factor."""


@dataclass(frozen=True)
class AtCost:
    """Two strategies at one measured parse cost."""

    cost_s: float
    """Parse CPU per page: mean of both cells."""
    ratio: Interval
    """Of their throughputs; the intervals of all costs hold together in 95 % of cases."""


@dataclass(frozen=True)
class Crossover:
    """From which parse cost on one strategy beats another by more than the margin, all other levels being the same.

    Costs are measured parse CPU per page, in seconds, not the levels asked for.
    """

    faster: str
    """The strategy that wins from there on."""
    slower: str
    scope: Mapping[str, Any]
    """The levels of all other factors."""
    kind: Literal["crossing", "always", "never", "undecided"]
    """`always`: surely at every cost that was measured; `never`: surely at none; `undecided`: neither."""
    cost_s: float | None
    """Of the fitted shape; null where there is none, or no crossing among the costs that were measured."""
    low_s: float | None
    """Of the 95 % interval; null: it may lie below every cost that was measured."""
    high_s: float | None
    """Null: it may lie above every cost that was measured."""
    found_by: Literal["fit", "costs"] = "costs"
    """`fit`: from the shape that physics gives; `costs`: no shape fits, so it is the measured costs that it lies
    between."""
    curve: tuple[tuple[float, float], ...] = ()
    """The fitted ratio over the parse CPU in seconds; empty without a fit."""
    points: tuple[AtCost, ...] = ()
    """What was measured, by rising cost; empty where some cost has fewer than three rounds."""


@dataclass(frozen=True)
class Expectation:
    """One line of `expect`, judged."""

    that: str
    """The condition as it was written."""
    claim: str | None
    """The sentence that it is to show, if one was written."""
    verdict: Literal["held", "not held", "undecided"]
    because: str
    """The numbers, in words; names the first combination that decided it."""
    numbers: Mapping[str, float | str | None]
    """Of the combination that decided."""


@dataclass(frozen=True)
class ResultDocument:
    """A whole run."""

    schema: str
    """`simulator.result/2`."""
    id: str
    scenario: Mapping[str, Any]
    """As it was written, overrides included; of a search, `tune` in it says what was searched for."""
    scenario_resolved: Mapping[str, Any] | None
    """With every default in it; null in older runs."""
    environment: Mapping[str, Any]
    """Machine, Python, libraries, and the command that measures the same again."""
    started_at: str
    """UTC, ISO 8601."""
    partial: bool
    """The run was interrupted or failed; what was measured until then is here."""
    rounds_done: int
    """Of the cell that has most."""
    cells: tuple[CellResult, ...]
    findings: tuple[Finding, ...]
    combinations: tuple[CombinationResult, ...] = ()
    crossovers: tuple[Crossover, ...] = ()
    expectations: tuple[Expectation, ...] = ()
    margin: float = 0.03
    """The smallest difference that matters, as a share."""
    rules: tuple[RuleOfThumb, ...] = ()
    """What rules of thumb would have chosen, and what that costs; none unless `in_flight` varies."""
    scatter_rounds: int | None = None
    """Of a run with `precision`: from how many first rounds its intervals take their scatter; else null."""


ADAPTER: TypeAdapter[ResultDocument] = TypeAdapter(ResultDocument)


_NUMBERS = re.compile(r"\[\n\s*(-?[\d.eE+-]+(?:,\n\s*-?[\d.eE+-]+)*)\n\s*\]")
"""A list of numbers, one on a line. A line break cannot stand in a JSON string, so this finds nothing in texts."""


def to_json(document: ResultDocument) -> str:
    """Return the document as JSON text; numbers that are not finite cannot occur and would raise ValueError.

    Lists of numbers, as timelines have many, are written on one line.
    """
    text = json.dumps(
        ADAPTER.dump_python(document, mode="json"), indent=1, allow_nan=False, ensure_ascii=False
    )
    return _NUMBERS.sub(lambda found: "[" + "".join(found[1].split()) + "]", text)


def from_json(text: str) -> ResultDocument:
    """Read a result document; one of version 1 has no findings, which were sentences then.

    Raises:
        NotAResultError: not JSON, no result document, or of a schema that this version does not know.
    """
    return from_raw(parsed(text))


def parsed(text: str) -> Mapping[str, Any]:
    """Return the JSON object of a result document, of a schema that this version reads. Raises NotAResultError."""
    try:
        raw = json.loads(text)
    except ValueError as error:
        raise NotAResultError(f"not JSON: {error}") from error
    found = raw.get("schema") if isinstance(raw, dict) else None
    if found not in (SCHEMA, version_1.SCHEMA):
        raise NotAResultError(
            f"its schema is {found!r}; this version reads {SCHEMA!r} and {version_1.SCHEMA!r}"
        )
    known: Mapping[str, Any] = raw
    return known


def from_raw(raw: Mapping[str, Any]) -> ResultDocument:
    """Return the document of what `parsed` returned. Raises NotAResultError."""
    if raw["schema"] == version_1.SCHEMA:
        raw = version_1.lifted(raw)
    try:
        return ADAPTER.validate_python(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise NotAResultError(f"{where}: {first['msg']}") from error


def result_schema() -> dict[str, Any]:
    """Return the JSON Schema of the document."""
    return json_schema(ResultDocument)
