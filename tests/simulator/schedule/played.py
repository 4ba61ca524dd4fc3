"""Schedules played to their end on repetitions that are made up, marked as the experiment would mark them."""

from collections.abc import Callable
from dataclasses import replace

from simulator.result.repetition import Repetition
from simulator.schedule import Next, Schedule
from tests.simulator.analysis.builders import repetition

Make = Callable[[Next, list[Repetition]], Repetition]


def play(schedule: Schedule, make: Make, *, most: int = 2000) -> list[Repetition]:
    """Run the schedule until it has enough; `make` returns the repetition of what comes next."""
    done: list[Repetition] = []
    while (following := schedule.next(done)) is not None:
        made = make(following, done)
        assert (made.cell_id, made.round) == (following.cell_id, following.round)
        assert not any((r.cell_id, r.round) == (made.cell_id, made.round) for r in done), "run twice"
        done.append(made)
        dropped = schedule.discarded(done)
        done = [
            replace(r, status="discarded") if (r.cell_id, r.round) in dropped else _counts(r) for r in done
        ]
        assert len(done) <= most
    return done


def steady(following: Next, _done: list[Repetition]) -> Repetition:
    """Return a valid repetition that nothing disturbed and that took a second."""
    return replace(repetition(following.cell_id, following.round), took_s=1.0)


def _counts(made: Repetition) -> Repetition:
    return replace(made, status="ok") if made.status == "discarded" else made
