"""How sure the ratio of two cells is that were measured side by side: what hits a round hits both, and cancels.

The differences of the logarithms, one for each round, are a sample of their own; its scatter is moderated by that of
the other pairs of the run, as between two runs (`unpaired`).
"""

from collections.abc import Sequence

import numpy as np

from simulator.stats.moderation import moderated
from simulator.stats.unpaired import Differences, scattered


def paired(logs: Sequence[Sequence[float]], first: int | None = None) -> Differences:
    """Return the mean difference of each pair, with how sure it is.

    Args:
        logs: of each pair the difference of every round that has both, in order, at least three.
        first: as of `scattered`.
    """
    found = scattered(logs, first)
    variance, degrees = moderated(found.variance, found.degrees)
    return Differences(found.mean, np.sqrt(variance / found.rounds), degrees)
