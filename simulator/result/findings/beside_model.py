"""Where what was measured is not what the model predicts from one job alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from simulator.result.prediction import Band
from simulator.stats.intervals import Interval


@dataclass(frozen=True, kw_only=True)
class Unexplained:
    """A strategy that surely did less, or more, than its band, by more than the margin: the worst of a combination."""

    kind: Literal["unexplained"] = "unexplained"
    scope: Mapping[str, Any]
    """The levels that it speaks of."""
    strategy: str
    throughput_per_s: Interval
    """As it was measured."""
    predicted_per_s: Band
    of_predicted: float
    """Measured over predicted."""
