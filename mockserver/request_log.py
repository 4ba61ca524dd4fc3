"""What became of the latest requests: whose they were and four moments of each, in memory that never grows.

Columns of 64-bit integers, allocated once and reused in a ring: adding a row costs a few tenths of a
microsecond and no allocation, which a list of objects would not. Rows are in the order of completion; a request that
is never answered is complete when that begins.
"""

import time
from array import array
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mockserver.outcomes import FAULTS, NONE, THE_PAGES_OWN, Outcome, Outcomes

CAPACITY = 131_072
"""Rows kept; older ones are dropped, and counted."""

COLUMNS = ("number", "page", "received_ns", "first_byte_ns", "last_byte_ns", "intended_ns", "job", "attempt")

_OK = 200

CLIENTS_OWN = -1
"""In the column `number`: the request came with an id of its own, made of its job and attempt."""


def _zeros() -> "array[int]":
    return array("q", bytes(8 * CAPACITY))


@dataclass
class RequestLog:
    """The request log and counters of one worker, since its last reset.

    Attributes:
        worker: Index of the worker; the first part of its request ids.
        numbered: Requests for pages that were begun, ever, each with the next number: the ids that the server
            makes of them stay unique across resets.
        completed: Requests whose last byte was handed over, or that met what they should.
        undelayed: How many of them had no delay: refused by the rate limit, or never answered.
        delay_error_sum_ns: Sum over the others of (first byte - begun) - intended.
        in_flight: Requests received and neither completed nor broken off.
        errors: Responses by status, of 400 and above, that were not asked for; 499 is a client that went away.
        faults: Requests that met one, by its position in `FAULTS`.
        refused: Requests that the rate limit refused.
        since_ns: Start of the window, CLOCK_MONOTONIC.
    """

    worker: int = 0
    numbered: int = 0
    completed: int = 0
    undelayed: int = 0
    delay_error_sum_ns: int = 0
    in_flight: int = 0
    errors: dict[int, int] = field(default_factory=dict)
    faults: dict[int, int] = field(default_factory=dict)
    refused: int = 0
    since_ns: int = field(default_factory=time.monotonic_ns)
    _numbered_before: int = 0
    _rows: "tuple[array[int], ...]" = field(default_factory=lambda: tuple(_zeros() for _ in COLUMNS))
    _outcomes: Outcomes | None = None

    def add(
        self,
        number: int,
        page: int,
        received_ns: int,
        first_byte_ns: int,
        last_byte_ns: int,
        intended_ns: int,
        job: int,
        attempt: int,
    ) -> None:
        """Record a completed response; one that was received before the last reset is left out."""
        if received_ns < self.since_ns:
            return
        row = self.completed % CAPACITY
        numbers, pages, received, first_byte, last_byte, intended, jobs, attempts = self._rows
        numbers[row] = number
        pages[row] = page
        received[row] = received_ns
        first_byte[row] = first_byte_ns
        last_byte[row] = last_byte_ns
        intended[row] = intended_ns
        jobs[row] = job
        attempts[row] = attempt
        self.completed += 1
        self.delay_error_sum_ns += first_byte_ns - received_ns - intended_ns

    def add_outcome(
        self,
        number: int,
        page: int,
        received_ns: int,
        first_byte_ns: int,
        last_byte_ns: int,
        intended_ns: int,
        job: int,
        attempt: int,
        outcome: Outcome,
    ) -> int:
        """Record a request that queued, was refused or met a fault; NONE is a moment or a delay that it has not.

        Returns:
            Its row, for `end`.
        """
        row = self.completed % CAPACITY
        if received_ns < self.since_ns:
            return row
        before_ns = self.delay_error_sum_ns
        self.add(number, page, received_ns, first_byte_ns, last_byte_ns, intended_ns, job, attempt)
        self._outcomes = self._outcomes or Outcomes(CAPACITY)
        self._outcomes.put(self.completed, outcome)
        if NONE in (first_byte_ns, intended_ns):
            self.undelayed += 1
            self.delay_error_sum_ns = before_ns
        else:
            self.delay_error_sum_ns -= outcome.begun_ns - received_ns
        if outcome.fault != NONE:
            self.faults[outcome.fault] = self.faults.get(outcome.fault, 0) + 1
        elif intended_ns == NONE:
            self.refused += 1
        return row

    def end(self, row: int, received_ns: int, ended_ns: int) -> None:
        """Note when the connection of a request ended that is never answered, unless its row is another's by now.

        Args:
            row: As `add_outcome` gave it.
            received_ns: When it arrived.
            ended_ns: When its client went, or the server closed the connection.
        """
        _, _, received, first_byte, last_byte, _, _, _ = self._rows
        if received[row] == received_ns and first_byte[row] == NONE:
            last_byte[row] = ended_ns

    @property
    def begun(self) -> int:
        """Requests for pages that were begun since the last reset, whatever became of them."""
        return self.numbered - self._numbered_before

    def count_error(self, status: int, received_ns: int | None = None) -> None:
        """Count a response of this status; one to a request of before the last reset is left out."""
        if received_ns is not None and received_ns < self.since_ns:
            return
        self.errors[status] = self.errors.get(status, 0) + 1

    def reset(self) -> None:
        """Start a new window: nothing completed, no errors. Requests in flight stay in flight."""
        self.since_ns = time.monotonic_ns()
        self._numbered_before = self.numbered
        self.completed = 0
        self.undelayed = 0
        self.delay_error_sum_ns = 0
        self.errors.clear()
        self.faults.clear()
        self.refused = 0
        if self._outcomes is not None:
            self._outcomes.clear()

    def delay_errors_ns(self) -> list[int]:
        """Give the delay error of every row that is kept and had a delay."""
        rows = self._kept("received_ns", "first_byte_ns", "intended_ns")
        begun = self._begun(rows)
        return [
            first_byte_ns - begun_ns - intended_ns
            for first_byte_ns, intended_ns, begun_ns in zip(
                rows["first_byte_ns"], rows["intended_ns"], begun, strict=True
            )
            if first_byte_ns != NONE != intended_ns
        ]

    def queued_ns(self) -> list[int]:
        """Give how long every row that is kept and was served had waited for that; nothing where none could."""
        if self._outcomes is None:
            return []
        rows = self._kept("received_ns", "intended_ns")
        return [
            begun_ns - received_ns
            for received_ns, intended_ns, begun_ns in zip(
                rows["received_ns"], rows["intended_ns"], self._begun(rows), strict=True
            )
            if intended_ns != NONE
        ]

    def columns(self, status_of: Callable[[int], int] = lambda _page: _OK) -> dict[str, Any]:
        """Give the rows that are kept, oldest first, as lists of equal length.

        Args:
            status_of: Page id to the status that the page has where nothing else became of its request.

        Returns:
            `request_id` (text), `page`, `received_ns`, `first_byte_ns`, `last_byte_ns`, `intended_ns`, `job`,
            `attempt`, `begun_ns`, `fault` (its kind), `status`; None is what a request has not. And `dropped`: how
            many rows of this window are no longer there.
        """
        rows = self._kept(*COLUMNS)
        numbers = rows.pop("number")
        request_ids = [
            f"{job}-{attempt}" if number == CLIENTS_OWN else f"{self.worker}-{number}"
            for number, job, attempt in zip(numbers, rows["job"], rows["attempt"], strict=True)
        ]
        return {"request_id": request_ids, **self._with_outcomes(rows, status_of)}

    def _with_outcomes(self, rows: dict[str, list[int]], status_of: Callable[[int], int]) -> dict[str, Any]:
        size = len(rows["page"])
        dropped = {"dropped": self.completed - size}
        if self._outcomes is None:
            statuses = [status_of(page) for page in rows["page"]]
            became = {"begun_ns": rows["received_ns"], "fault": [None] * size, "status": statuses}
            return rows | became | dropped
        outcomes = list(self._outcomes.of(self.completed, rows["received_ns"]))
        statuses = [
            status_of(page) if outcome.status == THE_PAGES_OWN else outcome.status
            for page, outcome in zip(rows["page"], outcomes, strict=True)
        ]
        return {
            **{name: _known(column) for name, column in rows.items()},
            "begun_ns": [outcome.begun_ns for outcome in outcomes],
            "fault": [None if outcome.fault == NONE else FAULTS[outcome.fault] for outcome in outcomes],
            "status": _known(statuses),
            **dropped,
        }

    def _kept(self, *names: str) -> dict[str, list[int]]:
        """Give the rows that are kept, oldest first: these columns of them."""
        kept = min(self.completed, CAPACITY)
        oldest = self.completed % CAPACITY if self.completed > CAPACITY else 0
        return {
            name: column[oldest:kept].tolist() + column[:oldest].tolist()
            for name, column in zip(COLUMNS, self._rows, strict=True)
            if name in names
        }

    def _begun(self, rows: Mapping[str, list[int]]) -> list[int]:
        received_ns = rows["received_ns"]
        if self._outcomes is None:
            return received_ns
        return [outcome.begun_ns for outcome in self._outcomes.of(self.completed, received_ns)]


def _known(column: list[int]) -> list[int | None]:
    return [None if value == NONE else value for value in column]


def merged_columns(logs: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Join the `columns` of several workers, one after the other."""
    merged: dict[str, Any] = {}
    for log in logs:
        for name, column in log.items():
            merged[name] = merged[name] + column if name in merged else column
    return merged
