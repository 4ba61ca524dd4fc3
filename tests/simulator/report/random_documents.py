"""Documents of runs that nobody has measured: any numbers, over all that a report may have to show together."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from random import Random
from typing import Any, Literal

from hypothesis import strategies as st

from simulator.analysis.summary import concluded, summarise
from simulator.result.document import ResultDocument
from simulator.result.repetition import Arrivals, DelayError, Phase, Repetition, ServerMeasures
from simulator.result.run import PlannedCell
from simulator.stats.percentiles import Lag, Percentiles
from tests.simulator.analysis.builders import known_attribution, repetition, run
from tests.simulator.analysis.test_convoy import measured as exchanges

STRATEGIES = (
    "threads",
    "asyncio",
    "processes",
    "processes_per_core",
    "asyncio_to_threads",
    "asyncio_to_processes",
    "interpreters",
    "pool4",
)
LEVELS: tuple[Mapping[str, tuple[str, ...]], ...] = (
    {},
    {"case": ("waiting", "computing")},
    {"job.parse_cost": ("1ms", "5ms", "20ms")},
    {"server.latency": ("0ms", "20ms"), "job.parse_cost": ("1ms", "5ms", "20ms")},
    {"runtime": ("current", "3.13t")},
)


class Drawn:
    """Numbers over many powers of ten: what is written in three digits has to be so whatever its size."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - no secret

    def some(self, low: float, high: float) -> float:
        """Return a number between two, each power of ten as likely as the other."""
        return math.exp(self._random.uniform(math.log(low), math.log(high)))

    def near(self, value: float, scatter: float = 0.03) -> float:
        """Return what another round would give."""
        return value * math.exp(self._random.gauss(0, scatter))

    def level(self) -> float:
        """Return how a strategy compares with another: often as fast."""
        return self.near(1, 0.01) if self.whether() else self.some(0.3, 8)

    def perhaps(self, value: Any, share: float = 0.85) -> Any:
        """Return it, or null."""
        return value if self._random.random() < share else None

    def whether(self, share: float = 0.5) -> bool:
        """Return a coin's side."""
        return self._random.random() < share


@dataclass(frozen=True)
class Recipe:
    """What a document is made of; its numbers come from the seed."""

    seed: int
    kind: Literal["closed", "open", "convoy"]
    """How jobs come; or exchanges beside threads that compute."""
    strategies: tuple[str, ...]
    """Besides `sequential`."""
    levels: Mapping[str, tuple[str, ...]]
    rounds: int

    def document(self) -> ResultDocument:
        """Return the document."""
        drawn = Drawn(self.seed)
        rate, scatter = drawn.some(0.5, 20_000), drawn.some(0.001, 0.2)
        if self.kind == "convoy":
            return concluded(exchanges(lambda *_: drawn.some(1, 10_000), places=("threads", "processes")))
        cells: list[PlannedCell] = []
        done: list[Repetition] = []
        calibrations: dict[str, dict[str, Any]] = {}
        for combination in product(*self.levels.values()):
            for cell in _cells(dict(zip(self.levels, combination, strict=True)), self.strategies):
                cells.append(cell)
                calibrations[cell.id] = _calibration(drawn)
                done += _repetitions(
                    cell,
                    drawn,
                    [drawn.near(rate * level, scatter) for level in [drawn.level()] * self.rounds],
                    opened=self.kind == "open",
                )
        return summarise(
            run(cells, done, rounds=self.rounds, calibrations=calibrations, kept=lambda *_: None)
        )


RECIPES = st.builds(
    Recipe,
    seed=st.integers(0, 1 << 32),
    kind=st.sampled_from(["closed", "closed", "closed", "open", "convoy"]),
    strategies=st.just(("threads", "asyncio", "processes"))
    | st.lists(st.sampled_from(STRATEGIES), min_size=1, max_size=5, unique=True).map(tuple),
    levels=st.sampled_from(LEVELS),
    rounds=st.integers(1, 6),
)


def _calibration(drawn: Drawn) -> dict[str, Any]:
    return {
        "page_bytes": drawn.some(100, 1e6),
        "idle_loop_lag_s": drawn.perhaps(Lag(None, None, drawn.some(1e-5, 0.1))),
        "gil_enabled_by": drawn.perhaps("lxml.etree", 0.3),
        "parse_cpu_s": drawn.some(1e-5, 0.1),
    }


