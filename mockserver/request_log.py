"""What became of the latest requests: whose they were and four moments of each, in memory that never grows.

Columns of 64-bit integers, allocated once and reused in a ring: adding a row costs a few tenths of a
microsecond and no allocation, which a list of objects would not. Rows are in the order of completion.
"""

import time
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

CAPACITY = 131_072
"""Rows kept; older ones are dropped, and counted."""

COLUMNS = ("number", "page", "received_ns", "first_byte_ns", "last_byte_ns", "intended_ns", "job", "attempt")

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
        completed: Responses whose last byte was handed over.
        delay_error_sum_ns: Sum over them of (first byte - received) - intended.
        in_flight: Requests received and neither completed nor broken off.
        errors: Responses by status, of 400 and above; 499 is a client that went away.
        since_ns: Start of the window, CLOCK_MONOTONIC.
    """

    worker: int = 0
    numbered: int = 0
    completed: int = 0
    delay_error_sum_ns: int = 0
    in_flight: int = 0
    errors: dict[int, int] = field(default_factory=dict)
    since_ns: int = field(default_factory=time.monotonic_ns)
    _numbered_before: int = 0
    _rows: "tuple[array[int], ...]" = field(default_factory=lambda: tuple(_zeros() for _ in COLUMNS))

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
        self.delay_error_sum_ns = 0
        self.errors.clear()

    def delay_errors_ns(self) -> list[int]:
        """Give the delay error of every row that is kept."""
        kept = min(self.completed, CAPACITY)
        _, _, received, first_byte, _, intended, _, _ = self._rows
        return [
            first_byte_ns - received_ns - intended_ns
            for first_byte_ns, received_ns, intended_ns in zip(
                first_byte[:kept], received[:kept], intended[:kept], strict=True
            )
        ]

    def columns(self) -> dict[str, Any]:
        """Give the rows that are kept, oldest first, as lists of equal length.

        Returns:
            `request_id` (text), `page`, `received_ns`, `first_byte_ns`, `last_byte_ns`, `intended_ns`, `job`,
            `attempt`, and `dropped`: how many rows of this window are no longer there.
        """
        kept = min(self.completed, CAPACITY)
        oldest = self.completed % CAPACITY if self.completed > CAPACITY else 0
        rows = {
            name: column[oldest:kept].tolist() + column[:oldest].tolist()
            for name, column in zip(COLUMNS, self._rows, strict=True)
        }
        numbers = rows.pop("number")
        request_ids = [
            f"{job}-{attempt}" if number == CLIENTS_OWN else f"{self.worker}-{number}"
            for number, job, attempt in zip(numbers, rows["job"], rows["attempt"], strict=True)
        ]
        return {"request_id": request_ids, **rows, "dropped": self.completed - kept}


def merged_columns(logs: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Join the `columns` of several workers, one after the other."""
    merged: dict[str, Any] = {}
    for log in logs:
        for name, column in log.items():
            merged[name] = merged[name] + column if name in merged else column
    return merged
