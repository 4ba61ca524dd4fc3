"""What rules of thumb would have chosen, and what that costs. Pure data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

RuleName = Literal["goetz", "executor", "dask", "asyncio"]


@dataclass(frozen=True, kw_only=True)
class RuleOfThumb:
    """One rule, in one combination of levels."""

    rule: RuleName
    """`goetz`: cores × (1 + wait / compute) threads; `executor`: min(32, cores + 4) threads, as Python's
    ThreadPoolExecutor has; `dask`: a process for each core, from 5 cores on about √cores processes of threads, a
    thread for each core; `asyncio`: a loop where a job waits longer than it computes, else a process for each core."""
    levels: Mapping[str, Any]
    """The levels that it speaks of, `in_flight` apart."""
    strategy: str
    """That it would have taken."""
    in_flight: int
    """Jobs in flight, likewise; a loop has the most that the run has."""
    per_s: float | None
    """What that does; null where it is not known."""
    best_strategy: str
    best_in_flight: int
    best_per_s: float
    """What does most, of what this was looked for in: measured where `measured`, else predicted."""
    of_best: float | None
    """What the rule's choice does over that."""
    measured: bool
    """Both are measured; otherwise both are predicted."""
