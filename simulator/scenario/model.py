"""A scenario: what the server does, what the job is, which strategies do it, and what varies."""

import re
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    Field,
    PrivateAttr,
    TypeAdapter,
    ValidationInfo,
    field_validator,
    model_validator,
)

from mockserver.config import ServerConfig
from mockserver.document import Config
from mockserver.units import DurationNs, Share, format_duration, format_percentage
from simulator.measures.factors import PARSE_COST, STRATEGY
from simulator.scenario.affinity import Affinity
from simulator.scenario.arrivals import Arrivals
from simulator.scenario.beside import Beside
from simulator.scenario.between import between
from simulator.scenario.expect import ExpectEntry
from simulator.scenario.job import Job
from simulator.scenario.origin import Origin
from simulator.scenario.runtimes import RuntimeEntry, different
from simulator.scenario.strategy import NAME_PATTERN, CountOrCores, StrategyEntry, Variant

MARGIN = 0.03
"""The smallest difference that matters, where a scenario names none."""

DEFAULT_STRATEGIES = ("sequential", "threads", "asyncio", "processes")

MAX_IN_FLIGHT = 100_000

FEWEST_FOR_PRECISION = 3
FEWEST_COSTS = 2
"""Levels of the parse cost that have a gap between them."""


def _one_line(text: str) -> str:
    if not text.isprintable() or text != text.strip():
        raise ValueError(f"found {text!r}; a name is one line of text, without spaces around it")
    return text


def _precision(share: float) -> float:
    if not 0.001 <= share <= 1:  # noqa: PLR2004 - said in the message
        raise ValueError(f"found {format_percentage(share)}; 0.1% to 100% is allowed")
    return share


def _margin(share: float) -> float:
    if not 0.001 <= share <= 0.5:  # noqa: PLR2004 - said in the message
        raise ValueError(f"found {format_percentage(share)}; 0.1% to 50% is allowed")
    return share


class ValidityLimits(Config):
    """The least that a repetition must be for its numbers to count."""

    min_window_ns: Annotated[DurationNs, between("0ms", "10m")] = Field(
        default=500_000_000, alias="min_window", description="Shortest window that counts."
    )
    min_jobs_per_slot: int = Field(
        default=10, ge=0, le=10_000, strict=True, description="Fewest jobs for each job in flight."
    )
    delay_tolerance_ns: Annotated[DurationNs, between("1us", "10m")] = Field(
        default=2_000_000,
        alias="delay_tolerance",
        description="Mean error of the injected delay, and lateness of the server's loop, that is borne even where"
        " a tenth of the mean response time is less.",
    )
    max_server_busy: float = Field(
        default=0.8,
        gt=0,
        le=1000,
        description="Largest share of the window that the server's workers may be on CPU or waiting for a core.",
    )


