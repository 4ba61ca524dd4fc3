"""From looks at a worker to the share of a call's time in which it holds the GIL, or why that cannot be told; pure.

Each look is a pair: all samples, and at the same time those that hold the GIL. It gives one ratio, and the interval is
Student's t over the looks. Controls are not used to correct the ratio: they would add their own noise to it, and where
they are right it needs no correction. They decide whether the ratio is believed at all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, median, stdev

from simulator.stats.intervals import t_quantile
from simulator.text.numbers import share

Shares = Mapping[str, float]
"""Share of target, hold and release."""

HOLD_AT_LEAST = 0.8
RELEASE_AT_MOST = 0.15
WIDEST = 0.5
FEWEST_SAMPLES = 40
"""Of the target, in one look."""


@dataclass(frozen=True)
class Held:
    """Share of the time of one call alone in which it holds the GIL, 0 to 1, with a 95 % interval."""

    median: float
    low: float
    high: float
    estimator: str
    controls: Mapping[str, float]
    """What the same estimator said of work whose share is 1 (hold) and 0 (release)."""


def shares_of(everything: Mapping[str, int], holding: Mapping[str, int]) -> Shares | None:
    """Return the ratios of one pair of looks; null where one of the phases was hardly seen."""
    if any(everything.get(phase, 0) < FEWEST_SAMPLES for phase in ("target", "hold", "release")):
        return None
    return {phase: holding.get(phase, 0) / seen for phase, seen in everything.items()}


def estimate(pairs: Sequence[Shares], estimator: str, *, rough: bool = False) -> Held | str:
    """Return the share, or the reason why it cannot be told.

    Args:
        pairs: of each look, in their order.
        estimator: how it was looked.
        rough: looks do not see all at the same moment: the interval reaches as much further as the controls are off,
            since what put them off has put the target off too.
    """
    if len(pairs) < 3:  # noqa: PLR2004 - an interval needs three
        return "too noisy to tell: the target or a control was hardly ever seen in the samples"
    controls = {phase: median(pair[phase] for pair in pairs) for phase in ("hold", "release")}
    if controls["hold"] < HOLD_AT_LEAST or controls["release"] > RELEASE_AT_MOST:
        return (
            f"too noisy to tell: work that always holds the GIL was measured at {share(controls['hold'])}, work that"
            f" never does at {share(controls['release'])}; close other programs and try again"
        )
    values = [pair["target"] for pair in pairs]
    middle, mean = median(values), fmean(values)
    half = t_quantile(len(values) - 1, 0.975) * stdev(values) / sqrt(len(values))
    if rough:
        half += max(_off(pairs, "hold", 1.0), _off(pairs, "release", 0.0))
    low, high = min(mean - half, middle), max(mean + half, middle)
    if high - low > WIDEST:
        between = f"{share(max(0.0, low))} and {share(min(1.0, high))}"
        return f"too noisy to tell: between {between}; try again on a quiet machine"
    # Two samplers never hit the same moments: work that always holds it scatters around 1.
    return Held(_share(middle), _share(low), _share(high), estimator, controls)


def _off(pairs: Sequence[Shares], control: str, truth: float) -> float:
    return median(abs(pair[control] - truth) for pair in pairs)


def _share(value: float) -> float:
    return min(1.0, max(0.0, value))
