"""A two-way layout: scores of things that were tried in rounds, not all in each. Scores are logarithms.

score = cell + round, without interaction, by weighted least squares (Searle, Linear Models, 1971, chapter 7). A round
in which the machine was slow lowers all its cells alike, so that cells which were never run in the same round can be
compared through those that were.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Key = tuple[str, int]
"""(what was tried, round)."""


@dataclass(frozen=True)
class Layout:
    """What was fitted."""

    effects: Mapping[str, float]
    """Of each cell: its mean score, the machine's drift taken out."""
    variance: float | None
    """Of a score of weight 1 around the fit; null where nothing is left to tell it from."""
    degrees: int
    """Of freedom of that variance."""
    _index: Mapping[str, int]
    _covariance: NDArray[np.float64]
    """Of the effects, in units of that variance."""

    def spread(self, a: str, b: str) -> float:
        """Return the variance of effect a - effect b over that of one score of weight 1: 2/n where none is missing."""
        i, j = self._index[a], self._index[b]
        c = self._covariance
        return float(c[i, i] + c[j, j] - 2 * c[i, j])


def fit(scored: Mapping[Key, float], weights: Mapping[Key, float] | None = None) -> Layout:
    """Fit at least one score.

    Args:
        scored: by cell and round.
        weights: how much each counts, 1 where nothing is said; more than 0.
    """
    cells = {cell: i for i, cell in enumerate(dict.fromkeys(cell for cell, _ in scored))}
    rounds = {round_: i for i, round_ in enumerate(sorted({round_ for _, round_ in scored}))}
    design = np.zeros((len(scored), len(cells) + len(rounds)))
    for row, (cell, round_) in enumerate(scored):
        design[row, cells[cell]] = 1
        design[row, len(cells) + rounds[round_]] = 1
    root = np.sqrt([1.0 if weights is None else weights.get(key, 1.0) for key in scored])
    weighted = design * root[:, None]
    inverse = np.linalg.pinv(weighted.T @ weighted, hermitian=True)
    values = np.fromiter(scored.values(), float)
    found = inverse @ (weighted.T @ (values * root))
    residual = (values - design @ found) * root
    degrees = len(scored) - int(np.linalg.matrix_rank(weighted))
    # Effects are known but for a constant: the rounds' mean is put into the cells, so that they read as mean scores.
    level = float(np.mean(found[len(cells) :]))
    return Layout(
        {cell: float(found[i]) + level for cell, i in cells.items()},
        float(residual @ residual) / degrees if degrees > 0 else None,
        degrees,
        cells,
        np.asarray(inverse[: len(cells), : len(cells)], np.float64),
    )
