"""Once per run: what one parse and one request cost alone, and so how many parses make the parse cost asked for."""

import contextlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mockserver.content import ContentError, load_content
from mockserver.file_name import printable
from mockserver.units import format_duration
from simulator.driver.shared.failure import one_line
from simulator.result.calibration import Calibration
from simulator.result.needs import Needs, needs_of
from simulator.runner.driver_process import DRIVER, DriverError, DriverProcess, TimeLimitError
from simulator.runner.family import Used, since, used_by
from simulator.runner.job import Amount, Looks, job_file
from simulator.runner.records import located
from simulator.runner.scratch import scratch
from simulator.runner.servers import Server, ServerLacksError, Servers
from simulator.runner.stop import Stop
from simulator.scenario.cells import Cell
from simulator.stats.percentiles import Lag, lag_s
from simulator.text.numbers import duration, size

PLAUSIBLE_START_S = 10.0

TOLERANCE = 0.1
"""By how much a parse cost may lie below the parser's own, which is itself measured no better, to mean one parse."""


@dataclass(frozen=True)
class Preflight:
    """What the driver found when it ran the job once, alone."""

    pages: int
    mean_bytes: float
    parse_cpu_ns: float | None
    """Mean CPU of one parse; null for a parser that reaches any cost, or that raises on every page."""
    units_per_s: float | None
    """Work per second of CPU of a parser that reaches any cost."""
    client_cpu_ns: Mapping[str, float | None]
    """CPU of one request at one in flight, as the job makes it, by `blocking:NAME` or `asyncio:NAME`."""
    idle_loop_lag_s: Mapping[str, Lag]
    """By kind of loop: how late a 10 ms tick of an idle one is."""
    peak_bytes: int | None
    """Peak memory of one interpreter with client and parser."""
    unpicklable: str | None
    """Why a record cannot be handed from process to process, if so."""
    errors: tuple[Mapping[str, Any], ...]
    content_problems: tuple[str, ...]
    start_s: float
    """From starting the interpreter until the parser was imported."""
    gil_enabled_by: str | None = None
    """The module whose import turned the GIL on in a free-threaded build; null: none did."""
    record_bytes: float | None = None
    """Of a record when it is pickled, in the mean; null where none can be."""
    heaviest: str | None = None
    """Of records that weigh several times their page: which field does, and its type."""
    content_left_out: int | None = None
    """Files and folders of the content folder that are not served."""
    content_pages: int | None = None
    """Pages that the server has, whose contents repeat."""
    plain_cpu_ns: Mapping[str, float | None] = field(default_factory=dict)
    """CPU of one request for a page as it is, where the job gets them compressed; else empty."""
    needs: Needs | None = None
    """What models of the job have to know; null: nobody asked."""


