"""What a number is of: time, bytes, both, or neither. Conditions are checked like the units of a formula."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Dimension:
    """Powers of seconds and of bytes; records, cores and processes are plain numbers."""

    time: int = 0
    size: int = 0

    def times(self, other: "Dimension") -> "Dimension":
        """Return the dimension of a product."""
        return Dimension(self.time + other.time, self.size + other.size)

    def over(self, other: "Dimension") -> "Dimension":
        """Return the dimension of a quotient."""
        return Dimension(self.time - other.time, self.size - other.size)

    def __str__(self) -> str:
        return _NAMES.get(self) or f"something in {self._units()}"

    def _units(self) -> str:
        powers = (("s", self.time), ("B", self.size))
        return "·".join(unit if power == 1 else f"{unit}^{power}" for unit, power in powers if power)


PLAIN = Dimension()
DURATION = Dimension(time=1)
SIZE = Dimension(size=1)
RATE = Dimension(time=-1)

_NAMES = {PLAIN: "a plain number", DURATION: "a duration", SIZE: "a size", RATE: "a rate"}


def with_units(number: str, wanted: Dimension) -> str | None:
    """Return how a number without a unit would be written in that dimension; None where it has no unit."""
    written = {
        DURATION: f"{number}ms or {number}s",
        SIZE: f"{number}MB or {number}MiB",
        RATE: f"{number}/s",
    }
    return written.get(wanted)
