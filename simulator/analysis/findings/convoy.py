"""What an exchange over a socket waits for beside threads that compute: a turn of each, at every call.

A thread that comes back from a call gets the interpreter's lock only after each of the n spinning threads has held it
for a switch interval I: of k such calls in an exchange that alone takes d, the model makes 1 / (d + k n I).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Literal

from simulator.measures.factors import IN_FLIGHT
from simulator.model.convoy import convoy_per_s
from simulator.result.document import CellResult, ResultDocument
from simulator.result.findings.across import Beside, Convoy

CALLS = 2
"""k: an exchange of the client `socket` is one send and one receive."""
CLIENT = "socket"
NEAR = 0.35
"""How far the measured throughput may be from the predicted one to count as following the law."""
VARIED = ("beside", "job.switch_interval")
MOST_PARSE_S = 0.0005
"""CPU of a parse above which the job holds the lock itself, so that the law does not speak of it."""


@dataclass(frozen=True)
class Exchange:
    """One cell: an exchange at a time beside spinners."""

    cell: CellResult
    spinners: int
    place: str
    interval_s: float
    rate: float

    @property
    def alone(self) -> bool:
        """Whether no other thread wants the lock."""
        return self.spinners == 0 or self.place != "threads"


@dataclass(frozen=True)
class Point:
    """An exchange beside spinning threads, with what the law predicts of it."""

    exchange: Exchange
    alone_s: float
    """d: how long an exchange takes without them."""

    @property
    def turns_s(self) -> float:
        """One turn of each spinning thread."""
        return self.exchange.spinners * self.exchange.interval_s

    @property
    def predicted(self) -> float:
        """Exchanges per second by the law: the model's own limit, in which all who wait wake up at once."""
        # With the time that waking up takes, the simulation says anything between one turn and three for a call, by how
        # long that lasts, which nobody measured: k = 2 would not be told from k = 1.
        exchange = self.exchange
        return convoy_per_s(self.alone_s, CALLS, exchange.spinners, exchange.interval_s)

    @property
    def ratio(self) -> float:
        """Measured over predicted."""
        return self.exchange.rate / self.predicted

    @property
    def waited_s(self) -> float:
        """How much longer an exchange took than alone."""
        return 1 / self.exchange.rate - self.alone_s


def convoys(document: ResultDocument) -> list[Convoy]:
    """Return a finding for each combination of the other levels that was measured beside spinning threads."""
    groups: dict[tuple[tuple[str, str], ...], list[Exchange]] = defaultdict(list)
    for cell in document.cells:
        exchange = _exchange(cell)
        if exchange is not None:
            groups[_others(cell.factors)].append(exchange)
    found = [_finding(dict(key), exchanges) for key, exchanges in groups.items()]
    return [finding for finding in found if finding is not None]


def _others(factors: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (path, str(level))
        for path, level in factors.items()
        if path != IN_FLIGHT and path != VARIED[1] and path.partition(".")[0] != VARIED[0]
    )


def _exchange(cell: CellResult) -> Exchange | None:
    """Return the cell as an exchange at a time; null for one that is not, or that has no valid number."""
    environments = [r.environment for r in cell.whole() if r.status == "ok"]
    if cell.status != "ok" or cell.throughput_per_s is None or not environments or cell.in_flight != 1:
        return None
    environment = environments[0]
    interval_s, beside = environment.get("switch_interval_s"), environment.get("beside")
    parse_s = cell.parse.cpu_s if cell.parse is not None else None
    if environment.get("client") != CLIENT or interval_s is None or (parse_s or 0.0) > MOST_PARSE_S:
        return None
    spinners, place = (beside["spinners"], beside["in"]) if beside else (0, "threads")
    return Exchange(cell, spinners, place, interval_s, cell.throughput_per_s.median)


def _alone_s(interval_s: float, exchanges: Sequence[Exchange]) -> float | None:
    """Return d: of the cell without spinners, else of those with the spinners in processes, at this interval."""
    alike = [e for e in exchanges if e.interval_s == interval_s]
    none = [1 / e.rate for e in alike if e.spinners == 0]
    control = [1 / e.rate for e in alike if e.spinners and e.place != "threads"]
    return median(none or control) if none or control else None


def _finding(scope: Mapping[str, Any], exchanges: Sequence[Exchange]) -> Convoy | None:
    points = []
    for exchange in exchanges:
        alone_s = _alone_s(exchange.interval_s, exchanges)
        if not exchange.alone and alone_s is not None:
            points.append(Point(exchange, alone_s))
    if not points:
        return None
    points.sort(key=lambda p: (p.exchange.interval_s, p.exchange.spinners))
    near = sum(abs(point.ratio - 1) <= NEAR for point in points)
    calls = median(point.waited_s / point.turns_s for point in points)
    control = [e.rate for e in exchanges if e.spinners and e.place != "threads"]
    return Convoy(
        scope=scope,
        alone_s=median(p.alone_s for p in points),
        calls_by_law=CALLS,
        calls=calls,
        points=tuple(
            Beside(
                spinners=p.exchange.spinners,
                switch_interval_s=p.exchange.interval_s,
                measured_per_s=p.exchange.rate,
                predicted_per_s=p.predicted,
            )
            for p in points
        ),
        near=near,
        near_share=NEAR,
        control_low_per_s=min(control, default=None),
        control_high_per_s=max(control, default=None),
        waits_for=_waits_for(points, calls),
    )


def _waits_for(
    points: Sequence[Point], calls: float
) -> Literal["switch interval", "less than a turn", "something else"] | None:
    follows = grows_with_interval(points)
    if follows is None:
        return None
    if not follows:
        return "something else"
    return "switch interval" if calls >= 1 - NEAR else "less than a turn"


def grows_with_interval(points: Sequence[Point]) -> bool | None:
    """Whether the wait beside equally many threads is in proportion to the interval; null with one interval only.

    Judged by the median over the numbers of threads, from the shortest to the longest interval.
    """
    by_spinners: dict[int, list[Point]] = defaultdict(list)
    for point in points:
        by_spinners[point.exchange.spinners].append(point)
    relations = []
    for alike in by_spinners.values():
        first = min(alike, key=lambda p: p.exchange.interval_s)
        last = max(alike, key=lambda p: p.exchange.interval_s)
        if last.exchange.interval_s > first.exchange.interval_s and first.waited_s > 0:
            longer = last.exchange.interval_s / first.exchange.interval_s
            relations.append(last.waited_s / first.waited_s / longer)
    return abs(median(relations) - 1) <= NEAR if relations else None
