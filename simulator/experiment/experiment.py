"""A whole scenario: schedule -> runner -> keeper, told as events; stopped or interrupted, it keeps what it has."""

import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace

from simulator.experiment import events
from simulator.experiment.design import Design
from simulator.experiment.discarding import revised
from simulator.experiment.handlers import Handler, Handlers
from simulator.experiment.judgement import Judge
from simulator.experiment.keeper import InMemory, Keeper
from simulator.experiment.looks import looks_of
from simulator.experiment.preparation import Preparation, Ready, prepare
from simulator.experiment.turns import Watching, watch_all
from simulator.judging.document import conclude
from simulator.result.attribution import UNCOUNTED, Timeline
from simulator.result.calibration import Calibration
from simulator.result.document import ResultDocument
from simulator.result.observation import Broken, Observed
from simulator.result.repetition import Repetition
from simulator.result.run import Run, RunStatus
from simulator.result.samples import Samples
from simulator.runner.calibrate import Preflights
from simulator.runner.repetition import run_repetition
from simulator.runner.servers import ServerError, ServerLacksError, Servers
from simulator.runner.stop import Stop
from simulator.scenario.cells import Cell
from simulator.schedule import Allowance, Next, Schedule
from simulator.schedule.block import broken
from simulator.schedule.sizing import BudgetError


