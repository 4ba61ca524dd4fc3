"""A whole scenario: schedule -> runner -> store, with progress events; interrupted, it keeps what it has."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from simulator.analysis.equality import Reference, compare
from simulator.analysis.measures import measure
from simulator.analysis.summary import summarise
from simulator.analysis.validity import Limits, judge
from simulator.result.document import ResultDocument
from simulator.result.observation import Broken, Observed
from simulator.result.repetition import Repetition
from simulator.result.run import PlannedCell, Run, RunHeader, RunStatus
from simulator.result.samples import Samples
from simulator.runner.calibrate import Preflights, amount_for, calibration
from simulator.runner.driver_process import DriverError
from simulator.runner.job import Amount
from simulator.runner.repetition import run_repetition
from simulator.runner.servers import ServerError, Servers
from simulator.scenario.cells import Cell
from simulator.scenario.model import Scenario
from simulator.schedule import FixedRounds, Schedule

MEMORY_SHARE = 0.5
"""Processes estimated to take more than this share of the memory limit are not started."""


@dataclass(frozen=True)
class Progress:
    """What is being done, for whoever shows it."""

    doing: str
    done: int
    planned: int
    """Repetitions done and in all, as far as is known now."""
    reruns: int


class Keeper(Protocol):
    """Where a run is kept while it goes on; the results database, or memory when that fails."""

    def begin(self, header: RunHeader) -> None:
        """Note that a run starts."""

    def calibrated(self, run_id: str, cell_id: str, calibration: Mapping[str, Any]) -> None:
        """Keep a cell's calibration."""

    def add(self, run_id: str, repetition: Repetition, samples: Samples | None) -> None:
        """Keep one repetition, whole or not at all."""

    def revise(self, run_id: str, repetition: Repetition) -> None:
        """Replace a repetition's judgement."""

    def finish(self, run_id: str, status: RunStatus) -> None:
        """Note how the run ended."""


