"""What a probe found. What is null has its reason in `reasons`, under the same name."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from simulator.probe.held import Held
from simulator.stats.intervals import Interval

SCHEMA = "simulator.probe/1"


@dataclass(frozen=True)
class Threads:
    """Where the time of that many threads went, as shares of it that add up to 1."""

    on_cpu: float
    waiting: float | None
    """For a core."""
    rest: float | None
    """Neither: for the GIL, another lock, memory mapping, or a wait of the target's own."""
    kernel: float
    """Share of the CPU time that the kernel took."""
    faults_per_call: float
    cpu_per_call_s: float | None = None


@dataclass(frozen=True)
class LoopLag:
    """How late ticks of a 10 ms schedule were (s); every missed tick counts."""

    p50: float
    p90: float
    max: float
    idle_p90: float
    """Of the same loop with nothing to do, measured beside it."""


@dataclass(frozen=True)
class Python:
    """What was measured on."""

    implementation: str
    version: str
    free_threaded: bool
    """Built to run without the GIL."""
    gil_enabled: bool
    """After importing the target and calling it once on every page."""
    gil_enabled_at_end: bool | None = None
    """When all was measured; null: not read."""
    gil_enabled_by: str | None = None
    """The module that turned it on, in an import or a call; null: none did."""

    @property
    def without_gil(self) -> bool:
        """Whether all was measured without a GIL."""
        return not self.gil_enabled and not self.gil_enabled_at_end


@dataclass(frozen=True)
class Record:
    """What is handed over by a process: the first page's record, pickled."""

    page_bytes: int
    bytes: int | None
    """Null: it cannot be pickled."""
    to_blame: str | None
    """Which part of it cannot be, or weighs several times the page; null: none."""


@dataclass(frozen=True)
class Holder:
    """A function in which the GIL is held."""

    function: str
    file: str | None
    """Null: the target itself, which is written in C."""
    line: int | None
    """In which it begins."""
    share: float
    """Of the time of a call: it is the innermost function of Python, and the thread holds the GIL."""


@dataclass(frozen=True)
class Advice:
    """How to call the function in a program that has many calls to make."""

    where: str
    """inline, threads or processes."""
    reason: str


@dataclass(frozen=True)
class Measured:
    """What was measured of a target, before anything is concluded."""

    target: str
    python: Python
    cores: int
    cost_s: Interval
    gil_held: Held | None
    speedup: Mapping[int, Interval]
    """Number of threads -> calls per second over those of one thread, paired by round."""
    processes: Mapping[int, Interval]
    """The same for that many processes, the control."""
    threads: Mapping[int, Threads]
    loop_lag_s: LoopLag | None
    subinterpreter: bool | None
    keeps_gil_off: bool | None
    reasons: Mapping[str, str]
    record: Record | None = None
    holders: tuple[Holder, ...] = ()
    """The functions that hold the GIL longest, first; none where nobody looked, or it is never held."""


@dataclass(frozen=True)
class ProbeResult:
    """All of it."""

    measured: Measured
    ceiling: float | None
    """The most that threads could gain, by the held share and the cores."""
    limit: str | None
    """What holds threads back."""
    advice: Advice
    contradiction: str | None = None
    """Which two of the numbers cannot both be right."""


def to_json(result: ProbeResult) -> str:
    """Return the document; its keys may become more, never others."""
    measured = asdict(result.measured)
    document = {
        "schema": SCHEMA,
        **measured,
        "ceiling": result.ceiling,
        "limit": result.limit,
        "advice": asdict(result.advice),
        "contradiction": result.contradiction,
    }
    return json.dumps(document, indent=1, allow_nan=False)
