"""The job: which pages are fetched with which client, and what parses them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, TypeAlias

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from mockserver.document import Config
from mockserver.units import DurationNs
from simulator.driver.clients import CLIENTS
from simulator.driver.clients import names as clients_for
from simulator.driver.parsers import BUILT_IN
from simulator.scenario.between import between
from simulator.scenario.problem import found
from simulator.scenario.retries import Retries
from simulator.text.nearest import nearest

MOST_PAGES = 1_000_000
PARSERS = tuple(BUILT_IN)
_CLIENTS = tuple(CLIENTS)
_BLOCKING, _ASYNCIO = clients_for("blocking"), clients_for("asyncio")
DEFAULT_CLIENT = "httpx2"
"""Of strategies of either kind, so that what differs is the strategy."""
if TYPE_CHECKING:  # a checker knows no Literal of what is looked up
    ClientName: TypeAlias = str
    ParserName: TypeAlias = str
else:
    ClientName, ParserName = Literal[_CLIENTS], Literal[PARSERS]
OWN_CLIENT = "package.module:Client"


def _either(names: tuple[str, ...]) -> str:
    return " or ".join((", ".join(names[:-1]), names[-1]))


def _read_client(value: Any) -> Any:
    """Turn one name into the sides that the library has; a class of the user's may be of either kind."""
    if isinstance(value, str):
        if ":" in value:
            _check_address(value, "client", OWN_CLIENT)
            return {"blocking": value, "asyncio": value}
        if value not in _CLIENTS:
            close = nearest(value, _CLIENTS)
            raise ValueError(
                f"unknown client {value}; {f'did you mean {close}? ' if close else ''}"
                f"Allowed: {', '.join(_CLIENTS)}, {{blocking: http.client, asyncio: aiohttp}}, or your own,"
                f" {OWN_CLIENT}"
            )
        sides = (("blocking", _BLOCKING), ("asyncio", _ASYNCIO))
        return {side: value for side, names in sides if value in names}
    if not isinstance(value, dict | Clients):
        raise ValueError(f"found {found(value)}; a client is a name or {{blocking: …, asyncio: …}}")  # noqa: TRY004 (pydantic reports only a ValueError)
    return value


@dataclass(frozen=True)
class _Side:
    """A check of one side's client: one of these, or the user's own."""

    names: tuple[str, ...]

    def __call__(self, value: str) -> str:
        """Return it. Raises ValueError where it is neither."""
        if ":" in value:
            return _check_address(value, "client", OWN_CLIENT)
        if value not in self.names:
            raise ValueError(f"found {found(value)}; allowed: {', '.join(self.names)}, {OWN_CLIENT}")
        return value


def _side(names: tuple[str, ...]) -> WithJsonSchema:
    return WithJsonSchema(
        {"anyOf": [{"enum": list(names), "type": "string"}, {"type": "string", "pattern": _ADDRESS}]}
    )


_ADDRESS = r"^[^:]+:[^:]+$"
BlockingClient = Annotated[str, AfterValidator(_Side(_BLOCKING)), _side(_BLOCKING)]
AsyncioClient = Annotated[str, AfterValidator(_Side(_ASYNCIO)), _side(_ASYNCIO)]


class Clients(Config):
    """The HTTP library for strategies that block, and the one for those on an event loop."""

    blocking: BlockingClient | None = Field(default=None, description=f"{_either((*_BLOCKING, OWN_CLIENT))}.")
    asyncio: AsyncioClient | None = Field(default=None, description=f"{_either((*_ASYNCIO, OWN_CLIENT))}.")

    @model_validator(mode="after")
    def _any(self) -> Self:
        if self.blocking is None and self.asyncio is None:
            raise ValueError(
                f"no client; write blocking ({_either(_BLOCKING)}), asyncio ({_either(_ASYNCIO)}) or both"
            )
        return self


def _read_parser(value: Any) -> Any:
    """Turn a built-in name or `package.module:function` into the mapping that it is short for."""
    if isinstance(value, str):
        if value in PARSERS:
            return {"name": value}
        if ":" in value:
            _check_function(value)
            return {"function": value}
        close = nearest(value, PARSERS)
        raise ValueError(
            f"unknown parser {value}; {f'did you mean {close}? ' if close else ''}"
            f"Built in: {', '.join(PARSERS)}; your own is written package.module:function"
        )
    if not isinstance(value, dict | Parser):
        raise ValueError(  # noqa: TRY004 (pydantic reports only a ValueError)
            f"found {found(value)}; a parser is a built-in name, package.module:function or {{function: …}}"
        )
    return value


def _check_address(value: str, what: str, form: str) -> str:
    module, _, function = value.partition(":")
    if not all(part.isidentifier() for name in (module, function) for part in name.split(".")):
        raise ValueError(f"found {found(value)}; a {what} is written {form}")
    return value


def _check_function(value: str) -> str:
    return _check_address(value, "function", "package.module:function")


_FunctionText = Annotated[
    str,
    Field(pattern=_ADDRESS, description="package.module:function", examples=["mypkg.pages:parse"]),
]


class Parser(Config):
    """What turns a page into a record: a built-in parser or a function of the user's own."""

    name: ParserName | None = Field(
        default=None, description="A built-in parser; then input and url are not allowed."
    )
    function: Annotated[str, AfterValidator(_check_function)] | None = Field(
        default=None,
        description="package.module:function of your own, also mypkg:Page.parse.",
    )
    input: Literal["bytes", "text"] = Field(
        default="bytes",
        description="What the function is called with: the body as received; or decoded, by its byte order mark,"
        " else the page's own declaration, else UTF-8, or windows-1252 if it is not; U+FFFD for what is invalid.",
    )
    url: Annotated[bool, Field(strict=True)] = Field(
        default=False, description="true passes the page's URL as second argument."
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.name is None) == (self.function is None):
            raise ValueError("a parser is either a name or a function; write exactly one of them")
        if self.name is not None and self.model_fields_set & {"input", "url"}:
            raise ValueError("input and url belong to a function of your own; remove them")
        return self

    @property
    def label(self) -> str:
        """What tables call it."""
        return self.name or self.function or ""