def _cells(factors: Mapping[str, str], names: Iterable[str]) -> list[PlannedCell]:
    at = "".join(f"-{level}" for level in factors.values())
    cells = []
    for name in ("sequential", *names):
        alone, marked = name == "sequential", name == "processes_per_core"
        cells.append(
            PlannedCell(
                id=f"{name}{at}",
                factors={**factors, "strategy": name, "in_flight": 1 if alone else 8},
                baseline_id=None if alone else f"sequential{at}",
                in_flight=1 if alone else 2 if marked else 8,
                marked=marked,
                unsupported=None,
            )
        )
    return cells


def _repetitions(
    cell: PlannedCell, drawn: Drawn, rates: Sequence[float], *, opened: bool
) -> list[Repetition]:
    """Return every round of a cell, of these pages/s; what is not known is so in all of them."""
    cost_s = drawn.some(1e-6, 1)
    known: dict[str, Any] = {
        "memory_bytes": drawn.perhaps(round(drawn.some(5e6, 5e10))),
        "startup_s": drawn.some(0.01, 50),
        "network_s": drawn.perhaps(drawn.some(1e-6, 1e-4) if drawn.whether() else drawn.some(1e-3, 2)),
        "fetch": Phase(0.05, drawn.some(1e-5, 0.1), 0.0),
        "parse": Phase(cost_s, cost_s, 0.0),
        "cores_used": drawn.perhaps(drawn.some(0.01, 16)),
        "cpu_per_page_s": drawn.perhaps(drawn.some(1e-5, 5)),
        "loop_lag_s": drawn.perhaps(Lag(None, None, drawn.some(1e-4, 5))) if "asyncio" in cell.id else None,
        "moved_bytes_per_page": drawn.perhaps(drawn.some(10, 1e7)) if "processes" in cell.id else None,
        **_tried_again(drawn),
        "attribution": drawn.perhaps(
            known_attribution(
                parse_cpu=drawn.some(0.001, 0.3),
                stall_parse=drawn.some(0.001, 0.3),
                run_queue=drawn.some(1e-3, 0.3),
            )
        ),
    }
    arrivals = _arrivals(drawn) if opened else None
    gil = drawn.whether()
    environment = {"version": "3.13.5", "free_threaded": not gil, "gil_enabled": [gil]}
    p50_s = drawn.some(1e-4, 20)
    found = []
    for round_, rate in enumerate(rates):
        p50 = drawn.near(p50_s)
        changes = {**known, "response_time_s": Percentiles(p50, 1.2 * p50, 1.3 * p50, None, None, 2 * p50)}
        changes["startup_s"] = drawn.near(known["startup_s"])
        if drawn.whether(0.02):
            found.append(repetition(cell.id, round_, None, status="invalid", reason="the server was late"))
        else:
            found.append(
                repetition(cell.id, round_, rate, environment=environment, arrivals=arrivals, **changes)
            )
    return found


def _tried_again(drawn: Drawn) -> dict[str, Any]:
    if drawn.whether(0.7):
        return {"attempts_per_page": 1.0, "backoff": 0.0, "given_up": 0}
    together = drawn.some(0.1, 60)
    server = ServerMeasures(
        DelayError(0.0002, 0.0002, None),
        0.1,
        saturated=False,
        loop_lag_p99_s=0.001,
        connections_opened=0,
        retries=round(drawn.some(10, 1_000)),
        retries_together=drawn.perhaps(together),
        retries_by_chance=together * drawn.some(0.01, 1),
        refused_again=drawn.some(0.01, 1),
        hung=drawn.perhaps(drawn.some(0.001, 0.9)),
    )
    return {
        "server": server,
        "attempts_per_page": 1 + drawn.some(1e-3, 5),
        "backoff": drawn.some(1e-4, 0.9),
        "given_up": round(drawn.some(0.1, 1_000)),
    }


def _arrivals(drawn: Drawn) -> Arrivals:
    offered = round(drawn.some(20, 5_000))
    waiting = drawn.perhaps(round(drawn.some(1, offered)), 0.7) or 0
    return Arrivals(
        offered=offered,
        offered_per_s=drawn.perhaps(drawn.some(0.5, 5_000)),
        started=offered - waiting // 2,
        completed=offered - waiting,
        backlog_max=waiting,
        backlog_end=waiting // 2,
        queue_s=drawn.some(1e-5, 1),
        dispatcher_late_s=None,
        dispatcher_late_tail_s=None,
        unstable=waiting > offered / 2,
    )
