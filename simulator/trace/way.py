"""The way of each job of a repetition, as its slices are drawn: clock points in ticks that never go back."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from simulator.result.samples import UNKNOWN, Samples

from .event import NS_PER_TICK


@dataclass(frozen=True)
class Way:
    """One job; times in ticks since the first one was due."""

    number: int
    """Its position in the samples."""
    page: int
    worker: int
    parse_worker: int
    due: int
    start: int
    received: int
    """The server has the request; equal to `fetched`, as `handed` is, where its stamps are not known."""
    handed: int
    """The server has handed the last byte over."""
    fetched: int
    parsing: int
    parsed: int
    ready: int
    stamped: bool
    fetch_cpu_us: float | None
    parse_cpu_us: float | None
    intended_us: float | None
    error: str | None

    @property
    def elsewhere(self) -> bool:
        """Whether it was parsed by another worker than the one that fetched."""
        return self.parse_worker != self.worker

    @property
    def released(self) -> int:
        """When whoever did it may begin the next one: a record on its way between interpreters holds nobody up."""
        return self.ready if self.elsewhere else self.parsed

    @property
    def fetch_parts(self) -> tuple[tuple[str, int, int], ...]:
        """Name, start and end of the parts of its fetch; none where the server's stamps are not known."""
        if not self.stamped:
            return ()
        return (
            ("to server", self.start, self.received),
            ("network", self.received, self.handed),
            ("resume lag", self.handed, self.fetched),
        )


def ways(samples: Samples, most: int | None = None) -> list[Way]:
    """Return the jobs in the order of their starts.

    The server stamps the last byte after its write returns, so that on an idle machine the client may be first: then
    there is no resume lag. The same clipping is in the attribution.

    Args:
        samples: of one repetition.
        most: only so many, the first ones; null: all.
    """
    if not len(samples):
        return []
    order = np.argsort(samples.start_ns, kind="stable")[:most]
    origin = int(min(samples.due_ns.min(), samples.start_ns.min()))

    def chosen(name: str) -> np.ndarray:
        return np.asarray(getattr(samples, name)[order])

    start, fetched = chosen("start_ns"), chosen("fetched_ns")
    stamped = (chosen("received_ns") != UNKNOWN) & (chosen("last_byte_ns") != UNKNOWN)
    received = np.where(stamped, np.clip(chosen("received_ns"), start, fetched), fetched)
    handed = np.where(stamped, np.clip(chosen("handed_ns"), received, fetched), fetched)
    parsing = np.maximum(chosen("parsing_ns"), fetched)
    parsed = np.maximum(chosen("parsed_ns"), parsing)
    ready = np.maximum(chosen("ready_ns"), parsed)
    due = np.minimum(chosen("due_ns"), start)
    # Points are rounded, not spans: so what was in order stays in order.
    points = [
        ((point - origin + NS_PER_TICK // 2) // NS_PER_TICK).tolist()
        for point in (due, start, received, handed, fetched, parsing, parsed, ready)
    ]
    kinds = samples.error_kinds
    columns: list[list[Any]] = [
        order.tolist(),
        chosen("page").tolist(),
        chosen("worker").tolist(),
        chosen("parse_worker").tolist(),
        *points,
        stamped.tolist(),
        _us(chosen("fetch_cpu_ns")),
        _us(chosen("parse_cpu_ns")),
        _us(chosen("intended_ns")),
        [None if code == UNKNOWN else kinds[code] for code in chosen("error").tolist()],
    ]
    return [Way(*row) for row in zip(*columns, strict=True)]


def _us(column: np.ndarray) -> list[float | None]:
    return [None if value == UNKNOWN else value / 1e3 for value in column.tolist()]