def _read_pages(value: Any) -> int | str:
    """Let null be auto, as if nothing were written."""
    if value is None or value == "auto":
        return "auto"
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_PAGES:
        either = "" if isinstance(value, int) and not isinstance(value, bool) else "auto or "
        raise ValueError(f"found {found(value)}; {either}a whole number from 1 to {MOST_PAGES} is allowed")
    return value


Pages = Annotated[
    int | Literal["auto"],
    PlainValidator(_read_pages),
    WithJsonSchema(
        {
            "anyOf": [
                {"const": "auto"},
                {"type": "integer", "minimum": 1, "maximum": MOST_PAGES},
                {"type": "null"},
            ]
        }
    ),
]


_ClientText = Annotated[str, Field(pattern=_ADDRESS, description=OWN_CLIENT, examples=["mypkg.fetch:Client"])]


class Job(Config):
    """Fetch pages, parse each."""

    client: Annotated[
        Clients, BeforeValidator(_read_client, json_schema_input_type=ClientName | _ClientText | Clients)
    ] = Field(
        default=Clients(blocking=DEFAULT_CLIENT, asyncio=DEFAULT_CLIENT),
        description="HTTP library: one name, {blocking: …, asyncio: …}, or package.module:Client of your own.",
    )
    connections: Literal["per_worker", "shared", "per_request"] = Field(
        default="per_worker",
        description="per_worker: a client with one connection for each job in flight; shared: one client for all of a"
        " process or loop, as one session is shared; per_request: a new client, and connection, for each request.",
    )
    pool: int | None = Field(
        default=None,
        ge=2,
        le=100_000,
        strict=True,
        description="Connections that a shared client keeps; by default as many as it has jobs in flight.",
    )
    tls_context: Literal["shared", "per_client", "per_request"] = Field(
        default="shared",
        description="With server.tls, whose the TLS contexts are: one for all clients of a process, one for each"
        " client, or a new one for each request, which needs connections: per_request.",
    )
    timeout_ns: Annotated[DurationNs, between("1ms", "10m")] | None = Field(
        default=None,
        alias="timeout",
        description="Longest that an attempt may wait for its connection, and for the next bytes of its answer; by"
        " default for ever.",
    )
    retries: Retries | None = Field(
        default=None, description="Attempts that are made again; by default the first is the last."
    )
    failures: Literal["none", "allowed"] = Field(
        default="none",
        description="Pages that were given up: none: such a repetition is invalid; allowed: it is not, where"
        " server.faults, server.rate_limit or a recorded status made every one of them fail.",
    )
    parser: Annotated[
        Parser, BeforeValidator(_read_parser, json_schema_input_type=ParserName | _FunctionText | Parser)
    ] = Field(
        default=Parser(name="html.parser"),
        description="A built-in parser, package.module:function, or a mapping.",
    )
    parse_cost_ns: Annotated[DurationNs, between("0ms", "1m")] | None = Field(
        default=None,
        alias="parse_cost",
        description="CPU time of parsing one page, reached by repeating whole parses; by default one parse.",
    )
    pages: Pages = Field(
        default="auto",
        description="Jobs of one repetition; auto: each cell has as many as it needs; or write duration.",
    )
    duration_ns: Annotated[DurationNs, between("1ms", "10m")] | None = Field(
        default=None,
        alias="duration",
        description="How long one repetition runs, below time_limit; or write pages.",
    )
    warmup: int = Field(
        default=2,
        ge=0,
        le=1_000,
        strict=True,
        description="Jobs that each worker does first and that do not count.",
    )
    ramp_ns: Annotated[DurationNs, between("1ms", "10m")] | None = Field(
        default=None,
        alias="ramp",
        description="Over how long the jobs in flight begin, one after the other, below time_limit; what is ready"
        " before its end is not measured. By default all begin at once.",
    )
    switch_interval_ns: Annotated[DurationNs, between("1us", "10s")] | None = Field(
        default=None,
        alias="switch_interval",
        description="How long a thread may hold the interpreter's lock while others wait for it"
        " (sys.setswitchinterval); by default the interpreter's own, 5ms in CPython.",
    )

    @field_validator("duration_ns")
    @classmethod
    def _one_length(cls, value: int | None, info: ValidationInfo) -> int | None:
        if value is not None and isinstance(info.data.get("pages"), int):
            raise ValueError("both pages and duration; remove one (null removes it: --set job.pages=null)")
        return value

    @field_validator("pool")
    @classmethod
    def _of_a_shared_client(cls, value: int | None, info: ValidationInfo) -> int | None:
        if value is not None and info.data.get("connections") not in (None, "shared"):
            raise ValueError("a pool belongs to a shared client; write connections: shared, or remove pool")
        return value

    @field_validator("tls_context")
    @classmethod
    def _of_a_request(cls, value: str, info: ValidationInfo) -> str:
        if value == "per_request" and info.data.get("connections") not in (None, "per_request"):
            raise ValueError(
                "a TLS context for each request needs a connection for each; write connections: per_request, or"
                " tls_context: per_client"
            )
        return value

    @property
    def counted(self) -> int | None:
        """Return the jobs of one repetition; null: `auto`, or the duration is fixed."""
        return self.pages if isinstance(self.pages, int) else None
