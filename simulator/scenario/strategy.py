"""Strategies: the three choices shards x fetch x parse behind each name, worked out for jobs in flight.

| name | shards | fetch | in flight |
|---|---|---|---|
| sequential | one interpreter | one blocking client | 1: the baseline |
| threads | one interpreter | N blocking threads | N |
| asyncio | one interpreter | one loop, N tasks | N |
| processes | N processes | one blocking client each | N |
| processes_per_core | P processes | one blocking client each | P, marked |

N = `in_flight`, P = `parallelism`. Parsing is inline: in the thread or on the loop that fetched the page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    BeforeValidator,
    Field,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from mockserver.config import Config
from simulator.scenario.problem import found, nearest

StrategyName = Literal["sequential", "threads", "asyncio", "processes", "processes_per_core"]
NAMES: tuple[str, ...] = get_args(StrategyName)

MAX_PROCESSES = 1_000
NAME_PATTERN = r"[A-Za-z0-9_][A-Za-z0-9_ -]{0,59}"
"""Names of strategies and cases: no dot, because dotted paths contain them."""

ShardKind = Literal["none", "processes"]
FetchKind = Literal["blocking", "asyncio"]

_CHOICES: Mapping[str, tuple[ShardKind, FetchKind]] = {
    "sequential": ("none", "blocking"),
    "threads": ("none", "blocking"),
    "asyncio": ("none", "asyncio"),
    "processes": ("processes", "blocking"),
    "processes_per_core": ("processes", "blocking"),
}


def _count_or_cores(value: Any) -> int | str:
    if value == "cores":
        return "cores"
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_PROCESSES:
        raise ValueError(
            f"found {found(value)}; a whole number from 1 to {MAX_PROCESSES}, or cores, is allowed"
        )
    return value


CountOrCores = Annotated[
    int | Literal["cores"],
    PlainValidator(_count_or_cores),
    WithJsonSchema(
        {"anyOf": [{"const": "cores"}, {"type": "integer", "minimum": 1, "maximum": MAX_PROCESSES}]}
    ),
]


class ProcessShards(Config):
    """The job is dealt to this many processes."""

    processes: CountOrCores = Field(description="Number of processes, or cores for the usable ones.")


def _none_by_name(value: Any) -> Any:
    if value is not None and value != "none" and not isinstance(value, dict | ProcessShards):
        raise ValueError(f"found {found(value)}; allowed: none, or {{processes: 2}}")
    return None if value == "none" else value


def _inline_only(value: Any) -> Any:
    if value != "inline":
        what = ", ".join(value) if isinstance(value, dict) and value else found(value)
        raise ValueError(f"found {what}; only inline is available")
    return value


class Variant(Config):
    """A strategy with a name of its own: a `base` with options, or `shards` and `fetch` written out."""

    name: str = Field(pattern=f"^{NAME_PATTERN}$", description="What tables and findings call it.")
    base: StrategyName | None = Field(default=None, description="The strategy whose options this changes.")
    shards: Annotated[
        ProcessShards | None,
        BeforeValidator(_none_by_name, json_schema_input_type=Literal["none"] | ProcessShards),
    ] = Field(default=None, description="none: one process; {processes: n}: n of them share the jobs.")
    fetch: FetchKind | None = Field(
        default=None, description="How waits overlap: a thread per job, or tasks on one event loop."
    )
    parse: Annotated[
        Literal["inline"], BeforeValidator(_inline_only, json_schema_input_type=Literal["inline"])
    ] = Field(default="inline", description="Where parsing runs: inline, where the page was fetched.")
    loop: Literal["asyncio", "uvloop"] | None = Field(
        default=None, description="Event loop; only where fetch is asyncio."
    )
    start_method: Literal["fork", "spawn", "forkserver"] | None = Field(
        default=None, description="How processes start; by default forkserver where there is one."
    )
    parallelism: CountOrCores | None = Field(
        default=None, description="Processes of processes_per_core; by default the scenario's parallelism."
    )

    @field_validator("loop", "start_method", "parallelism", mode="after")
    @classmethod
    def _applies(cls, value: Any, info: ValidationInfo) -> Any:
        option, data = info.field_name, info.data
        if value is None or not {"base", "shards", "fetch"} <= data.keys():
            return value
        base = data["base"]
        written = ("none" if data["shards"] is None else "processes", data["fetch"])
        shards, fetch = written if base is None else _CHOICES[base]
        if option == "loop" and fetch == "blocking":
            raise ValueError(f"found {value}; loop applies to strategies that fetch with asyncio; remove it")
        if option == "start_method" and shards == "none":
            raise ValueError(f"found {value}; start_method applies to strategies with processes; remove it")
        if option == "parallelism" and base != "processes_per_core":
            other = "write shards: {processes: n}" if base is None else "remove it"
            raise ValueError(f"found {value}; parallelism is an option of processes_per_core; {other}")
        return value

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.base is not None and self.model_fields_set & {"shards", "fetch", "parse"}:
            raise ValueError(
                "base and shards/fetch/parse exclude each other; write only one of the two forms"
            )
        if self.base is None and not ({"shards", "fetch"} <= self.model_fields_set and self.fetch):
            raise ValueError(
                f"a variant needs base (one of {', '.join(NAMES)}), "
                "or both shards and fetch (blocking or asyncio)"
            )
        if self.name in NAMES and self.name != self.base:
            raise ValueError(
                f"{self.name} is the name of a strategy of its own; give this variant another name"
            )
        if self.base == "sequential" and self.name != "sequential":
            raise ValueError("sequential has no variants: it is the baseline of every combination")
        return self


def _named(value: Any) -> Any:
    """Turn `threads` into the variant of that name."""
    if isinstance(value, str):
        if value in NAMES:
            return {"name": value, "base": value}
        close = nearest(value, NAMES)
        raise ValueError(
            f"unknown strategy {value}; {f'did you mean {close}? ' if close else ''}"
            f"Allowed: {', '.join(NAMES)}"
        )
    if not isinstance(value, dict | Variant):
        raise ValueError(f"found {found(value)}; a strategy is a name or a mapping with a name")  # noqa: TRY004 (pydantic reports only a ValueError)
    return value


StrategyEntry = Annotated[Variant, BeforeValidator(_named, json_schema_input_type=StrategyName | Variant)]

SEQUENTIAL = Variant(name="sequential", base="sequential")


@dataclass(frozen=True)
class Shards:
    """Over how many interpreters the jobs are spread."""

    kind: ShardKind
    count: int
    """1 where kind is none."""


@dataclass(frozen=True)
class Fetch:
    """How waits overlap inside a shard."""

    kind: FetchKind
    widths: tuple[int, ...]
    """Jobs in flight in each shard; as many entries as shards, each at least 1, larger ones first."""


@dataclass(frozen=True)
class Parse:
    """Where parsing runs."""

    kind: Literal["inline"]
    count: int
    """Workers of the parse pool: 0, parsing is inline."""


@dataclass(frozen=True)
class StrategyPlan:
    """One strategy, worked out for a number of jobs in flight and of cores."""

    name: str
    base: str | None
    """The built-in strategy it is, or is a variant of; None when its choices were written out."""
    shards: Shards
    fetch: Fetch
    parse: Parse
    loop: str | None
    """`asyncio` or `uvloop`; None where nothing runs on a loop."""
    start_method: str | None
    """`fork`, `spawn`, `forkserver`; None leaves it to the driver or where there are no processes."""
    in_flight: int
    """Jobs that are really in flight."""
    marked: bool
    """In flight differs from the scenario's: comparisons say so."""


