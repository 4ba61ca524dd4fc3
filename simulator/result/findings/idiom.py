"""What concurrency costs as people write it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from simulator.stats.intervals import Interval


@dataclass(frozen=True, kw_only=True)
class HandedOut:
    """A strategy whose jobs an executor hands out."""

    strategy: str
    own_in_flight: int | None
    """Its jobs in flight where they are other than those of the rest, by its chunks."""
    effect: Literal["costs", "costs a little", "as fast", "gains a little", "gains", "cannot tell"]
    """What the executor does: surely slower than where workers claim their jobs, by more than the margin or by less; or
    surely within it; or faster; or the rounds cannot tell."""
    ratio: Interval
    """Its throughput over that of where they do."""
    cpu_more_s: float | None
    """CPU per page beyond what it is there."""


@dataclass(frozen=True, kw_only=True)
class Idiom:
    """What it costs that an executor hands the jobs out, beside the strategy that is like it in all else."""

    kind: Literal["idiom"] = "idiom"
    scope: Mapping[str, Any]
    """The levels that it speaks of."""
    over: str
    """The strategy whose workers claim their jobs themselves."""
    handed_out: tuple[HandedOut, ...]
    """As they are listed; at least one."""