@dataclass
class Experiment:
    """One run of one scenario. Call `run` once; `document` is what is known, also after an interruption.

    Args:
        scenario: what to measure.
        cells: its cells, expanded for this machine.
        header: what is known of the run when it starts.
        python: the interpreter that runs the driver.
        keeper: where repetitions go as they are measured.
        import_path: folders in which the user's parser is looked for.
        server_url: a mock server that runs already; null: start own ones.
        server_token: for its admin side.
        memory_limit_bytes: of this machine or container; null: unknown.
        progress: called when something new is done, and about once a second while it is.
    """

    scenario: Scenario
    cells: Sequence[Cell]
    header: RunHeader
    python: str
    keeper: Keeper
    import_path: tuple[str, ...]
    server_url: str | None = None
    server_token: str | None = None
    memory_limit_bytes: int | None = None
    progress: Callable[[Progress], None] = lambda _: None
    _done: list[Repetition] = field(default_factory=list)
    _samples: dict[tuple[str, int], Samples] = field(default_factory=dict)
    _calibrations: dict[str, dict[str, Any]] = field(default_factory=dict)
    _references: dict[str, Reference] = field(default_factory=dict)
    _status: RunStatus | None = None

    def run(self) -> None:
        """Measure everything.

        Raises:
            ServerError: no mock server could be had; what was measured before is kept.
            KeyboardInterrupt: interrupted; what was measured before is kept.
        """
        with Servers(self.server_url, self.server_token) as servers:
            self.keeper.begin(self.header)
            self._status = "running"
            status: RunStatus = "interrupted"
            try:
                self._measure(servers)
                status = "complete"
            except ServerError:
                status = "failed"
                raise
            finally:
                self._status = status
                self.keeper.finish(self.header.id, status)

    @property
    def begun(self) -> bool:
        """Whether the run has been noted as started; before that nothing can have been measured."""
        return self._status is not None

    def document(self) -> ResultDocument:
        """Return the result document of what has been measured."""
        return summarise(
            Run(
                header=self.header,
                status=self._status or "failed",
                calibrations=self._calibrations,
                repetitions=tuple(self._done),
                samples=lambda cell_id, round_: self._samples.get((cell_id, round_)),
            )
        )

    def _measure(self, servers: Servers) -> None:
        preflights = Preflights(
            servers,
            self.python,
            import_path=self.import_path,
            time_limit_s=self.scenario.time_limit_ns / 1e9,
            seed=self.scenario.seed,
        )
        amounts = self._calibrate(preflights)
        cells = {cell.id: cell for cell in self.cells}
        schedule: Schedule = FixedRounds(list(amounts), self.scenario.rounds, self.scenario.seed)
        failures = 0
        while (following := schedule.next(self._done)) is not None:
            cell = cells[following.cell_id]
            doing = f"round {following.round + 1}: {describe(cell)}"
            self._tell(schedule, doing)
            try:
                outcome = run_repetition(
                    cell,
                    servers.serving(cell.server),
                    round_=following.round,
                    python=self.python,
                    amount=amounts[cell.id],
                    seed=self.scenario.seed,
                    import_path=self.import_path,
                    time_limit_s=self.scenario.time_limit_ns / 1e9,
                    on_wake=lambda doing=doing: self._tell(schedule, doing),  # type: ignore[misc]
                )
            except ServerError as error:
                failures += 1
                if self.server_url is not None or failures > 1:
                    raise
                servers.drop(cell.server)
                outcome = Broken(cell.id, following.round, "", "failed", str(error), "")
            self._keep(self._judge(cell, outcome), outcome)
            self._discard(schedule)
        self._tell(schedule, "done")

    def _calibrate(self, preflights: Preflights) -> dict[str, Amount]:
        """Return the amount of parsing of each cell that can run; the others are kept as they ended."""
        amounts: dict[str, Amount] = {}
        for cell in self.cells:
            if cell.unsupported is not None:
                continue
            self.progress(
                Progress(f"calibrating {cell.job.parser.label}", 0, len(self.cells) * self.scenario.rounds, 0)
            )
            try:
                preflight = preflights.of(cell)
                amount = amount_for(cell, preflight)
                self._check_memory(cell, preflight.peak_bytes)
                check_picklable(cell, preflight.unpicklable)
            except DriverError as error:
                broken = Broken(cell.id, 0, self.header.started_at, error.status, str(error), "")
                self._keep(self._judge(cell, broken), broken)
                continue
            amounts[cell.id] = amount
            self._calibrations[cell.id] = calibration(preflight, amount)
            self.keeper.calibrated(self.header.id, cell.id, self._calibrations[cell.id])
        return amounts

    def _check_memory(self, cell: Cell, peak_bytes: int | None) -> None:
        limit = self.memory_limit_bytes
        if limit is None or peak_bytes is None or cell.plan.shards.kind != "processes":
            return
        most = int(limit * MEMORY_SHARE / peak_bytes)
        if cell.plan.shards.count > most:
            raise DriverError(
                "unsupported",
                f"{cell.plan.shards.count} processes of about {peak_bytes / 1e6:.0f} MB would take more than half of"
                f" the {limit / 1e9:.1f} GB here; set in_flight (processes) or parallelism to {max(1, most)} or less",
            )

    def _judge(self, cell: Cell, outcome: Observed | Broken) -> Repetition:
        if isinstance(outcome, Broken):
            return Repetition(
                cell_id=outcome.cell_id,
                round=outcome.round,
                started_at=outcome.started_at or self.header.started_at,
                status="unsupported" if outcome.status == "unsupported" else "failed",
                reason=outcome.reason,
                measures=None,
                last_words=outcome.last_words,
            )
        equality, note = compare(self._reference(cell), outcome)
        gate = self.scenario.validity
        verdict = judge(
            outcome,
            measure(outcome, equality),
            limits=Limits(
                gate.min_window_ns / 1e9,
                gate.min_jobs_per_slot,
                gate.delay_tolerance_ns / 1e9,
                gate.max_server_busy,
            ),
            in_flight=cell.plan.in_flight,
            server_workers=cell.server.workers,
        )
        repetition = Repetition(
            cell_id=cell.id,
            round=outcome.round,
            started_at=outcome.started_at,
            status="invalid" if verdict.reasons else "ok",
            reason="; ".join(verdict.reasons) or None,
            measures=verdict.measures,
            warnings=verdict.warnings,
            disturbed=verdict.disturbed,
            environment=outcome.environment,
            last_words=outcome.last_words,
        )
        if equality == "differs":
            return replace(repetition, status="failed", reason=f"the records differ: {note}")
        if equality == "unchecked":
            warning = f"records were not compared: {note}"
            return replace(repetition, warnings=(*repetition.warnings, warning))
        return repetition

    def _reference(self, cell: Cell) -> Reference:
        """Return the reference records of this cell's job: cells with the same pages and parser share them."""
        key = repr((cell.server.content, cell.server.seed, cell.job.parser))
        return self._references.setdefault(key, Reference())

    def _keep(self, repetition: Repetition, outcome: Observed | Broken) -> None:
        samples = outcome.samples if isinstance(outcome, Observed) else None
        self._done.append(repetition)
        if samples is not None:
            self._samples[repetition.cell_id, repetition.round] = samples
        self.keeper.add(self.header.id, repetition, samples)

    def _discard(self, schedule: Schedule) -> None:
        """Mark the repetitions of disturbed rounds that are done again."""
        rounds = schedule.discarded(self._done)
        for i, repetition in enumerate(self._done):
            if repetition.round in rounds and repetition.status in ("ok", "invalid"):
                reason = repetition.reason or "a repetition of this round was disturbed from outside"
                self._done[i] = replace(repetition, status="discarded", reason=reason)
                self.keeper.revise(self.header.id, self._done[i])

    def _tell(self, schedule: Schedule, doing: str) -> None:
        done = len(self._done)
        reruns = len(schedule.discarded(self._done))
        self.progress(Progress(doing, done, done + schedule.remaining(self._done), reruns))


def check_picklable(cell: Cell, unpicklable: str | None) -> None:
    """Refuse processes for records that cannot be handed back from one. Raises DriverError."""
    if unpicklable is not None and cell.plan.shards.kind == "processes":
        raise DriverError(
            "failed",
            f"the record cannot be handed back from a process: {unpicklable}; return plain data (str, int, list,"
            " dict, dataclasses of an importable module)",
        )


def planned_cells(cells: Sequence[Cell]) -> tuple[PlannedCell, ...]:
    """Return what is kept of each cell's plan."""
    return tuple(
        PlannedCell(
            id=cell.id,
            factors=dict(cell.factors),
            baseline_id=None if cell.baseline_id == cell.id else cell.baseline_id,
            in_flight=cell.plan.in_flight,
            marked=cell.plan.marked and cell.baseline_id != cell.id,
            unsupported=cell.unsupported,
        )
        for cell in cells
    )


def describe(cell: Cell) -> str:
    """Return a cell's levels in a few words."""
    levels = [
        "null" if level is None else str(level)
        for name, level in cell.factors.items()
        if name not in ("strategy", "in_flight")
    ]
    return ", ".join([str(cell.factors["strategy"]), *levels])
