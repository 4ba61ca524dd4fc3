"""What it takes to hand a task over and to bring its result back, added up as the tasks come.

A task is handed over from its submission until its first page begins, and its result is on the way from the end of its
last parse until the driver holds it. The sum of both is known whatever clock its worker has: it is what is left of the
time from one to the other in the driver when the worker's own is taken off.
"""

from collections.abc import Sequence
from typing import Any

from ...shared.recorder import COLUMNS, READY

DUE, START, FETCHED, PARSED, PARSING, ASKED = map(
    COLUMNS.index, ("due_ns", "start_ns", "fetched_ns", "parsed_ns", "parsing_ns", "asked_ns")
)
WORKERS_OWN = (DUE, START, FETCHED, PARSED, PARSING, ASKED)
"""Moments by the worker's clock."""


class HandOver:
    """The sums."""

    def __init__(self, *, same_clock: bool) -> None:
        """Begin at 0.

        Args:
            same_clock: whether the workers' clocks are the driver's. Where not, the jobs are moved to it: as if each
                task had begun when it was submitted, and been on the way back all the time that it was on the way.
        """
        self._same_clock = same_clock
        self._tasks = self._there_ns = self._back_ns = self._whole_ns = 0

    def take(self, submitted_ns: int, rows: "Sequence[Any]") -> None:
        """Add a task that was submitted then, and whose jobs are these."""
        first, last = rows[0][0], rows[-1][0]
        there_ns, back_ns = first[START] - submitted_ns, last[READY] - last[PARSED]
        self._tasks += 1
        self._there_ns += there_ns
        self._back_ns += back_ns
        self._whole_ns += last[READY] - submitted_ns
        if not self._same_clock:
            for numbers, _, _ in rows:
                for column in WORKERS_OWN:
                    numbers[column] -= there_ns

    def told(self) -> "dict[str, Any]":
        """Return how many tasks there were and what one took in the mean (ns); its parts only with one clock."""
        if not self._tasks:
            return {}
        whole = (self._there_ns + self._back_ns) / self._tasks
        there = self._there_ns / self._tasks if self._same_clock else None
        back = self._back_ns / self._tasks if self._same_clock else None
        return {
            "tasks": self._tasks,
            "task_ns": whole,
            "there_ns": there,
            "back_ns": back,
            "whole_ns": self._whole_ns / self._tasks,
        }
