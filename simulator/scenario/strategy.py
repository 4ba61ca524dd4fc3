"""Strategies: the choices shards x fetch x parse, and dispatch, behind each name, and variants of them.

| name | shards | fetch | parse | in flight |
|---|---|---|---|---|
| sequential | one interpreter | one blocking client | inline | 1: the baseline |
| threads | one interpreter | N blocking threads | inline | N |
| asyncio | one interpreter | one loop, N tasks | inline | N |
| processes | N processes | one blocking client each | inline | N |
| processes_per_core | P processes | one blocking client each | inline | P, marked |
| asyncio_to_threads, _to_processes, _to_interpreters | one interpreter | one loop, N tasks | in a pool of P | N |
| processes_of_threads | P processes | N/P blocking threads each | inline | N |
| processes_of_asyncio | P processes | one loop, N/P tasks each | inline | N |
| threads_of_asyncio | P threads | one loop, N/P tasks each | inline | N |
| interpreters | N subinterpreters | one blocking client each | inline | N |
| gevent | one interpreter | N greenlets, each with a blocking client | inline | N |
| trio | one interpreter | one trio loop, N tasks | inline | N |
| asyncio_adaptive | one interpreter | one loop, as many tasks as answers allow | inline | at most N |
| thread_pool, thread_pool_map | one interpreter | N blocking threads | inline | N |
| process_pool, multiprocessing_pool, joblib | N processes | one blocking client each | inline | N |
| interpreter_pool | N subinterpreters | one blocking client each | inline | N |
| dask | W processes of a cluster | T blocking threads each | inline | N |

In the last four rows an executor hands the jobs out; in all others workers pull, each claims its next job itself.

N = `in_flight`, P = `parallelism`. Inline is in the thread or on the loop that fetched the page.
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

from mockserver.document import Config
from simulator.driver.libraries import ENGINES
from simulator.measures.factors import BASELINE
from simulator.scenario.cluster import SCHEDULER_PATTERN
from simulator.scenario.dispatch import CHUNKED, DASK, EXECUTORS, MOST_CHUNK, PULL, Dispatch
from simulator.scenario.engines import FetchKind, LoopName
from simulator.scenario.problem import found
from simulator.text.nearest import nearest

StrategyName = Literal[
    "sequential",
    "threads",
    "asyncio",
    "processes",
    "processes_per_core",
    "asyncio_to_threads",
    "asyncio_to_processes",
    "asyncio_to_interpreters",
    "processes_of_threads",
    "processes_of_asyncio",
    "threads_of_asyncio",
    "interpreters",
    "thread_pool",
    "thread_pool_map",
    "process_pool",
    "interpreter_pool",
    "multiprocessing_pool",
    "joblib",
    "dask",
    "gevent",
    "trio",
    "asyncio_adaptive",
]
NAMES: tuple[str, ...] = get_args(StrategyName)

MAX_PROCESSES = 1_000
NAME_PATTERN = r"[A-Za-z0-9_][A-Za-z0-9_ -]{0,59}"
"""Names of strategies and cases: no dot, because dotted paths contain them."""

ShardKind = Literal["none", "processes", "threads", "interpreters"]
WorkerKind = Literal["processes", "threads", "interpreters"]
ParseKind = Literal["inline", "threads", "processes", "interpreters"]
Count = Literal["one", "in_flight", "parallelism", "at_most_in_flight"]
"""How many shards: 1, N, P, or P but no more than N."""


@dataclass(frozen=True)
class Choices:
    """The choices behind a name."""

    shards: ShardKind
    fetch: FetchKind
    parse: ParseKind = "inline"
    """A pool has P workers."""
    count: Count = "one"
    dispatch: Dispatch = PULL
    adaptive: bool = False
    """In flight are as many as answers allow, and those above at most."""


CHOICES: Mapping[str, Choices] = {
    "sequential": Choices("none", "blocking"),
    "threads": Choices("none", "blocking"),
    "asyncio": Choices("none", "asyncio"),
    "processes": Choices("processes", "blocking", count="in_flight"),
    "processes_per_core": Choices("processes", "blocking", count="parallelism"),
    "asyncio_to_threads": Choices("none", "asyncio", "threads"),
    "asyncio_to_processes": Choices("none", "asyncio", "processes"),
    "asyncio_to_interpreters": Choices("none", "asyncio", "interpreters"),
    "processes_of_threads": Choices("processes", "blocking", count="at_most_in_flight"),
    "processes_of_asyncio": Choices("processes", "asyncio", count="at_most_in_flight"),
    "threads_of_asyncio": Choices("threads", "asyncio", count="at_most_in_flight"),
    "interpreters": Choices("interpreters", "blocking", count="in_flight"),
    "thread_pool": Choices("none", "blocking", dispatch="thread_pool"),
    "thread_pool_map": Choices("none", "blocking", dispatch="thread_pool_map"),
    "process_pool": Choices("processes", "blocking", count="in_flight", dispatch="process_pool"),
    "interpreter_pool": Choices("interpreters", "blocking", count="in_flight", dispatch="interpreter_pool"),
    "multiprocessing_pool": Choices(
        "processes", "blocking", count="in_flight", dispatch="multiprocessing_pool"
    ),
    "joblib": Choices("processes", "blocking", count="in_flight", dispatch="joblib"),
    "dask": Choices("processes", "blocking", count="in_flight", dispatch="dask"),
    "gevent": Choices("none", "gevent"),
    "trio": Choices("none", "trio"),
    "asyncio_adaptive": Choices("none", "asyncio", adaptive=True),
}
PULLING: tuple[str, ...] = tuple(name for name in NAMES if CHOICES[name].dispatch == PULL)
"""Those whose workers claim their jobs themselves."""


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


class Workers(Config):
    """So many workers of one kind: shards, or the workers of a parse pool."""

    processes: CountOrCores | None = Field(default=None, description="Number of processes, or cores.")
    threads: CountOrCores | None = Field(default=None, description="Number of threads, or cores.")
    interpreters: CountOrCores | None = Field(
        default=None, description="Number of subinterpreters (Python 3.14 or newer), or cores."
    )

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if len(self._given()) != 1:
            raise ValueError("write one of processes, threads and interpreters, as in {processes: 2}")
        return self

    @property
    def kind(self) -> WorkerKind:
        """What they are."""
        return next(iter(self._given()))

    def count(self, cores: int) -> int:
        """Return how many they are, where `cores` stands for this number."""
        return number_of(self._given()[self.kind], cores)

    def _given(self) -> dict[WorkerKind, int | Literal["cores"]]:
        kinds: tuple[WorkerKind, ...] = get_args(WorkerKind)
        return {kind: count for kind in kinds if (count := getattr(self, kind)) is not None}


def number_of(count: int | Literal["cores"] | None, cores: int) -> int:
    """Return a count, where `cores` and nothing stand for this number."""
    return count if isinstance(count, int) else cores


def _none_by_name(value: Any) -> Any:
    if value is not None and value != "none" and not isinstance(value, dict | Workers):
        raise ValueError(f"found {found(value)}; allowed: none, {{processes: 2}}, threads or interpreters")
    return None if value == "none" else value


def _inline_by_name(value: Any) -> Any:
    if value is not None and value != "inline" and not isinstance(value, dict | Workers):
        raise ValueError(f"found {found(value)}; allowed: inline, {{threads: 2}}, processes or interpreters")
    return None if value == "inline" else value


def _written(
    shards: Workers | None, fetch: FetchKind | None, parse: Workers | None
) -> tuple[ShardKind, FetchKind, ParseKind]:
    return (
        "none" if shards is None else shards.kind,
        fetch or "blocking",
        "inline" if parse is None else parse.kind,
    )


def _has_parallelism(choices: Choices | None) -> bool:
    return choices is not None and (
        choices.parse != "inline" or choices.count in {"parallelism", "at_most_in_flight"}
    )


class Variant(Config):
    """A strategy with a name of its own: a `base` with options, or `shards` and `fetch` written out."""

    name: str = Field(
        pattern=f"^{NAME_PATTERN}$",
        description="What tables and findings call it.",
    )
    base: StrategyName | None = Field(
        default=None, description="The strategy that it changes, any but sequential."
    )
    shards: Annotated[
        Workers | None, BeforeValidator(_none_by_name, json_schema_input_type=Literal["none"] | Workers)
    ] = Field(
        default=None,
        description="What jobs are spread over: none, {processes: n}, {threads: n}, {interpreters: n}. Not with base.",
    )
    fetch: FetchKind | None = Field(
        default=None,
        description="How waits overlap in a shard: a thread per job (blocking), tasks on one event loop (asyncio,"
        " trio), or greenlets (gevent). Not with base.",
    )
    parse: Annotated[
        Workers | None, BeforeValidator(_inline_by_name, json_schema_input_type=Literal["inline"] | Workers)
    ] = Field(
        default=None,
        description="inline, where the page was fetched; or a pool in each shard, as {threads: n}, with fetch: asyncio"
        " only (in subinterpreters only of threads). Not with base.",
    )
    loop: LoopName | None = Field(
        default=None,
        description="The job's event loop, of strategies that fetch with asyncio; by default asyncio. Another one has"
        " to be installed in the Python that runs the driver.",
    )
    eager_tasks: bool | None = Field(
        default=None,
        description="Whether tasks begin as soon as they are made (asyncio.eager_task_factory, Python 3.12 or newer),"
        " of strategies that fetch with asyncio; by default false.",
    )
    start_method: Literal["fork", "spawn", "forkserver"] | None = Field(
        default=None,
        description="How processes start, of strategies that have some; by default forkserver where there is one, else"
        " spawn.",
    )
    parallelism: CountOrCores | None = Field(
        default=None,
        description="P of this strategy, where it has one; by default the scenario's parallelism.",
    )
    chunk: int | None = Field(
        default=None,
        ge=1,
        le=MOST_CHUNK,
        strict=True,
        description=f"Pages that a worker is handed together, of {', '.join(CHUNKED)}; by default 1. Their records come"
        " back together, so that so many times as many jobs are in flight.",
    )
    workers: CountOrCores | None = Field(
        default=None,
        description="Worker processes of dask; by default, with threads, as Dask would split in_flight: up to 4 as many"
        " of one thread, else about its square root.",
    )
    threads: CountOrCores | None = Field(default=None, description="Threads of each worker of dask.")
    batch: int | None = Field(
        default=None,
        ge=1,
        le=MOST_CHUNK,
        strict=True,
        description="Pages of a task of dask; by default 1. Their records come back together, so that so many times as"
        " many jobs are in flight.",
    )
    scheduler: str | None = Field(
        default=None,
        pattern=SCHEDULER_PATTERN,
        description="Where the scheduler of a cluster of Dask listens that runs already, as tcp://127.0.0.1:8786; by"
        " default one is started on this machine for each repetition. Whoever it is may run code here.",
    )

    @property
    def dispatch(self) -> Dispatch:
        """How workers come by their jobs."""
        return PULL if self.base is None else CHOICES[self.base].dispatch

    @property
    def adaptive(self) -> bool:
        """Whether as many are in flight as answers allow."""
        return self.base is not None and CHOICES[self.base].adaptive

    @property
    def choices(self) -> tuple[ShardKind, FetchKind, ParseKind]:
        """Shards, fetch and parse."""
        if self.base is not None:
            known = CHOICES[self.base]
            return known.shards, known.fetch, known.parse
        return _written(self.shards, self.fetch, self.parse)

    @field_validator("parse", mode="after")
    @classmethod
    def _pool_fits(cls, value: Workers | None, info: ValidationInfo) -> Workers | None:
        if value is None:
            return value
        if info.data.get("fetch") in ENGINES:
            raise ValueError(
                f"found {value.kind}; what {info.data['fetch']} fetched is parsed where it was fetched; write fetch:"
                " asyncio, or parse: inline"
            )
        if info.data.get("fetch") == "blocking":
            raise ValueError(
                f"found {value.kind}; a pool is for strategies that fetch with asyncio: a thread that blocks would"
                " only wait for it; write fetch: asyncio, or parse: inline"
            )
        shards = info.data.get("shards")
        if shards is not None and shards.kind == "interpreters" and value.kind != "threads":
            raise ValueError(f"found {value.kind}; in a subinterpreter a pool can only be of threads")
        return value

    @field_validator("fetch", mode="after")
    @classmethod
    def _shards_fit(cls, value: FetchKind | None, info: ValidationInfo) -> FetchKind | None:
        shards = info.data.get("shards")
        if value in ENGINES and shards is not None:
            raise ValueError(
                f"found {value} in {shards.kind}; it runs in one interpreter; write shards: none"
            )
        return value

    @field_validator("loop", "eager_tasks", "start_method", "parallelism", mode="after")
    @classmethod
    def _applies(cls, value: Any, info: ValidationInfo) -> Any:
        option, data = info.field_name, info.data
        if value is None or not {"base", "shards", "fetch", "parse"} <= data.keys():
            return value
        base = data["base"]
        known = None if base is None else CHOICES[base]
        shards, fetch, parse = (
            _written(data["shards"], data["fetch"], data["parse"])
            if known is None
            else (known.shards, known.fetch, known.parse)
        )
        if option in {"loop", "eager_tasks"} and fetch != "asyncio":
            raise ValueError(
                f"found {value}; {option} applies to strategies that fetch with asyncio; remove it"
            )
        if option == "start_method" and "processes" not in {shards, parse}:
            raise ValueError(f"found {value}; start_method applies to strategies with processes; remove it")
        executor = None if known is None else EXECUTORS.get(known.dispatch)
        if option == "start_method" and executor is not None and not executor.starts:
            raise ValueError(f"found {value}; {base} starts its processes in its own way; remove it")
        if option == "parallelism" and not _has_parallelism(known):
            if known is None:
                raise ValueError(f"found {value}; write the number itself, as in shards: {{processes: n}}")
            having = ", ".join(name for name, choices in CHOICES.items() if _has_parallelism(choices))
            raise ValueError(f"found {value}; parallelism is an option of {having}; remove it")
        return value

    @field_validator("chunk", mode="after")
    @classmethod
    def _chunks(cls, value: int | None, info: ValidationInfo) -> int | None:
        if value is not None and "base" in info.data and info.data["base"] not in CHUNKED:
            raise ValueError(f"found {value}; chunk is an option of {', '.join(CHUNKED)}; remove it")
        return value

    @field_validator("workers", "threads", "batch", "scheduler", mode="after")
    @classmethod
    def _of_dask(cls, value: Any, info: ValidationInfo) -> Any:
        if value is None or "base" not in info.data:
            return value
        if info.data["base"] != DASK:
            raise ValueError(f"found {value}; {info.field_name} is an option of dask; remove it")
        if info.field_name == "scheduler" and (info.data.get("workers") or info.data.get("threads")):
            raise ValueError(
                f"found {value}; a cluster that runs has its own workers and threads; remove these, or scheduler"
            )
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
                "or both shards and fetch (blocking, asyncio, gevent or trio)"
            )
        if self.name in NAMES and self.name != self.base:
            raise ValueError(
                f"{self.name} is the name of a strategy of its own; give this variant another name"
            )
        if self.base == BASELINE and self.name != BASELINE:
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

SEQUENTIAL = Variant(name=BASELINE, base=BASELINE)
