"""A virtual change: of what a job needs, of the machine, or of how many jobs are in flight."""

from dataclasses import dataclass, replace
from math import floor
from typing import Any, Literal

from simulator.analysis.situations import Situation
from simulator.model.demands import Demand, Demands

Target = Literal["parse", "client", "latency", "hand-over", "server", "cores", "in flight", "GIL"]

SCALED: dict[Target, tuple[str, ...]] = {
    "parse": ("parse_held", "parse_free"),
    "client": ("client_held", "client_free"),
    "latency": ("waits_s",),
    "hand-over": ("over_worker", "over_main"),
    "server": ("server",),
}
"""What a job needs, and the demands that are multiplied."""
MOST_IN_FLIGHT = 1_000_000
MOST_CORES = 100_000


@dataclass(frozen=True)
class Times:
    """Multiplies what a job needs, or what there is."""

    target: Target
    factor: float

    def __str__(self) -> str:
        return f"{self.target} × {self.factor:g}"

    def of(self, found: Situation) -> Situation:
        """Return the situation with the change."""
        match self.target:
            case "cores":
                return with_cores(found, found.machine.cores * self.factor)
            case "in flight":
                return replace(found, in_flight=_count(found.in_flight * self.factor))
        factors = dict.fromkeys(SCALED[self.target], self.factor)
        return replace(found, demands=found.demands.scaled(**factors))


@dataclass(frozen=True)
class Becomes:
    """Sets what there is, or how long something takes."""

    target: Target
    value: float
    """In seconds, of a duration."""
    text: str
    """As it was written."""

    def __str__(self) -> str:
        counts = self.target in ("cores", "in flight")
        return f"{self.text} {self.target}" if counts else f"{self.target} {self.text}"

    def of(self, found: Situation) -> Situation:
        """Return the situation with the change; what is nothing cannot become something else by a factor."""
        match self.target:
            case "cores":
                return with_cores(found, self.value)
            case "in flight":
                return replace(found, in_flight=_count(self.value))
            case "latency":
                return replace(found, demands=replace(found.demands, waits_s=(self.value,)))
        return replace(found, demands=_taking(found.demands, SCALED[self.target], self.value))


@dataclass(frozen=True)
class Waits:
    """Another latency, as a distribution."""

    waits_s: tuple[float, ...]
    """Of the pages, in turn."""
    text: str
    """As it was written."""

    def __str__(self) -> str:
        return f"latency {self.text}"

    def of(self, found: Situation) -> Situation:
        """Return the situation with the change."""
        return replace(found, demands=replace(found.demands, waits_s=self.waits_s))


@dataclass(frozen=True)
class Lock:
    """Whether a parse holds the GIL, or whether there is one."""

    target: Literal["parse", "GIL"]
    held: bool
    text: str
    """As it is told."""

    def __str__(self) -> str:
        return self.text

    def of(self, found: Situation) -> Situation:
        """Return the situation with the change."""
        if self.target == "GIL":
            return replace(found, machine=replace(found.machine, gil=self.held))
        demands = found.demands
        all_s = demands.parse_held.mean_s + demands.parse_free.mean_s
        error = max(demands.parse_held.error, demands.parse_free.error)
        all_of_it, none_of_it = Demand(all_s, error), Demand(0.0)
        return replace(
            found,
            demands=replace(
                demands,
                parse_held=all_of_it if self.held else none_of_it,
                parse_free=none_of_it if self.held else all_of_it,
                parse_drops=0.0 if self.held else max(1.0, demands.parse_drops),
            ),
        )


@dataclass(frozen=True)
class Together:
    """Several changes at once."""

    changes: tuple["Change", ...]

    def __str__(self) -> str:
        return "all of it"

    def of(self, found: Situation) -> Situation:
        """Return the situation with all of them."""
        for change in self.changes:
            found = change.of(found)
        return found


Change = Times | Becomes | Waits | Lock | Together


def with_cores(found: Situation, cores: float) -> Situation:
    """Return the situation on a machine of so many cores, whatever its affinity is here."""
    cores = max(1.0, cores)
    return replace(found, machine=replace(found.machine, cores=cores), cores=floor(cores))


def _count(value: float) -> int:
    return max(1, min(MOST_IN_FLIGHT, round(value)))


def _taking(demands: Demands, names: tuple[str, ...], all_s: float) -> Demands:
    """Return demands of which some take so long together, in the shares that they have; else the first takes all."""
    now_s = sum(getattr(demands, name).mean_s for name in names)
    if now_s > 0:
        return demands.scaled(**dict.fromkeys(names, all_s / now_s))
    first: dict[str, Any] = {names[0]: Demand(all_s)}
    return replace(demands, **first)