class Preflights:
    """Runs the preflight of each different job once and remembers what it found, or why it failed.

    Args:
        servers: the mock servers of the run.
        python: the interpreter that runs the driver.
        import_path: where the user's parser is looked for.
        time_limit_s: of one preflight.
        seed: the scenario's.
        driver: the folder of the driver that this interpreter can run.
        launch_of: gives a cell's interpreter and driver, or raises DriverError; null: those above run all.
        references: the scenario's runtimes in the order in which they may calibrate the amount of parsing.
        looks: what is looked at beside client and parser.
        stop: asks a preflight to give up, which raises Stopped.
    """

    def __init__(
        self,
        servers: Servers,
        python: str,
        *,
        import_path: tuple[str, ...],
        time_limit_s: float,
        seed: int,
        driver: Path = DRIVER,
        launch_of: Callable[[Cell], tuple[str, Path]] | None = None,
        references: Sequence[str] = (),
        looks: Looks | None = None,
        stop: Stop | None = None,
    ) -> None:
        self._stop = stop
        self._servers = servers
        self._launch_of = launch_of or (lambda _: (python, driver))
        self._references = references
        self._looks = looks
        self._import_path = import_path
        self._time_limit_s = time_limit_s
        self._seed = seed
        self._known: dict[str, Preflight | DriverError] = {}

    def found_for(self, cell: Cell) -> Preflight:
        """Return what is known of this cell's job.

        Raises:
            DriverError: the job cannot run at all; the same one for every cell with this job.
            ServerError: no mock server.
        """
        server = cell.server
        python, driver = self._launch_of(cell)
        key = json.dumps(
            [
                python,
                server.content.model_dump(mode="json", by_alias=True),
                server.seed,
                server.tls,
                server.encoding,
                cell.job.client.model_dump(mode="json"),
                cell.job.connections,
                cell.job.tls_context,
                cell.job.parser.model_dump(mode="json"),
            ]
        )
        if key not in self._known:
            try:
                self._known[key] = self._run(cell, python, driver)
            except DriverError as error:
                self._known[key] = error
        known = self._known[key]
        if isinstance(known, DriverError):
            raise known
        return known

    def reference(self, cell: Cell) -> Preflight:
        """Return what is known of this cell's job on the reference interpreter: the amount of parsing comes from it.

        That is the first of the runtimes on which the job can run at all, so that one of them that lacks a library
        does not keep the others from being measured.

        Raises:
            DriverError: none can.
            ServerError: no mock server.
        """
        if cell.runtime is not None:
            for runtime in self._references:
                try:
                    return self.found_for(replace(cell, runtime=runtime))
                except DriverError:  # kept, and said of that runtime's own cells
                    continue
        return self.found_for(cell)

    def _run(self, cell: Cell, python: str, which: Path) -> Preflight:
        # What one job costs alone has nothing to do with what goes wrong, or with how many are served at a time.
        try:
            server = self._servers.serving(cell.server.unconditioned())
        except ServerLacksError as error:
            raise DriverError("unsupported", str(error)) from error
        with scratch() as folder:
            job = job_file(
                cell,
                mode="preflight",
                base_url=server.url,
                authority=server.write_authority(folder),
                amount=Amount(),
                seed=self._seed,
                import_path=self._import_path,
                output=folder / "preflight.json",
                content_pages=server.content_pages(),
                looks=self._looks,
            )
            asking = _Asking(server)
            with DriverProcess(
                python, job, folder, time_limit_s=self._time_limit_s, driver=which, stop=self._stop
            ) as driver:
                try:
                    driver.wait_for("written", on_asking=asking.said)
                    driver.finish()
                    launched_s = driver.launched
                except TimeLimitError as error:
                    raise _under_way(error, cell, self._time_limit_s) from error
                except DriverError as error:
                    raise with_last_words(error, driver.last_words()) from error
            found = json.loads((folder / "preflight.json").read_text(encoding="utf-8"))
        if found["differs"] is not None:
            differs = located(found["differs"])
            raise DriverError(
                "failed",
                f"the parser returns something different each time: page {differs['page']}, field"
                f" {differs['field']}: first {differs['first']}, then {differs['second']}; strategies can only be"
                " compared on a parser whose record depends on the page alone",
            )
        return Preflight(
            pages=found["pages"],
            mean_bytes=found["mean_bytes"],
            parse_cpu_ns=found["parse_cpu_ns"],
            units_per_s=found["units_per_s"],
            client_cpu_ns=found["client_cpu_ns"],
            idle_loop_lag_s={
                kind: lag
                for kind, late_ns in found.get("idle_loop_lag_ns", {}).items()
                if (lag := lag_s(late_ns)) is not None
            },
            peak_bytes=found["peak_bytes"],
            unpicklable=found["unpicklable"],
            errors=tuple(found["errors"]),
            content_problems=server.content_problems(),
            content_left_out=server.content_left_out(),
            # Both clocks are CLOCK_MONOTONIC on Linux; where they are not, the difference means nothing.
            start_s=max(0.0, min(PLAUSIBLE_START_S, found["loaded_ns"] / 1e9 - launched_s)),
            gil_enabled_by=found.get("gil_enabled_by"),
            record_bytes=found.get("record_bytes"),
            heaviest=found.get("heaviest"),
            content_pages=server.content_pages(),
            plain_cpu_ns=found.get("plain_cpu_ns", {}),
            needs=needs_of(found, asking.server_s),
        )


class _Asking:
    """Looks at the server's CPU while a preflight asks it for pages."""

    def __init__(self, server: Server) -> None:
        self._pids = server.pids
        self._before: Used | None = None
        self._spent: dict[str, tuple[int, int]] = {}

    @property
    def server_s(self) -> dict[str, float]:
        """CPU of one request in the server, by client."""
        return {client: cpu_ns / asked / 1e9 for client, (cpu_ns, asked) in self._spent.items()}

    def said(self, message: Mapping[str, Any]) -> None:
        """Take in an event."""
        now, asked = used_by(self._pids), message["requests"]
        if not asked:
            self._before = now
        elif now is not None and self._before is not None and self._pids:
            cpu_ns, before = self._spent.get(message["client"], (0, 0))
            self._spent[message["client"]] = cpu_ns + since(self._before, now).on_cpu_ns, before + asked


