"""What a server with a capacity, a rate limit or faults has to say of a request, beside the log that all have.

These columns are there only once there is something in them. Each row says to which row of the log it belongs, so
that a request that was simply sent its page need not be written here, nor what stood in its place be cleared.
"""

from array import array
from collections.abc import Iterator
from typing import NamedTuple

from mockserver.fault_models import KINDS

FAULTS: tuple[str, ...] = tuple(KINDS)
"""A fault is kept as its position here."""

NONE = -1
"""There is none."""

THE_PAGES_OWN = -2
"""The status of an answer that begins as the page does: it stands in the configuration."""


class Outcome(NamedTuple):
    """What became of one request.

    Attributes:
        begun_ns: From when on it was served.
        fault: Position in `FAULTS` of the fault that it met.
        status: Of its answer; NONE where none was sent.
    """

    begun_ns: int
    fault: int = NONE
    status: int = THE_PAGES_OWN


class Outcomes:
    """The outcomes of the latest requests, in a ring as long as the log's."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._nth = self._zeros()
        self._columns = (self._zeros(), self._zeros(), self._zeros())

    def put(self, nth: int, outcome: Outcome) -> None:
        """Keep the outcome of the nth request of this window, from 1."""
        row = (nth - 1) % self._capacity
        begun, fault, status = self._columns
        self._nth[row] = nth
        begun[row], fault[row], status[row] = outcome.begun_ns, outcome.fault, outcome.status

    def clear(self) -> None:
        """Forget them."""
        self._nth = self._zeros()

    def of(self, requests: int, received_ns: list[int]) -> Iterator[Outcome]:
        """Give the outcomes of the last of so many requests, oldest first.

        Args:
            requests: How many there were in this window.
            received_ns: Of those that are kept: when they were received, and so served where nothing else is known.
        """
        begun, fault, status = self._columns
        for nth, received in enumerate(received_ns, start=requests - len(received_ns) + 1):
            row = (nth - 1) % self._capacity
            known = self._nth[row] == nth
            yield Outcome(begun[row], fault[row], status[row]) if known else Outcome(received)

    def _zeros(self) -> "array[int]":
        return array("q", bytes(8 * self._capacity))
