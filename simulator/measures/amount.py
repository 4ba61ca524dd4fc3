"""Values with their units, by what they are of."""

from collections.abc import Callable, Mapping

from simulator.measures.dimension import DURATION, RATE, SIZE, Dimension
from simulator.text.numbers import duration, number, rate, size

_WRITTEN: Mapping[Dimension, Callable[[float], str]] = {DURATION: duration, SIZE: size, RATE: rate}


def amount(value: float, dimension: Dimension) -> str:
    """Return a value in base units (s, B, 1/s) with the unit that suits it; what is none of these is a number."""
    return _WRITTEN.get(dimension, number)(value)
