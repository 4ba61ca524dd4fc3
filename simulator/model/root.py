"""Where rising functions cross zero: many at once."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

TRIES = 80
"""More than halving alone would need."""
NEAR = 1e-13
"""Of what is found: as near as it is found."""

TINY = 1e-300
"""Not nothing."""


def crossings(function: Callable[[Array], Array], high: Array) -> Array:
    """Return, for each, where between 0 and `high` a function that is -1 at 0 crosses zero, else `high`.

    Chandrupatla's method (Advances in Engineering Software 28, 1997): the inverse of a parabola through three points
    where that is safe, else halving.

    Args:
        function: rising in each; greater than 1 counts as 1.
        high: where to look at most.
    """

    def told(at: Array) -> Array:
        return np.minimum(function(at), 1.0)

    one, other = high, np.zeros_like(high)
    value, opposite = told(high), np.full_like(high, -1.0)
    done = value <= 0
    found = np.where(done, high, 0.0)
    part = np.full_like(high, 0.5)
    for _ in range(TRIES):
        at = one + part * (other - one)
        here = told(at)
        same = (here > 0) == (value > 0)
        third, third_value = np.where(same, one, other), np.where(same, value, opposite)
        other, opposite = np.where(same, other, one), np.where(same, opposite, value)
        one, value = at, here
        best = np.where(np.abs(value) < np.abs(opposite), one, other)
        apart = np.abs(other - one)
        found = np.where(done, found, best)
        done = done | (apart <= 2 * NEAR * best) | (value == 0)
        if done.all():
            break
        with np.errstate(divide="ignore", invalid="ignore"):
            xi, phi = (one - other) / (third - other), (value - opposite) / (third_value - opposite)
            parabola = value / (opposite - value) * third_value / (opposite - third_value)
            parabola += (
                (third - one)
                / (other - one)
                * (value / (third_value - value))
                * (opposite / (third_value - opposite))
            )
            safe = (phi**2 < xi) & ((1 - phi) ** 2 < 1 - xi)
        least = NEAR * best / np.maximum(apart, TINY)
        part = np.where(safe & np.isfinite(parabola), parabola, 0.5)
        part = np.clip(part, np.minimum(least, 0.5), np.maximum(1 - least, 0.5))
    return found
