"""What the driver is told to do: the job file, read and checked. Its form is described in protocol.md."""

import json
from array import array
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .shared.arrivals import offsets_ns
from .shared.control import PROTOCOL

PER_WORKER, SHARED, PER_REQUEST = "per_worker", "shared", "per_request"
"""Whose the client and its connections are: `connections`, and of TLS contexts `context`."""


class SpecError(ValueError):
    """The job file is not one that this driver understands."""


@dataclass(frozen=True)
class Work:
    """How much parsing one job does: the calibrated form of a parse cost."""

    repeats: int
    """Whole parses of every page."""
    extra_fraction: float
    """Share of page ids, chosen by the seed, that are parsed once more: 0 <= share < 1."""
    units: "int | None"
    """Amount of work for a parser that reaches any cost (spin, sha256); null for the others."""


@dataclass(frozen=True)
class Dask:
    """What cluster of Dask hands the jobs out."""

    workers: int
    """Processes, where it is started for this repetition."""
    threads: int
    """Of each of them."""
    scheduler: "str | None" = None
    """Where the scheduler of one that runs listens; its workers and threads are as many as there are."""


@dataclass(frozen=True)
class Strategy:
    """How the jobs share the machine: shards x fetch x parse placement."""

    shard_kind: str
    """`none`: everything in the driver's main interpreter; `processes`, `threads`, `interpreters`: a child process, a
    thread of it or a subinterpreter per entry of widths."""
    widths: "tuple[int, ...]"
    """Jobs in flight in each shard."""
    fetch: str
    """`blocking`: a thread per job in flight; `asyncio`, `trio`: a task per job in flight on one loop of that library;
    `gevent`: a greenlet per job in flight."""
    loop: str
    """`asyncio`, or the library whose loop stands in its place; only read where fetch is asyncio."""
    start_method: "str | None"
    """`fork`, `spawn`, `forkserver` or null for the best one here; only read where there are processes."""
    parse_kind: str = "inline"
    """`inline`: where the page was fetched; `threads`, `processes`, `interpreters`: in a pool beside the loop."""
    parse_count: int = 0
    """Workers of the pool in each shard; 0 where parsing is inline."""
    dispatch: str = "pull"
    """`pull`: every worker claims its next job itself; else the name of the executor that hands jobs to them."""
    chunk: int = 1
    """Jobs that an executor hands over together; as many of each entry of widths are one after the other."""
    eager_tasks: bool = False
    """Tasks begin as soon as they are made; only read where fetch is asyncio."""
    adaptive: bool = False
    """The widths are the most in flight, and how long answers take decides how many are; only read where fetch is
    asyncio."""
    dask: "Dask | None" = None
    """Only read where dispatch is dask."""

    @property
    def client_kind(self) -> str:
        """Which kind of client fetches: `blocking`, or `asyncio`, whose `fetch` is a coroutine."""
        return "blocking" if self.fetch in ("blocking", "gevent") else "asyncio"


@dataclass(frozen=True)
class Arrivals:
    """Jobs that come by themselves, whether or not a worker is free."""

    process: str
    """`constant`: at equal distances; `poisson`: independently of one another; `recorded`: as they are given."""
    rate_per_s: float
    offsets_ns: "tuple[int, ...]" = ()
    """Of `recorded`: when jobs are due, from the first on; rising."""
    period_ns: "int | None" = None
    """After which they come again."""


@dataclass(frozen=True)
class Tls:
    """How the server of an https URL is verified."""

    ca_file: str
    """The certificates that it is verified by, PEM."""
    context: str = "shared"
    """`shared`: one TLS context for all clients of an interpreter; `per_client`, `per_request`: one for each."""


@dataclass(frozen=True)
class Beside:
    """Threads that compute beside the job, and are no part of it."""

    spinners: int
    place: str
    """`threads`: of the driver's own process; `processes`: one child process each."""


@dataclass(frozen=True)
class Retries:
    """Which attempts are made again; see shared.retries.Policy."""

    attempts: int
    on: "tuple[str, ...]"
    first_ns: int
    factor: float
    most_ns: int
    jitter: str
    honour_retry_after: bool
    hold_slot: bool
    """A job that backs off keeps its place; else another is begun there."""


