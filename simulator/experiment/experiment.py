"""A whole scenario: schedule -> runner -> store, with progress events; interrupted, it keeps what it has."""

import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

from simulator.experiment.judgement import Judge
from simulator.experiment.keeper import Keeper
from simulator.experiment.launch import Launch
from simulator.experiment.plan import allowance_of, describe
from simulator.experiment.preparation import Preparation, Ready, Search, prepare
from simulator.experiment.turns import WHY, Watching, watch_all
from simulator.judging.document import conclude
from simulator.result.attribution import UNCOUNTED, Timeline
from simulator.result.document import ResultDocument
from simulator.result.observation import Broken, Observed
from simulator.result.repetition import Repetition
from simulator.result.run import Run, RunHeader, RunStatus
from simulator.result.samples import Samples
from simulator.runner.calibrate import Preflights
from simulator.runner.repetition import run_repetition
from simulator.runner.servers import ServerError, Servers
from simulator.runtimes.interpreters import Interpreters
from simulator.scenario.cells import Cell
from simulator.scenario.model import Scenario
from simulator.schedule import Allowance, Fixed, Next, Precise, Rounds, Schedule, blocks_of
from simulator.schedule.block import broken
from simulator.schedule.sizing import BudgetError


@dataclass(frozen=True)
class Progress:
    """What is being done, for whoever shows it."""

    doing: str
    done: int
    planned: int
    """Repetitions done and in all, as far as is known now."""
    reruns: int
    why: str = ""
    """What this repetition is good for, where that is not plain."""
    left_s: float | None = None
    """How long it will still take, as far as can be said; null: cannot be said yet."""


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
        cores: that the driver may use.
        earlier: the same run as far as it got before it was interrupted; null: a new run.
        schedule: makes the schedule from what can be run; null: the scenario's rounds, until its precision.
        search: sizes for a search instead of for rounds of every cell.
        progress: called when something new is done, and about once a second while it is.
        interpreters: of the scenario's runtimes; null: `python` runs every cell.
        turns: of how many cells, at the most, it is seen who runs when, after all is measured; null: of none.
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
    cores: int = 1
    earlier: Run | None = None
    schedule: Callable[[Preparation], Schedule] | None = None
    search: Search | None = None
    progress: Callable[[Progress], None] = lambda _: None
    interpreters: Interpreters | None = None
    turns: int | None = None
    remarks: list[str] = field(default_factory=list)
    """What a person should know of the turns that were not seen."""
    _turns: dict[str, Timeline] = field(default_factory=dict)
    _done: list[Repetition] = field(default_factory=list)
    _samples: dict[tuple[str, int], Samples] = field(default_factory=dict)
    _calibrations: dict[str, dict[str, Any]] = field(default_factory=dict)
    _status: RunStatus | None = None

    def run(self) -> None:
        """Measure everything.

        Raises:
            BudgetError: the scenario's budget is too short; nothing was measured.
            ServerError: no mock server could be had; what was measured before is kept.
            KeyboardInterrupt: interrupted; what was measured before is kept.
        """
        with Servers(self.server_url, self.server_token) as servers:
            if self.earlier is None:
                self.keeper.begin(self.header)
            else:
                self.keeper.resume(self.header.id)
                self._done.extend(self.earlier.repetitions)
                # All cells are calibrated before the first is measured; a run that was interrupted among those
                # knows only some, which would not fit the rest.
                if any(r.measures is not None for r in self._done):
                    self._calibrations |= {c: dict(known) for c, known in self.earlier.calibrations.items()}
            self._status = "running"
            status: RunStatus = "interrupted"
            try:
                prepared = self._measure(servers)
                status = "complete"
            except (ServerError, BudgetError):
                status = "failed"
                raise
            finally:
                self._status = status
                self.keeper.finish(self.header.id, status)
            if self.turns is not None:
                self._watch(servers, prepared, self.turns)

    def plan(self) -> Preparation:
        """Prepare every cell and measure nothing more. Raises BudgetError and ServerError."""
        with Servers(self.server_url, self.server_token) as servers:
            return self.prepare(servers)

    def prepare(self, servers: Servers) -> Preparation:
        """Calibrate, check and size every cell. Raises BudgetError and ServerError."""
        if self.interpreters is not None:
            self.interpreters.tell = self._tell
        return prepare(
            self.scenario,
            [cell for cell in self.cells if cell.id not in broken(self._done)],
            Preflights(
                servers,
                self.python,
                import_path=self.import_path,
                time_limit_s=self.scenario.time_limit_ns / 1e9,
                seed=self.scenario.seed,
                launch_of=Launch(self.python, self.interpreters).of,
                references=() if self.interpreters is None else self.interpreters.references,
            ),
            cores=self.cores,
            memory_limit_bytes=self.memory_limit_bytes,
            known=self._calibrations,
            search=self.search,
            tell=lambda doing: self._tell(doing, "calibrated once, used in every cell"),
        )

    def _tell(self, doing: str, why: str = "") -> None:
        self.progress(Progress(doing, 0, len(self.cells) * self.scenario.rounds, 0, why))

    @property
    def begun(self) -> bool:
        """Whether the run has been noted as started; before that nothing can have been measured."""
        return self._status is not None

    def document(self) -> ResultDocument:
        """Return the result document of what has been measured."""
        return conclude(
            Run(
                header=self.header,
                status=self._status or "failed",
                calibrations=self._calibrations,
                repetitions=tuple(self._done),
                samples=self.samples,
                turns=self._turns,
            )
        )

    def samples(self, cell_id: str, round_: int) -> Samples | None:
        """Return the raw samples of a repetition; null where there are none."""
        known = self._samples.get((cell_id, round_))
        if known is None and self.earlier is not None:
            return self.earlier.samples(cell_id, round_)
        return known

    def _measure(self, servers: Servers) -> Preparation:
        prepared = self.prepare(servers)
        judge = Judge(self.scenario, self.header.started_at, self.earlier)
        for refused in prepared.broken:
            self._keep(judge.of(self._cell(refused.cell_id), refused), refused)
        for cell_id, ready in prepared.ready.items():
            if cell_id not in self._calibrations:
                self._calibrations[cell_id] = dict(ready.calibration)
                self.keeper.calibrated(self.header.id, cell_id, self._calibrations[cell_id])
        allowance = allowance_of(self.scenario, prepared)
        schedule = (self.schedule or self._rounds)(prepared)
        failures = 0
        while (following := schedule.next(self._done)) is not None:
            ready = prepared.ready[following.cell_id]
            cell = ready.cell

            # Worked out once: while the window is open, only what is known already is shown again.
            progress = self._progress(schedule, allowance, following, cell)
            self.progress(progress)
            began = time.monotonic()
            outcome: Observed | Broken
            try:
                outcome = self._once(
                    ready,
                    servers,
                    following.round,
                    lambda progress=progress: self.progress(progress),  # type: ignore[misc]
                )
            except ServerError as error:
                failures += 1
                if self.server_url is not None or failures > 1:
                    raise
                servers.drop(cell.server)
                outcome = Broken(cell.id, following.round, "", "failed", str(error), "")
            took_s = time.monotonic() - began
            self._keep(replace(judge.of(cell, outcome), took_s=took_s), outcome)
            self._discard(schedule)
        done = len(self._done)
        self.progress(Progress("done", done, done, 0))
        return prepared

    def _once(
        self,
        ready: Ready,
        servers: Servers,
        round_: int,
        on_wake: Callable[[], None],
        watching: Watching = lambda _: nullcontext(),
    ) -> Observed | Broken:
        """Run a cell once. Raises ServerError."""
        cell = ready.cell
        python, driver = Launch(self.python, self.interpreters).of(cell)
        return run_repetition(
            cell,
            servers.serving(cell.server),
            round_=round_,
            python=python,
            driver=driver,
            amount=ready.amount,
            seed=self.scenario.seed,
            import_path=self.import_path,
            time_limit_s=self.scenario.time_limit_ns / 1e9,
            on_wake=on_wake,
            watching=watching,
        )

    def _watch(self, servers: Servers, prepared: Preparation, most: int) -> None:
        """See who runs when; whatever goes wrong, the run is complete, and its turns are missing."""
        done = len(self._done)

        def once(cell: Cell, watching: Watching) -> Observed | Broken:
            progress = Progress(describe(cell), done, done, 0, WHY)
            self.progress(progress)
            ready = prepared.ready[cell.id]
            return self._once(ready, servers, UNCOUNTED, lambda: self.progress(progress), watching)

        def keep(cell: Cell, turns: Timeline) -> None:
            self._turns[cell.id] = turns
            self.keeper.keep_turns(self.header.id, cell.id, turns)

        cells = [ready.cell for ready in prepared.ready.values()]
        self.remarks += watch_all(cells, self._done, most, once, keep)

    def _rounds(self, prepared: Preparation) -> Schedule:
        """Return the schedule that the scenario itself asks for."""
        planned, precision = self.scenario.rounds, self.scenario.precision
        return Rounds(
            blocks_of((cell_id, ready.cell.baseline_id) for cell_id, ready in prepared.ready.items()),
            Fixed(planned) if precision is None else Precise(planned, precision),
            self.scenario.seed,
            allowance_of(self.scenario, prepared),
        )

    def _cell(self, cell_id: str) -> Cell:
        return next(cell for cell in self.cells if cell.id == cell_id)

    def _keep(self, repetition: Repetition, outcome: Observed | Broken) -> None:
        samples = outcome.samples if isinstance(outcome, Observed) else None
        self._done.append(repetition)
        if samples is not None:
            self._samples[repetition.cell_id, repetition.round] = samples
        self.keeper.add(self.header.id, repetition, samples)

    def _discard(self, schedule: Schedule) -> None:
        """Mark the repetitions of disturbed rounds that are done again."""
        dropped = schedule.discarded(self._done)
        for i, repetition in enumerate(self._done):
            if (repetition.cell_id, repetition.round) in dropped and repetition.status in ("ok", "invalid"):
                reason = repetition.reason or "a repetition of this round was disturbed from outside"
                self._done[i] = replace(repetition, status="discarded", reason=reason)
                self.keeper.revise(self.header.id, self._done[i])

    def _progress(self, schedule: Schedule, allowance: Allowance, following: Next, cell: Cell) -> Progress:
        remaining = schedule.remaining(self._done)
        done = len(self._done)
        return Progress(
            doing=describe(cell),
            done=done,
            planned=done + sum(remaining.values()),
            reruns=len({r.round for r in self._done if r.status == "discarded"}),
            why=following.why,
            left_s=allowance.time_s(self._done, remaining),
        )
