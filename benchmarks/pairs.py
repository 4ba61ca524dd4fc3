"""Alternating pairs: two things measured in turn, so that a machine whose speed drifts treats both alike."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Ratio:
    """Median of the paired ratios and the 95 % interval of that median (bootstrap)."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.3f} ({self.low:.3f} to {self.high:.3f})"


def alternate(first: Callable[[], float], second: Callable[[], float], pairs: int) -> Ratio:
    """Return first / second over this many pairs, the order within a pair swapped each time."""
    ratios = []
    for index in range(pairs):
        if index % 2:
            b, a = second(), first()
        else:
            a, b = first(), second()
        ratios.append(a / b)
    values = np.array(ratios)
    draws = np.random.default_rng(0).choice(values, (4000, len(values)))
    low, high = np.quantile(np.median(draws, axis=1), [0.025, 0.975])
    return Ratio(float(np.median(values)), float(low), float(high))
