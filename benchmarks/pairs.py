"""Alternating pairs: two things measured in turn, so that a machine whose speed drifts treats both alike."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from simulator.runner.observe import machine_time

STEAL = 0.03
"""Share of the machine that its host may take during a pair; above, the pair is measured again."""


@dataclass(frozen=True)
class Ratio:
    """Median of the paired ratios and the 95 % interval of that median (bootstrap)."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.3f} ({self.low:.3f} to {self.high:.3f})"


def alternate(first: Callable[[], float], second: Callable[[], float], pairs: int) -> Ratio:
    """Return first / second over this many pairs, the order within a pair swapped each time.

    A pair during which the host took more than STEAL of the machine is measured again; when as many pairs were
    dropped as were asked for, those with the least steal make up the number.
    """
    kept: list[float] = []
    dropped: list[tuple[float, float]] = []
    while len(kept) < pairs and len(dropped) < pairs:
        before, began = machine_time(), time.monotonic()
        if (len(kept) + len(dropped)) % 2:
            b, a = second(), first()
        else:
            a, b = first(), second()
        after, wall_s = machine_time(), time.monotonic() - began
        steal = (
            0.0
            if before is None or after is None
            else (after.steal_s - before.steal_s) / wall_s / after.cores
        )
        if steal > STEAL:
            dropped.append((steal, a / b))
        else:
            kept.append(a / b)
    kept += [ratio for _, ratio in sorted(dropped)[: pairs - len(kept)]]
    values = np.array(kept)
    draws = np.random.default_rng(0).choice(values, (4000, len(values)))
    low, high = np.quantile(np.median(draws, axis=1), [0.025, 0.975])
    return Ratio(float(np.median(values)), float(low), float(high))
