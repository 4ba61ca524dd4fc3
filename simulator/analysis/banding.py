"""Between which a measured number lies, around a predicted one."""

from math import exp

from simulator.result.prediction import Band

Z_90 = 1.645
"""Of the normal distribution: between minus and plus so many standard errors lie 90 %."""
MODEL_ERROR = 0.09
"""Standard error of the model itself, as a share; see docs/prediction.md."""


def band(middle: float, error: float) -> Band:
    """Return the band of a number whose logarithm has this standard error."""
    reach = exp(Z_90 * error)
    return Band(middle, middle / reach, middle * reach)
