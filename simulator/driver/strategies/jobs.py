"""What a worker does with one page, apart from how its waits overlap."""

import sys
import time
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from ..clients import CLIENTS, Settings, adapter
from ..clock import Clock
from ..parsers import Parser, ParserSpecError, ParserUnavailableError, load
from ..shared.failure import Failure, describe
from ..shared.place import explained
from ..shared.python import gil_enabled
from ..shared.work import bind
from ..spec import Retries, Spec

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


def is_there(module: str) -> bool:
    """Whether a module could be imported, which is not done."""
    try:
        return find_spec(module) is not None
    except ImportError:  # of the package that it is in
        return False


def open_parse(spec: Spec) -> Parse:
    """Import the parser and bind it to its amount of work. Raises Failure where that cannot be done."""
    work = spec.work
    return bind(load_parser(spec.parser), work.repeats, work.extra_fraction, work.units, spec.seed)


def settings_of(spec: Spec) -> Settings:
    """Return what every client of this job is made with. Raises Failure."""
    if spec.tls is None:
        return Settings(spec.base_url, spec.accept_encoding, spec.timeout_s)
    from ..clients.tls import shared_context  # noqa: PLC0415 - only for https

    try:
        context = shared_context(spec.tls.ca_file)
    except OSError as error:
        raise Failure("failed", f"the certificate in {spec.tls.ca_file} cannot be read: {error}") from error
    return Settings(spec.base_url, spec.accept_encoding, spec.timeout_s, context)


def check_client(spec: Spec, name: str) -> None:
    """See that a client does here what the job asks of it. Raises Failure."""
    library, encoding = CLIENTS[name], spec.accept_encoding
    if spec.tls is not None and library.tls is None:
        raise Failure(
            "unsupported", f"the client {name} speaks no TLS; write server.tls: false, or another job.client"
        )
    if encoding == "identity":
        return
    needed = library.decodes.get(encoding)
    if needed is None or (needed and not any(map(is_there, needed))):
        install = f"install {' or '.join(needed)} there, or " if needed else ""
        raise Failure(
            "unsupported",
            f"the client {name} cannot decode {encoding} in {sys.executable}; {install}write another server.encoding or"
            " job.client",
        )


def open_client(spec: Spec) -> Any:
    """Return a new client of the kind that the strategy's fetch needs. Raises Failure."""
    check_client(spec, spec.client)
    try:
        return adapter(spec.client, spec.strategy.fetch)(settings_of(spec))
    except ImportError as error:
        module = CLIENTS[spec.client].module
        raise Failure(
            "unsupported",
            f"the client {spec.client} cannot be imported by {sys.executable} ({error}); install {module} there,"
            " set job.client to one that it has (http.client is in every Python), or choose another Python with"
            " --python",
        ) from error


def policy_of(spec: Spec, retries: Retries) -> "Policy":
    """Return what says which attempts are made again."""
    from ..shared.retries import Policy  # noqa: PLC0415 - only where something is tried again

    return Policy(
        spec.seed,
        retries.attempts,
        retries.on,
        retries.first_ns,
        retries.factor,
        retries.most_ns,
        retries.jitter,
        retries.honour_retry_after,
    )


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
