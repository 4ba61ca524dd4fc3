"""The most that strategies can do with any number of jobs in flight, by mean values."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from simulator.analysis.loops import at_load
from simulator.analysis.situations import Situation
from simulator.model.means import means
from simulator.model.network import Network, network

TRIED = tuple(2**power for power in range(13))
"""Jobs in flight with which it is looked for, beside those that there are."""


@dataclass(frozen=True)
class Most:
    """The most that a strategy can do."""

    in_flight: int
    """The fewest jobs in flight that are enough for it, less the margin."""
    per_s: float


def most(found: Sequence[Situation], margin: float) -> list[Most]:
    """Return the most that each can do; all are worked out together, which takes little more time than one."""
    tried = [_tried(each) for each in found]
    solved = iter(means([built(one) for several in tried for one in several]))
    return [
        _most([(one.shape.in_flight, next(solved).per_s) for one in several], margin) for several in tried
    ]


def built(found: Situation) -> Network:
    """Return the network of a cell, with what a request costs on a loop that is as busy as there."""
    shape = found.shape
    return network(shape, at_load(shape, found.demands, found.machine), found.machine)


def _tried(found: Situation) -> list[Situation]:
    """Return it with each number of jobs in flight that it can be run with, its own at least."""
    others = (replace(found, in_flight=count) for count in TRIED if count != found.in_flight)
    return [found, *(each for each in others if each.too_many is None)]


def _most(done: list[tuple[int, float]], margin: float) -> Most:
    """Return it from jobs in flight and what is done with them."""
    highest = max(per_s for _, per_s in done)
    enough = [(count, per_s) for count, per_s in done if per_s * (1 + margin) >= highest]
    count, per_s = min(enough, key=lambda each: (each[0], -each[1]))
    return Most(count, per_s)
