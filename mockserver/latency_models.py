"""How late a mock server answers: the distributions that a configuration may name, and their short forms."""

import itertools
import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from mockserver.document import Config
from mockserver.units import DurationNs, format_duration, parse_duration

LONGEST_DELAY_NS = 600 * 1_000_000_000
"""No delay is longer (10 minutes): a configured one is refused, a drawn one is cut."""

MOST_OBSERVED = 100_000
"""Delays in an empirical list; more of them would not make the distribution any clearer."""

_PERCENTILE_KEY = re.compile(r"p([0-9]{1,3})(?:[._]([0-9]+))?")


def _at_most_longest(delay_ns: int) -> int:
    if delay_ns > LONGEST_DELAY_NS:
        raise ValueError(
            f"{format_duration(delay_ns)} is longer than a delay may be; "
            f"write {format_duration(LONGEST_DELAY_NS)} or less"
        )
    return delay_ns


def above_zero(number: int) -> int:
    """Return the number. Raises ValueError: it is 0 or less."""
    if number <= 0:
        raise ValueError("must be more than 0")
    return number


DelayNs = Annotated[DurationNs, AfterValidator(_at_most_longest)]
PositiveDelayNs = Annotated[DurationNs, AfterValidator(above_zero), AfterValidator(_at_most_longest)]


class Fixed(Config):
    """Every request waits equally long."""

    kind: Literal["fixed"]
    delay_ns: DelayNs = Field(alias="delay")


class Uniform(Config):
    """Anything from `low` to `high`, equally likely."""

    kind: Literal["uniform"]
    low_ns: DelayNs = Field(alias="low")
    high_ns: DelayNs = Field(alias="high")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low_ns > self.high_ns:
            raise ValueError(
                f"low ({format_duration(self.low_ns)}) is above "
                f"high ({format_duration(self.high_ns)}); swap them"
            )
        return self


class Normal(Config):
    """Normal around `mean`; what would fall below zero is zero."""

    kind: Literal["normal"]
    mean_ns: DelayNs = Field(alias="mean")
    stddev_ns: DelayNs = Field(alias="stddev")


class LogNormal(Config):
    """Log-normal, the usual shape of response times: by its median and either its p99 or sigma."""

    kind: Literal["lognormal"]
    median_ns: PositiveDelayNs = Field(alias="median")
    p99_ns: PositiveDelayNs | None = Field(default=None, alias="p99")
    sigma: float | None = Field(
        default=None, ge=0, le=10, description="Standard deviation of the logarithm of the delay."
    )

    @model_validator(mode="after")
    def _one_spread(self) -> Self:
        if (self.p99_ns is None) == (self.sigma is None):
            found = "neither" if self.sigma is None else "both"
            raise ValueError(
                f"a lognormal latency needs a median and either p99 or sigma; found {found} of the two"
            )
        if self.p99_ns is not None and self.p99_ns < self.median_ns:
            raise ValueError(
                f"p99 ({format_duration(self.p99_ns)}) is below "
                f"the median ({format_duration(self.median_ns)})"
            )
        return self


class Exponential(Config):
    """Exponential: short delays most often, the coefficient of variation is 1."""

    kind: Literal["exponential"]
    mean_ns: DelayNs = Field(alias="mean")


class Pareto(Config):
    """Pareto: never below `minimum`, with a heavy tail; its mean is infinite for shape ≤ 1."""

    kind: Literal["pareto"]
    minimum_ns: PositiveDelayNs = Field(alias="minimum")
    shape: float = Field(gt=0, le=1000, description="Tail index: the smaller, the heavier the tail.")


