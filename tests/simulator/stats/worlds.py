"""Simulated rounds whose truth is known: cells of one combination, with the scatter that real ones have."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SCATTER: Mapping[str, tuple[float, ...]] = {
    "alike": (0.02, 0.02, 0.02, 0.02, 0.02, 0.02),
    "one restless": (0.047, 0.004, 0.004, 0.004, 0.004, 0.004),
    "two restless": (0.03, 0.03, 0.004, 0.004, 0.004, 0.004),
    "spread": (0.004, 0.006, 0.01, 0.016, 0.025, 0.04),
}
"""Standard deviations of the logarithms, as of threads and asyncio of one and the same run."""


def rounds(
    random: np.random.Generator, truth: Array, scatter: str, count: int, *, stolen: bool = False
) -> dict[tuple[str, int], float]:
    """Return scores by cell (its number as text) and round.

    The machine's speed drifts: a random walk over the repetitions, in each round in an order of its own. With `stolen`
    its host takes some 15 % in every tenth repetition.
    """
    cells = len(truth)
    spread = random.permutation(np.array(SCATTER[scatter][:cells]))
    walk = np.cumsum(random.normal(0, 0.003, (count, cells)), axis=None).reshape(count, cells)
    for row in walk:
        random.shuffle(row)
    noise = random.normal(0, 1, (count, cells)) * spread
    if stolen:
        noise -= (random.random((count, cells)) < 0.1) * random.exponential(0.15, (count, cells))
    scores = truth + noise + walk
    return {(str(i), r): float(scores[r, i]) for r in range(count) for i in range(cells)}