@dataclass(frozen=True)
class Spec:
    """One repetition of one cell, or the preflight of a job."""

    mode: str
    base_url: str
    client: str
    parser: "dict[str, Any]"
    work: Work
    seed: int
    strategy: Strategy
    pages: "int | None"
    """Jobs to do; null where the repetition is bounded by duration_ns instead."""
    duration_ns: "int | None"
    warmup: int
    """Jobs that each worker does before the window."""
    switch_interval_s: "float | None"
    """For sys.setswitchinterval; null keeps the interpreter's own."""
    affinity: "tuple[int, ...] | None"
    """Numbers of the CPUs on which the driver and all it starts may run; null: wherever its parent may."""
    instrument: bool
    """False leaves out every clock and header read of a job: only for measuring what they cost."""
    import_path: "tuple[str, ...]"
    """Folders in which the user's parser is looked for, before all others."""
    output: str
    clients: "tuple[str, ...]"
    """Preflight only: the clients whose CPU per request is calibrated, as `blocking:NAME` or `asyncio:NAME`."""
    content_pages: int
    """Preflight only: how many different pages the server has."""
    loops: "tuple[str, ...]" = ()
    """Preflight only: the kinds of event loop that are watched while they have nothing to do."""
    needs: "tuple[str, ...] | None" = None
    """Preflight only: it is measured what a request needs beside its CPU, and what these ways of handing a job over do:
    `shards:processes`, `pool:threads` and so on; null: none of it."""
    arrivals: "Arrivals | None" = None
    """Null: closed, a free worker claims the next job at once."""
    beside: "Beside | None" = None
    """Null: the job is alone."""
    timeout_s: "float | None" = None
    """Longest that a client may wait for a connection, and for the next bytes; null: for ever."""
    retries: "Retries | None" = None
    """Null: the first attempt of a job is its last."""
    connections: str = PER_WORKER
    """`per_worker`: a client with one connection for each; `shared`: one client for all workers of a shard;
    `per_request`: a client is made, fetches once and is closed."""
    pool: "int | None" = None
    """Connections that a shared client keeps; null: as many as there are jobs in flight in its shard."""
    tls: "Tls | None" = None
    """Null: http."""
    accept_encoding: str = "identity"
    """What the client asks for, and decodes."""
    other_urls: "tuple[str, ...]" = ()
    """Where the same server listens too."""
    ramp_ns: int = 0
    """Over how long workers begin, one after the other; the window opens at its end. 0: all begin at "go"."""

    @property
    def urls(self) -> "tuple[str, ...]":
        """Where the clients of a loop are dealt to: one that is shared, or lives for a request, is on one address."""
        return (self.base_url, *self.other_urls) if self.connections == PER_WORKER else (self.base_url,)

    def offsets_ns(self) -> "array[int] | None":
        """Return how long after "go" each job is due (ns), in the order of page ids; null for closed arrivals.

        A fixed count of pages has as many; a fixed duration has those that are due before its end.
        """
        if self.arrivals is None:
            return None
        from random import Random  # noqa: PLC0415 - only where jobs come by themselves

        uniform = Random(self.seed).random  # noqa: S311 - arrivals are to be repeated, not to be kept secret
        told = self.arrivals
        return array(
            "q",
            offsets_ns(
                told.process,
                told.rate_per_s,
                self.pages,
                self.duration_ns,
                uniform,
                told.offsets_ns,
                told.period_ns,
            ),
        )


def read(path: str) -> "dict[str, Any]":
    """Return the mapping in a job file.

    Raises:
        SpecError: not a JSON object.
        OSError: unreadable.
    """
    try:
        raw = json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        raise SpecError(f"not JSON: {error}") from error
    if not isinstance(raw, dict):
        raise SpecError("not a JSON object")
    return raw


def from_mapping(raw: "dict[str, Any]") -> Spec:
    """Build a Spec from the mapping in a job file. Raises SpecError: another protocol version, or a key missing."""
    if raw.get("protocol") != PROTOCOL:
        raise SpecError(f"this driver speaks protocol {PROTOCOL}, the job file {raw.get('protocol')!r}")
    try:
        strategy, arrivals, beside = raw["strategy"], raw.get("arrivals"), raw.get("beside")
        retries = raw.get("retries")
        tls = raw.get("tls")
        return Spec(
            mode=raw["mode"],
            base_url=raw["base_url"].rstrip("/"),
            client=raw["client"],
            parser=raw["parser"],
            work=Work(**raw["work"]),
            seed=raw["seed"],
            strategy=Strategy(
                shard_kind=strategy["shard_kind"],
                widths=tuple(strategy["widths"]),
                fetch=strategy["fetch"],
                loop=strategy["loop"],
                start_method=strategy["start_method"],
                parse_kind=strategy.get("parse_kind", "inline"),
                parse_count=strategy.get("parse_count", 0),
                dispatch=strategy.get("dispatch", "pull"),
                chunk=strategy.get("chunk", 1),
                eager_tasks=strategy.get("eager_tasks", False),
                adaptive=strategy.get("adaptive", False),
                dask=None if strategy.get("dask") is None else Dask(**strategy["dask"]),
            ),
            pages=raw["pages"],
            duration_ns=raw["duration_ns"],
            warmup=raw["warmup"],
            switch_interval_s=raw["switch_interval_s"],
            affinity=None if raw["affinity"] is None else tuple(raw["affinity"]),
            instrument=raw["instrument"],
            import_path=tuple(raw["import_path"]),
            output=raw["output"],
            clients=tuple(raw["clients"]),
            content_pages=raw["content_pages"],
            loops=tuple(raw.get("loops", ())),
            needs=None if raw.get("needs") is None else tuple(raw["needs"]),
            arrivals=None if arrivals is None else Arrivals(**arrivals),
            beside=None if beside is None else Beside(spinners=beside["spinners"], place=beside["in"]),
            timeout_s=raw.get("timeout_s"),
            retries=None if retries is None else Retries(**{**retries, "on": tuple(retries["on"])}),
            connections=raw.get("connections", PER_WORKER),
            pool=raw.get("pool"),
            tls=None if tls is None else Tls(**tls),
            accept_encoding=raw.get("accept_encoding", "identity"),
            other_urls=tuple(url.rstrip("/") for url in raw.get("other_urls", ())),
            ramp_ns=raw.get("ramp_ns") or 0,
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise SpecError(f"the job file lacks or mistypes a key: {error!r}") from error
