"""What machines have measured, as the rows of one run: what is measured anew elsewhere has rounds of its own."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from simulator.experiment import events
from simulator.experiment.discarding import moved
from simulator.result.calibration import Calibration
from simulator.result.repetition import MACHINE, Repetition, left_behind
from simulator.scenario.model import Scenario
from simulator.schedule import Block, Fixed, Rounds
from simulator.spread.assigning import Task
from simulator.spread.cluster import WorkerLostError
from simulator.spread.machines import Machine
from simulator.spread.order import Order


@dataclass
class Rows:
    """Every repetition of a run, in the order in which they came.

    Args:
        emit: is told of each, and of each that changes.
        started_at: stands for the start of one that never began.
    """

    emit: Callable[[events.Event], None]
    started_at: str
    done: list[Repetition] = field(default_factory=list)
    calibrations: dict[str, Calibration] = field(default_factory=dict)

    def rounds_disturbed(self, tasks: Iterable[Task]) -> int:
        """Return how many rounds of these units were disturbed, and are done again."""
        disturbed = [r for r in self.done if r.status == "discarded" and not left_behind(r)]
        return sum(len({r.round for r in disturbed if r.cell_id in task.unit.cells}) for task in tasks)

    def take(self, task: Task, machine: Machine, event: events.Event) -> None:
        """Take what a machine tells of its unit. Raises WorkerLostError: it is of another one."""
        cell_id = event.repetition.cell_id if isinstance(event, Judging) else getattr(event, "cell_id", None)
        if cell_id is not None and cell_id not in task.unit.cells:
            raise WorkerLostError(f"it tells of {cell_id}, which it was not given")
        match event:
            case events.RepetitionJudged(repetition, samples):
                own = self._own(task, machine, repetition)
                if self._at(own) is not None:
                    raise WorkerLostError(f"it tells of {own.cell_id}, round {own.round}, twice")
                self.done.append(own)
                self.emit(events.RepetitionJudged(own, samples))
            case events.RepetitionRevised(repetition):
                own = self._own(task, machine, repetition)
                at = self._at(own)
                if at is None:
                    raise WorkerLostError(
                        f"it revises {own.cell_id}, round {own.round}, which it never told of"
                    )
                self.done[at] = own
                self.emit(events.RepetitionRevised(own))
            case events.CellPlanned(cell, calibration):
                self.calibrations[cell] = calibration
                self.emit(event)
            case _:
                self.emit(event)

    def order(self, order: Order, task: Task) -> Order:
        """Return the order to measure a unit, or to go on with what its machine has of it."""
        mine = [replace(r, round=r.round - task.first_round) for r in self._counting(task)]
        known = {cell: self.calibrations[cell] for cell in task.unit.cells if cell in self.calibrations}
        return order.of(task.unit.cells, mine, known if mine else {})

    def move(self, task: Task, machine: str) -> None:
        """Discard what was measured of a unit, since another machine measures it anew."""
        for at, repetition in enumerate(self.done):
            if repetition.cell_id in task.unit.cells and repetition.round >= task.first_round:
                self.done[at] = moved(repetition, task.home or "its machine", machine)
                self.emit(events.RepetitionRevised(self.done[at]))
        task.first_round = self._next_round(task)

    def give_up(self, task: Task) -> None:
        """Note of a unit's cells that they cannot be measured: machine after machine was lost with them."""
        reason = f"{len(task.reasons)} machines were lost while it was measured: {'; '.join(task.reasons)}"
        round_ = self._next_round(task)
        for cell in task.unit.cells:
            failed = Repetition(cell, round_, self.started_at, "failed", reason, None)
            self.done.append(failed)
            self.emit(events.RepetitionJudged(failed, None))

    def is_complete(self, task: Task, scenario: Scenario, *, rerun: bool) -> bool:
        """Whether a unit's rounds are all there; where that depends on more than their number, its machine knows."""
        mine = [replace(r, round=r.round - task.first_round) for r in self._counting(task)]
        if not mine or scenario.precision is not None or scenario.budget_ns is not None:
            return False
        block = Block(task.unit.cells[0], task.unit.cells)
        return Rounds((block,), Fixed(scenario.rounds), scenario.seed, rerun=rerun).next(mine) is None

    def _counting(self, task: Task) -> list[Repetition]:
        return [r for r in self.done if r.cell_id in task.unit.cells and r.round >= task.first_round]

    def _next_round(self, task: Task) -> int:
        return 1 + max((r.round for r in self.done if r.cell_id in task.unit.cells), default=-1)

    def _at(self, repetition: Repetition) -> int | None:
        key = (repetition.cell_id, repetition.round)
        return next((at for at, r in enumerate(self.done) if (r.cell_id, r.round) == key), None)

    @staticmethod
    def _own(task: Task, machine: Machine, repetition: Repetition) -> Repetition:
        """Return a machine's row as one of the run."""
        return replace(
            repetition,
            round=repetition.round + task.first_round,
            environment={**repetition.environment, MACHINE: machine.described()},
        )


Judging = events.RepetitionJudged | events.RepetitionRevised
