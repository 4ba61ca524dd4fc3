"""What a worker does with one page, apart from how its waits overlap."""

import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from ..clients import CLIENTS, Settings, adapter
from ..clock import Clock
from ..parsers import Parser, ParserSpecError, ParserUnavailableError, load
from ..shared.failure import Failure, describe
from ..shared.place import explained
from ..shared.python import gil_enabled
from ..shared.work import bind
from ..spec import PER_WORKER, Retries, Spec

if TYPE_CHECKING:
    from ..gil_watch import GilWatch
    from ..shared.retries import Policy

Parse = Callable[[int, bytes], Any]
"""(page id, body) -> record."""


def clocks(*, instrument: bool, clock: Clock = time.perf_counter_ns) -> "tuple[Any, Any]":
    """Return the wall and the CPU clock of a worker; `int` (always 0) stands in where nothing is to be measured.

    Both keep the GIL while they read; on Linux perf_counter is CLOCK_MONOTONIC, the mock server's clock.
    """
    return (clock, time.thread_time_ns) if instrument else (int, int)


def load_parser(spec: Mapping[str, Any]) -> Parser:
    """Import the parser. Raises Failure where that cannot be done."""
    try:
        return load(spec)
    except ParserUnavailableError as error:
        raise Failure("unsupported", str(error)) from error
    except ParserSpecError as error:
        raise Failure("failed", str(error)) from error
    except BaseException as error:  # the user's module runs its own code when it is imported
        raise Failure("failed", f"importing the parser raised {explained(describe(error))}") from error


def open_parse(spec: Spec) -> Parse:
    """Import the parser and bind it to its amount of work. Raises Failure where that cannot be done."""
    work = spec.work
    return bind(load_parser(spec.parser), work.repeats, work.extra_fraction, work.units, spec.seed)


def client_of(name: str, kind: str) -> Any:
    """Return what makes a client of this kind with settings. Raises Failure where there is none."""
    try:
        return adapter(name, kind)
    except ImportError as error:
        if name not in CLIENTS:
            raise Failure("unsupported", str(error)) from error
        raise Failure(
            "unsupported",
            f"the client {name} cannot be imported by {sys.executable} ({error}); install"
            f" {(CLIENTS[name].packages or (CLIENTS[name].module,))[0]} there, set job.client to one that it has"
            " (http.client is in every Python), or choose another Python with --python",
        ) from error
    except Exception as error:
        if name in CLIENTS:
            raise
        from ..clients.user_client import ClientKindError, ClientSpecError  # noqa: PLC0415 - the user's own only

        if isinstance(error, ClientSpecError):
            status = "unsupported" if isinstance(error, ClientKindError) else "failed"
            raise Failure(status, str(error)) from error
        raise Failure("failed", f"importing the client {name} raised {explained(describe(error))}") from error


def opener(spec: Spec, width: int) -> "Callable[[], Any]":
    """Return what opens the client of each worker of a shard; called on the running loop, where there is one.

    Args:
        spec: the job.
        width: jobs in flight in this shard.

    Raises:
        Failure: there is no such client here, or it cannot be used as the job asks.
    """
    return opener_of(spec, spec.client, spec.strategy.client_kind, width)


def opener_of(spec: Spec, name: str, kind: str, width: int) -> "Callable[[], Any]":
    """Return the same for a client of this name and kind, whatever the job's own is. Raises Failure."""
    made = client_of(name, kind)
    if spec.connections == PER_WORKER and spec.tls is None and spec.accept_encoding == "identity":
        return partial(made, Settings(spec.base_url, timeout_s=spec.timeout_s))
    from .connections import opener as otherwise  # noqa: PLC0415 - only where it is needed

    return otherwise(spec, made, name, kind, width)


def check_opened(spec: Spec, found: object) -> None:
    """See that a client of the user's returns responses; those of libraries do. Raises Failure."""
    if spec.client in CLIENTS:
        return
    from ..clients.user_client import ClientResultError, check_response  # noqa: PLC0415 - the user's own only

    try:
        check_response(found, spec.client)
    except ClientResultError as error:
        raise Failure("failed", str(error)) from error


def policy_of(spec: Spec, retries: Retries) -> "Policy":
    """Return what says which attempts are made again."""
    from ..shared.retries import Policy  # noqa: PLC0415 - only where something is tried again

    return Policy(spec.seed, vars(retries))


def gil_watch() -> "GilWatch | None":
    """Return who watches for a module that turns the GIL of this process on, from now on; null where it is on."""
    if gil_enabled():
        return None
    from ..gil_watch import GilWatch  # noqa: PLC0415 - only for builds that can do without it

    return GilWatch()


def note_gil(watch: "GilWatch | None", notes: "dict[str, Any]") -> None:
    """Note which module has turned the GIL of this process on, if one has."""
    by = None if watch is None else watch.enabled_by()
    if by is not None:
        notes["gil_turned_on_by"] = by


def warmup_pages(spec: Spec, worker: int) -> range:
    """Page ids that this worker does before the window: dealt by index, so that all have done as much."""
    return range(worker * spec.warmup, (worker + 1) * spec.warmup)