class Scenario(Config):
    """A scenario with every part checked; `cases` and `vary` are still to be expanded into cells."""

    name: Annotated[str, AfterValidator(_one_line)] = Field(
        min_length=1, max_length=100, description="What it is called."
    )
    description: str = Field(default="", max_length=10_000, description="The question it answers.")
    seed: int = Field(
        default=0,
        ge=0,
        lt=1 << 63,
        strict=True,
        description="Fixes delays, generated pages, which page ids get one parse more, and the order of repetitions.",
    )
    server: ServerConfig = Field(default_factory=ServerConfig, description="What the mock server does.")
    job: Job = Field(description="What is done with every page.")
    arrivals: Arrivals | None = Field(
        default=None,
        description="Jobs that come by themselves; by default a free worker starts the next one at once.",
    )
    strategies: tuple[StrategyEntry, ...] = Field(
        default=tuple(Variant.model_validate({"name": name, "base": name}) for name in DEFAULT_STRATEGIES),
        min_length=1,
        description="Names, or variants with a name of their own; by default sequential (always measured), threads,"
        " asyncio and processes.",
    )
    runtimes: Annotated[tuple[RuntimeEntry, ...], AfterValidator(different)] = Field(
        default=(),
        max_length=100,
        description="Pythons on which all of it is measured, each a level of the factor runtime; by default current,"
        " the interpreter of --python.",
    )
    in_flight: int = Field(
        default=8,
        ge=1,
        le=MAX_IN_FLIGHT,
        strict=True,
        description="N: jobs started and not finished, the same for all but sequential and marked strategies.",
    )
    parallelism: CountOrCores = Field(
        default="cores",
        description="P: the processes, threads or pool workers of strategies that have as many as usable cores.",
    )
    affinity: Affinity | None = Field(
        default=None, description="CPUs on which the mock server and the driver may run."
    )
    beside: Beside | None = Field(
        default=None, description="What computes beside the job in every cell; by default nothing."
    )
    rounds: int = Field(
        default=5,
        ge=1,
        le=1_000,
        strict=True,
        description="How often every cell is measured, with precision at least; fewer than 3 give a range"
        " instead of an interval.",
    )
    budget_ns: Annotated[DurationNs, between("1s", "24h")] | None = Field(
        default=None,
        alias="budget",
        description="How long the whole run may take: sizes the jobs of each cell, in place of job.pages.",
    )
    precision: Annotated[Share, AfterValidator(_precision)] | None = Field(
        default=None,
        description="Half-width of the ratios' 95 % intervals at which enough rounds are done, 0.1% to"
        " 100%; rounds, 3 or more, is then the least number of them.",
    )
    margin: Annotated[Share, AfterValidator(_margin)] = Field(
        default=MARGIN,
        description="The smallest difference that matters, 0.1% to 50%: what verdicts are about.",
    )
    contrast: str = Field(
        default=STRATEGY,
        strict=True,
        description="The factor whose levels are compared.",
    )
    refine: bool = Field(
        default=False,
        strict=True,
        description="Measure new parse costs between the listed ones where strategies begin to win: vary must list"
        " job.parse_cost.",
    )
    time_limit_ns: Annotated[DurationNs, between("100ms", "1h")] = Field(
        default=120_000_000_000,
        alias="time_limit",
        description="Longest that one repetition may take, from the start of its interpreter, without being failed.",
    )
    validity: ValidityLimits = Field(
        default=ValidityLimits(),
        description="Limits of the validity gate: loosen them for a trial, not for a number that matters.",
    )
    cases: dict[str, dict[str, Any]] | None = Field(
        default=None, description="Named points, each a mapping of dotted paths to values."
    )
    vary: dict[str, list[Any]] | None = Field(
        default=None,
        description="Dotted paths, each with the levels it takes; all combinations are measured.",
    )
    expect: tuple[ExpectEntry, ...] = Field(
        default=(), description="Conditions that the run is to fulfil, each a text or {claim: …, that: …}."
    )

    _document: dict[str, Any] = PrivateAttr(default_factory=dict)
    _source_dir: Path | None = PrivateAttr(default=None)
    _origin: Origin | None = PrivateAttr(default=None)

    @field_validator("precision")
    @classmethod
    def _scatter(cls, value: float | None, info: ValidationInfo) -> float | None:
        rounds = info.data.get("rounds", FEWEST_FOR_PRECISION)
        if value is not None and rounds < FEWEST_FOR_PRECISION:
            raise ValueError(
                f"found {format_percentage(value)} with rounds: {rounds}; the scatter is estimated from the first"
                f" rounds, which takes {FEWEST_FOR_PRECISION} at least"
            )
        return value

    @model_validator(mode="before")
    @classmethod
    def _seed_server(cls, value: Any) -> Any:
        """Give the server the scenario's seed where it has none of its own."""
        if not isinstance(value, dict):
            return value
        server, seed = value.get("server", {}), value.get("seed", 0)
        if (
            not isinstance(server, dict)
            or "seed" in server
            or type(seed) is not int
            or not 0 <= seed < 1 << 63
        ):
            return value
        return {**value, "server": {**server, "seed": seed}}

    @field_validator("strategies")
    @classmethod
    def _different_names(cls, value: tuple[Variant, ...]) -> tuple[Variant, ...]:
        names = [variant.name for variant in value]
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise ValueError(
                f"{', '.join(repeated)} listed more than once; a variant needs a name of its own"
            )
        return value

    @field_validator("cases")
    @classmethod
    def _named_cases(cls, value: dict[str, Any] | None) -> dict[str, Any] | None:
        wrong = [name for name in value or {} if not re.fullmatch(NAME_PATTERN, name)]
        if wrong:
            raise ValueError(f"{wrong[0]!r} is not a name; letters, digits, _, - and spaces are allowed")
        return value

    @model_validator(mode="after")
    def _fits_limit(self) -> Self:
        for name, lasts_ns in (("duration", self.job.duration_ns), ("ramp", self.job.ramp_ns)):
            if lasts_ns is not None and lasts_ns >= self.time_limit_ns:
                raise ValueError(
                    f"job.{name} ({format_duration(lasts_ns)}) is not below time_limit "
                    f"({format_duration(self.time_limit_ns)}); lower one or raise the other"
                )
        return self

    @model_validator(mode="after")
    def _refines(self) -> Self:
        levels = (self.vary or {}).get(PARSE_COST) or ()
        if self.refine and len(set(map(str, levels))) < FEWEST_COSTS:
            raise ValueError(
                f"refine: true needs {FEWEST_COSTS} levels of {PARSE_COST} in vary at least, between which new ones are"
                " put"
            )
        return self

    @model_validator(mode="after")
    def _fits_arrivals(self) -> Self:
        if self.arrivals is not None:
            self.arrivals.check(self.job, self.time_limit_ns)
        return self

    @classmethod
    def from_document(
        cls, document: dict[str, Any], source_dir: Path | None = None, origin: Origin | None = None
    ) -> Self:
        """Build a scenario from a resolved document, such as `document()` of another one.

        `cases` and `vary` are not expanded here: `load.from_document` checks them too.

        Raises:
            pydantic.ValidationError: The document is not a scenario.
        """
        scenario = cls.model_validate(document)
        scenario._document = deepcopy(document)  # noqa: SLF001 (its own)
        scenario._source_dir = source_dir  # noqa: SLF001 (its own)
        scenario._origin = origin  # noqa: SLF001 (its own)
        return scenario

    @property
    def source_dir(self) -> Path | None:
        """The folder of the scenario file, where the user's parser is looked for; None without a file."""
        return self._source_dir

    @property
    def origin(self) -> Origin | None:
        """Where its values were written; None where nobody has noted it."""
        return self._origin

    @staticmethod
    def margin_of(document: Mapping[str, Any]) -> float:
        """Return the margin of a scenario as written, for example that of a stored run."""
        written = document.get("margin")
        return MARGIN if written is None else TypeAdapter(Share).validate_python(written)

    def document(self) -> dict[str, Any]:
        """Return the scenario as it was written, with overrides and absolute paths: plain data for JSON."""
        return deepcopy(self._document or self.model_dump(mode="json", by_alias=True, exclude_none=True))

    def resolved(self) -> dict[str, Any]:
        """Return the scenario with every default in it, null where there is nothing: plain data for JSON."""
        return self.model_dump(mode="json", by_alias=True)
