"""How many lanes of a timeline ran at a time, of those of which somebody saw who ran."""

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.result.attribution import Timeline


@dataclass(frozen=True)
class Together:
    """Shares of the time in which somebody looked."""

    none: float
    one: float
    several: float


def together(seen: Timeline) -> Together:
    """Return how much of the time no lane, one lane and several lanes ran.

    Args:
        seen: a timeline with turns.
    """
    watched_us = seen.width_us - (length_us(seen.watch.unseen_us) if seen.watch is not None else 0)
    counts_us = [0, 0, 0]
    edges = sorted(
        edge for lane in seen.lanes for begin, end in pairs(lane.turns_us) for edge in ((begin, 1), (end, -1))
    )
    running = last_us = 0
    for at_us, change in edges:
        counts_us[min(2, running)] += at_us - last_us
        running, last_us = running + change, at_us
    _, one, several = (count / watched_us if watched_us else 0.0 for count in counts_us)
    return Together(max(0.0, 1 - one - several), one, several)


def pairs(flat_us: Sequence[int]) -> list[tuple[int, int]]:
    """Return spans that are written one after another."""
    return list(zip(flat_us[::2], flat_us[1::2], strict=True))


def length_us(flat_us: Sequence[int]) -> int:
    """Return how long spans are together."""
    return sum(end - begin for begin, end in pairs(flat_us))