class Percentiles(Config):
    """A table of percentiles, `{p50: 40ms, p90: 90ms, p99: 400ms}`.

    Linear in between; below the first entry everything is as the first, above the last as the last: add
    `p0` and `p100` to say more. `p99.9` may also be written `p99_9`.
    """

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "patternProperties": {
                "^p[0-9]{1,3}([._][0-9]+)?$": {"type": "string", "examples": ["40ms"]},
            },
            "additionalProperties": False,
            "minProperties": 1,
        },
    )
    __pydantic_extra__: dict[str, DelayNs]

    kind: Literal["percentiles"] = "percentiles"

    @property
    def points(self) -> tuple[tuple[float, int], ...]:
        """The table as (quantile in 0..1, delay in ns), by quantile."""
        return tuple(sorted((_quantile(key), delay_ns) for key, delay_ns in self.__pydantic_extra__.items()))

    @model_validator(mode="after")
    def _rising(self) -> Self:
        entries = sorted((_quantile(key), key, delay_ns) for key, delay_ns in self.__pydantic_extra__.items())
        if not entries:
            raise ValueError("a percentile table needs at least one entry, as in {p50: 40ms, p99: 400ms}")
        for (quantile, key, delay_ns), (next_quantile, next_key, next_delay_ns) in itertools.pairwise(
            entries
        ):
            if quantile == next_quantile:
                raise ValueError(f"{key} and {next_key} are the same percentile; keep one")
            if delay_ns > next_delay_ns:
                raise ValueError(
                    f"{key} ({format_duration(delay_ns)}) is above "
                    f"{next_key} ({format_duration(next_delay_ns)}); percentiles rise"
                )
        return self

    @model_serializer(mode="wrap")
    def _with_units(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        plain: dict[str, Any] = handler(self)
        return plain | {key: format_duration(ns) for key, ns in self.__pydantic_extra__.items()}


class Empirical(Config):
    """Delays drawn from a list of observed ones: `values`, or a `file` with one duration per line."""

    kind: Literal["empirical"]
    file: Path | None = None
    values_ns: tuple[DelayNs, ...] | None = Field(
        default=None, alias="values", min_length=1, max_length=MOST_OBSERVED
    )

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.file is None) == (self.values_ns is None):
            found = "neither" if self.file is None else "both"
            raise ValueError(f"an empirical latency needs either file or values; found {found}")
        return self


class Recorded(Config):
    """Each page of recorded content waits as long as its original did."""

    kind: Literal["recorded"]


def _quantile(key: str) -> float:
    match = _PERCENTILE_KEY.fullmatch(key)
    # Scaled in the text: a division would make p99.9 a little more than 0.999.
    quantile = float(f"{match[1]}.{match[2] or 0}e-2") if match else -1.0
    if not 0 <= quantile <= 1:
        raise ValueError(f"{key} is not a percentile; write p0 to p100, as in p50 or p99.9")
    return quantile


_Kind = Annotated[
    Fixed | Uniform | Normal | LogNormal | Exponential | Pareto | Percentiles | Empirical | Recorded,
    Field(discriminator="kind"),
]


def _shorthand(value: Any) -> Any:
    """Turn `40ms` and a table of percentiles without `kind` into the full form."""
    if value == "recorded":
        return {"kind": "recorded"}
    if isinstance(value, str):
        _at_most_longest(parse_duration(value))
        return {"kind": "fixed", "delay": value}
    if isinstance(value, dict) and "kind" not in value:
        if value and all(_PERCENTILE_KEY.fullmatch(str(key)) for key in value):
            return {"kind": "percentiles"} | value
        raise ValueError(
            "a latency of several values needs a kind (fixed, uniform, normal, lognormal, exponential, "
            "pareto, percentiles, empirical, recorded), as in {kind: lognormal, median: 40ms, p99: 160ms}"
        )
    if isinstance(value, dict | Config):
        return value
    number = isinstance(value, int | float) and not isinstance(value, bool)
    raise ValueError(
        f"{value} has no unit; write {value}ms or {value}s"
        if number
        else f"{value!r} is not a latency; write a duration, as in 40ms, or {{kind: …}}"
    )


Latency = Annotated[
    _Kind, BeforeValidator(_shorthand, json_schema_input_type=DurationNs | Literal["recorded"] | _Kind)
]