@dataclass
class Experiment:
    """One run of a design. Call `run` once, in any thread; `document` is what is known, also of a run that was stopped.

    Args:
        design: what is measured, and how.
        keeper: where repetitions go as they are measured, and raw samples come back from.
        handlers: are told what happens.
        stop: asks it to stop, from any thread; it then ends at once what it has started.
    """

    design: Design
    keeper: Keeper = field(default_factory=InMemory)
    handlers: Sequence[Handler] = ()
    stop: Stop = field(default_factory=Stop)
    _turns: dict[str, Timeline] = field(default_factory=dict, init=False)
    _done: list[Repetition] = field(default_factory=list, init=False)
    _calibrations: dict[str, Calibration] = field(default_factory=dict, init=False)
    _status: RunStatus | None = field(default=None, init=False)
    _told: Handlers = field(init=False)

    def __post_init__(self) -> None:
        self._told = Handlers(self.handlers, self.design.header)

    def run(self) -> None:
        """Measure everything.

        Raises:
            BudgetError: the scenario's budget is too short; nothing was measured.
            ServerError: no mock server could be had; what was measured before is kept.
            Stopped: it was asked for; what was measured before is kept.
            Exception: what the keeper raised.
        """
        self.keeper.start(self.design.header)
        try:
            with self._told, self._servers() as servers:
                self._begin()
                try:
                    prepared = self._measured(servers)
                    if self.design.turns is not None:
                        self._watch(servers, prepared, self.design.turns)
                finally:
                    self._emit(events.RunFinished(self._status or "interrupted"))
        finally:
            self.keeper.shutdown()

    def dry_run(self) -> Preparation:
        """Prepare every cell and measure nothing more. Raises BudgetError, ServerError and Stopped."""
        with self._told, self._servers() as servers:
            return self._prepared(servers)

    @property
    def begun(self) -> bool:
        """Whether the run has been noted as started; before that nothing can have been measured."""
        return self._status is not None

    def document(self) -> ResultDocument:
        """Return the result document of what has been measured."""
        return conclude(
            Run(
                header=self.design.header,
                status=self._status or "failed",
                calibrations=self._calibrations,
                repetitions=tuple(self._done),
                samples=self.samples,
                turns=self._turns,
            )
        )

    def samples(self, cell_id: str, round_: int) -> Samples | None:
        """Return the raw samples of a repetition; null where there are none."""
        return self.keeper.samples(cell_id, round_)

    def _servers(self) -> Servers:
        design = self.design
        return Servers(design.server_url, design.server_token, self.stop, design.server_ca)

    def _emit(self, event: events.Event) -> None:
        self.keeper.handle_event(event)
        self._told.emit(event)

    def _begin(self) -> None:
        earlier = self.design.earlier
        self._emit(events.RunStarted(self.design.header, resumed=earlier is not None))
        self._status = "running"
        if earlier is not None:
            self._done.extend(earlier.repetitions)
            # All cells are calibrated before the first is measured; a run that was interrupted among those
            # knows only some, which would not fit the rest.
            if any(r.measures is not None for r in self._done):
                self._calibrations |= earlier.calibrations

    def _prepared(self, servers: Servers) -> Preparation:
        """Calibrate, check and size every cell. Raises BudgetError, ServerError and Stopped."""
        design, scenario = self.design, self.design.scenario
        interpreters = design.launch.interpreters
        if interpreters is not None:
            interpreters.stop = self.stop
            interpreters.tell = lambda runtime, wanted: self._emit(events.EnvironmentStarted(runtime, wanted))
        prepared = prepare(
            scenario,
            [cell for cell in design.cells if cell.id not in broken(self._done)],
            Preflights(
                servers,
                design.launch.python,
                import_path=design.import_path,
                time_limit_s=scenario.time_limit_ns / 1e9,
                seed=scenario.seed,
                launch_of=design.launch.of,
                references=() if interpreters is None else interpreters.references,
                looks=looks_of(design),
                stop=self.stop,
            ),
            cores=design.cores,
            memory_limit_bytes=design.memory_limit_bytes,
            known=self._calibrations,
            search=design.search,
            tell=lambda cell: self._emit(
                events.CalibrationStarted(cell.id, cell.job.parser.label, cell.runtime)
            ),
        )
        for cell_id, ready in prepared.ready.items():
            known = self._calibrations.setdefault(cell_id, ready.calibration)
            self._emit(events.CellPlanned(cell_id, known, ready.size.window_s, ready.size.total_s))
        return prepared

    def _measured(self, servers: Servers) -> Preparation:
        """Measure until the schedule has enough, and note how that ended."""
        status: RunStatus = "interrupted"
        try:
            prepared = self._prepared(servers)
            self._measure(servers, prepared)
            status = "complete"
        except (ServerError, BudgetError):
            status = "failed"
            raise
        finally:
            self._status = status
            self._emit(events.Measured(status, len(self._done)))
        return prepared

    def _measure(self, servers: Servers, prepared: Preparation) -> None:
        design = self.design
        judge = Judge(design.scenario, design.header.started_at, design.earlier, rerun=design.rerun)
        cells = {cell.id: cell for cell in design.cells}
        for refused in prepared.broken:
            self._keep(judge.of(cells[refused.cell_id], refused), refused)
        allowance = prepared.allowance(design.scenario)
        schedule = design.schedule(prepared)
        failures = 0
        while (following := schedule.next(self._done)) is not None:
            self.stop.check()
            ready = prepared.ready[following.cell_id]
            cell = ready.cell
            self._emit(self._started(schedule, allowance, following))
            began = time.monotonic()
            outcome: Observed | Broken
            try:
                outcome = self._once(ready, servers, following.round)
            except ServerError as error:
                failures += 1
                if design.server_url is not None or failures > 1:
                    raise
                servers.drop(cell.server)
                outcome = Broken(cell.id, following.round, "", "failed", str(error), "")
            took_s = time.monotonic() - began
            self._keep(replace(judge.of(cell, outcome), took_s=took_s), outcome)
            self._discard(schedule)

    def _once(
        self,
        ready: Ready,
        servers: Servers,
        round_: int,
        watching: Watching = lambda _: nullcontext(),
    ) -> Observed | Broken:
        """Run a cell once. Raises ServerError and Stopped."""
        cell, scenario = ready.cell, self.design.scenario
        python, driver = self.design.launch.of(cell)
        try:
            server = servers.serving(cell.server)
        except ServerLacksError as error:
            return Broken(cell.id, round_, "", "unsupported", str(error), "")
        return run_repetition(
            cell,
            server,
            round_=round_,
            python=python,
            driver=driver,
            amount=ready.amount,
            seed=scenario.seed,
            import_path=self.design.import_path,
            time_limit_s=scenario.time_limit_ns / 1e9,
            on_wake=lambda: self._told.emit(events.StillRunning()),
            watching=watching,
            stop=self.stop,
        )

    def _watch(self, servers: Servers, prepared: Preparation, most: int) -> None:
        """See who runs when; whatever goes wrong, the run is complete, and its turns are missing."""

        def once(cell: Cell, watching: Watching) -> Observed | Broken:
            return self._once(prepared.ready[cell.id], servers, UNCOUNTED, watching)

        def emit(event: events.Event) -> None:
            if isinstance(event, events.TurnsWatched) and event.turns is not None:
                self._turns[event.cell_id] = event.turns
            self._emit(event)

        watch_all([ready.cell for ready in prepared.ready.values()], self._done, most, once, emit)

    def _keep(self, repetition: Repetition, outcome: Observed | Broken) -> None:
        self._done.append(repetition)
        self._emit(
            events.RepetitionJudged(repetition, outcome.samples if isinstance(outcome, Observed) else None)
        )

    def _discard(self, schedule: Schedule) -> None:
        """Mark the repetitions of disturbed rounds that are done again, and those that after all count."""
        dropped = schedule.discarded(self._done)
        for i, repetition in enumerate(self._done):
            changed = revised(repetition, discarded=(repetition.cell_id, repetition.round) in dropped)
            if changed is not None:
                self._done[i] = changed
                self._emit(events.RepetitionRevised(changed))

    def _started(self, schedule: Schedule, allowance: Allowance, following: Next) -> events.RepetitionStarted:
        remaining = schedule.remaining(self._done)
        done = len(self._done)
        return events.RepetitionStarted(
            cell_id=following.cell_id,
            round=following.round,
            why=following.why,
            done=done,
            planned=done + sum(remaining.values()),
            rounds_discarded=len({r.round for r in self._done if r.status == "discarded"}),
            left_s=allowance.time_s(self._done, remaining),
        )