def _under_way(error: TimeLimitError, cell: Cell, limit_s: float) -> DriverError:
    """Name the page that a preflight was at when its time was up."""
    if error.at is None:
        return error
    page = int(error.at["page"])
    name, content = f"/pages/{page}", cell.server.content
    with contextlib.suppress(
        ContentError, OSError, IndexError
    ):  # a folder on another machine: then its number says it
        if content.kind != "catalogue":
            name = printable(load_content(content, cell.server.seed).pages[page].name)
    return DriverError(
        "failed",
        f"page {page + 1} ({name}, {size(error.at['bytes'])}) takes longer than the pre-check may: no end after"
        f" {limit_s:g} s, the time limit, for all pages, and {cell.job.parser.label} is still parsing it; a parser that"
        " never returns does this, else leave the page out or raise time_limit",
    )


def with_last_words(error: DriverError, words: str) -> DriverError:
    """Return the error with the last line that the driver printed, where it says more."""
    last = one_line(words.splitlines()[-1]) if words else ""
    return DriverError(error.status, f"{error}; it printed last: {last}" if last else str(error))


def amount_for(cell: Cell, preflight: Preflight) -> Amount:
    """Return how much parsing reaches the cell's parse cost.

    Raises:
        DriverError: `unsupported`, when the parser alone costs more than that.
    """
    cost_ns = cell.job.parse_cost_ns
    if preflight.units_per_s is not None:
        return Amount(units=round(preflight.units_per_s * (cost_ns or 0) / 1e9))
    own_ns = preflight.parse_cpu_ns
    if cost_ns is None or own_ns is None:
        return Amount()
    ratio = cost_ns / own_ns
    if ratio < 1 - TOLERANCE:
        raise DriverError(
            "unsupported",
            f"a parse cost of {format_duration(cost_ns)} is less than what {cell.job.parser.label} itself costs on"
            f" these pages, {duration(own_ns / 1e9)} of CPU; raise job.parse_cost to at least that, make the pages"
            " smaller, or use spin or sha256, which reach any cost",
        )
    ratio = max(1.0, ratio)
    repeats = int(ratio)
    fraction = ratio - repeats
    return Amount(repeats=repeats, extra_fraction=round(fraction, 4))


def stored_amount(calibrated: Calibration) -> Amount:
    """Return the amount of parsing that `calibration` stored."""
    return Amount(calibrated.repeats, calibrated.extra_fraction, calibrated.units)


def calibration(cell: Cell, preflight: Preflight, amount: Amount) -> Calibration:
    """Return what is stored and shown of a cell's calibration."""
    loop = cell.plan.loop or ""
    own = preflight.parse_cpu_ns
    return Calibration(
        repeats=amount.repeats,
        extra_fraction=amount.extra_fraction,
        units=amount.units,
        units_per_s=preflight.units_per_s,
        parse_cpu_s=None if own is None else own / 1e9,
        client_cpu_s=_in_seconds(preflight.client_cpu_ns),
        plain_cpu_s=_in_seconds(preflight.plain_cpu_ns),
        tls=cell.server.tls,
        encoding=cell.server.encoding,
        opened=_opened(cell),
        idle_loop_lag_s=preflight.idle_loop_lag_s.get(loop),
        pages=preflight.pages,
        page_bytes=preflight.mean_bytes,
        record_bytes=preflight.record_bytes,
        heaviest=preflight.heaviest,
        peak_bytes=preflight.peak_bytes,
        needs=preflight.needs,
        start_s=preflight.start_s,
        gil_enabled_by=preflight.gil_enabled_by,
        errors=tuple(dict(error) for error in preflight.errors),
        content_pages=preflight.content_pages,
        content_problems=preflight.content_problems,
        content_left_out=preflight.content_left_out,
    )


def _opened(cell: Cell) -> str:
    """Say what each request opens for itself."""
    if cell.job.connections != "per_request":
        return ""
    own = cell.server.tls and cell.job.tls_context != "shared"
    return "a connection and TLS context each" if own else "a connection each"


def _in_seconds(cpu_ns: Mapping[str, float | None]) -> dict[str, float | None]:
    return {name: None if cpu is None else cpu / 1e9 for name, cpu in cpu_ns.items()}
