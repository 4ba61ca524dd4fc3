"""Which machine measures what next: each combination whole on one machine, on another one only if the first is gone."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from simulator.result.repetition import Repetition, left_behind, machine_of
from simulator.spread.units import Unit, longest_first

MOST_LOSSES = 3
"""A combination with which so many machines were lost is not tried again."""


@dataclass
class Task:
    """A unit, and what has become of it."""

    unit: Unit
    home: str | None = None
    """The machine on which those of its rounds were measured that count; null: none has begun."""
    first_round: int = 0
    """Of those: earlier ones were measured elsewhere, and do not count."""
    planned: int = 0
    """Repetitions in all, as far as is known."""
    left_s: float | None = None
    reasons: list[str] = field(default_factory=list)
    """Why machines were lost with it."""
    avoided: set[str] = field(default_factory=set)
    """Those machines, as long as there are others."""
    running: bool = False
    done: bool = False


class Assigning:
    """The units of a run, and who has which.

    Args:
        units: of the plan.
        rounds: that are planned.
    """

    def __init__(self, units: Sequence[Unit], rounds: int) -> None:
        self.tasks = [Task(unit, planned=rounds * len(unit.cells)) for unit in longest_first(units)]

    @property
    def is_done(self) -> bool:
        """Whether all is measured, or given up."""
        return all(task.done for task in self.tasks)

    @property
    def done(self) -> int:
        """Return how many are."""
        return sum(task.done for task in self.tasks)

    def go_on(self, repetitions: Iterable[Repetition]) -> None:
        """Take up what was measured before the run was interrupted."""
        tasks = {cell: task for task in self.tasks for cell in task.unit.cells}
        # In the order in which they were measured: what came later, on another machine, is what counts.
        for repetition in repetitions:
            task, machine = tasks.get(repetition.cell_id), machine_of(repetition)
            if task is None or machine is None:
                continue
            if left_behind(repetition):
                task.home, task.first_round = None, max(task.first_round, repetition.round + 1)
            elif machine != task.home:
                task.home, task.first_round = machine, repetition.round

    def next_for(self, machine: str, present: Collection[str]) -> Task | None:
        """Return what a machine that is idle measures now; null: nothing.

        Args:
            machine: its name.
            present: names of all machines that are there.
        """
        possible = [task for task in self.tasks if _may(task, machine, present)]
        return min(possible, key=lambda task: task.home != machine, default=None)

    def lost(self, task: Task, machine: str, reason: str) -> None:
        """Note that a machine was lost with it, which is the last resort from then on."""
        task.running = False
        task.avoided.add(machine)
        task.reasons.append(f"{machine}: {reason}")
        task.done = len(task.reasons) >= MOST_LOSSES

    def left_s(self, machines: int) -> float | None:
        """Return how long it will still take, as far as can be said; null: cannot be said yet."""
        known = [task.left_s for task in self.tasks if task.running]
        if not machines or any(left is None for left in known):
            return None
        waiting = sum(task.unit.seconds for task in self.tasks if not (task.done or task.running))
        return max([*(left for left in known if left is not None), 0.0]) + waiting / machines


def _may(task: Task, machine: str, present: Collection[str]) -> bool:
    if task.done or task.running:
        return False
    if machine in task.avoided and not task.avoided.issuperset(present):
        return False
    return task.home in (None, machine) or task.home not in present or task.home in task.avoided