def plan(variant: Variant, in_flight: int, parallelism: int) -> StrategyPlan:
    """Work out a strategy.

    Args:
        variant: The strategy.
        in_flight: N, the scenario's jobs in flight.
        parallelism: P, what `cores` and an unwritten parallelism stand for.

    Returns:
        The plan. More shards than N leave one job in flight in each, so that the plan is marked.
    """
    base = variant.base
    shard_kind: ShardKind = "none" if variant.shards is None else "processes"
    fetch_kind: FetchKind = variant.fetch or "blocking"
    if base is not None:
        shard_kind, fetch_kind = _CHOICES[base]
    total, count = in_flight, 1
    if base == "sequential":
        total = 1
    elif base == "processes":
        count = in_flight
    elif base == "processes_per_core":
        count = total = _number(variant.parallelism, parallelism)
    elif variant.shards is not None:
        count = _number(variant.shards.processes, parallelism)
    each, more = divmod(total, count)
    widths = tuple(max(1, each + (index < more)) for index in range(count))
    return StrategyPlan(
        name=variant.name,
        base=base,
        shards=Shards(shard_kind, count),
        fetch=Fetch(fetch_kind, widths),
        parse=Parse("inline", 0),
        loop=(variant.loop or "asyncio") if fetch_kind == "asyncio" else None,
        start_method=variant.start_method if shard_kind == "processes" else None,
        in_flight=sum(widths),
        marked=sum(widths) != in_flight,
    )


def _number(count: int | Literal["cores"] | None, cores: int) -> int:
    return count if isinstance(count, int) else cores
