"""What was seen of threads that were looked at from outside, again and again."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .samples import Column

EVERY_NS = 1_000_000
"""A look is due that often."""


@dataclass(frozen=True)
class Looks:
    """A row for each look, a column for each thread. The clock is that of the samples, CLOCK_MONOTONIC (ns)."""

    workers: tuple[int, ...]
    """The worker that each column is of."""
    of: int
    """How many workers there are, those included that nobody looked at."""
    at_ns: Column
    """When each look was taken: the middle between its first reading and its last."""
    runnable: NDArray[np.bool_]
    """Whether the thread was running, or could have been if a core had been free."""
    queued_ns: Column
    """How long it had waited for a core until then, in all; a wait is added when it ends."""
    on_cpu_ns: Column
    """Its CPU time until then; exact while it is not running."""
    cost_ns: int
    """CPU time that the looking took."""

    def __len__(self) -> int:
        return len(self.at_ns)
