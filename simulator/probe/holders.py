"""From looks at a worker to the functions that hold the GIL longest; pure."""

from collections import Counter
from collections.abc import Sequence

from simulator.probe.result import Holder
from simulator.probe.sampling import Function, Look

MOST = 5
LEAST = 0.005
"""Of the time of a call: less is not worth a line."""


def longest(looks: Sequence[Look], target: str) -> tuple[Holder, ...]:
    """Return who holds the GIL longest, the longest first.

    Args:
        looks: at the target in its turns.
        target: what stands for itself where it is written in C.
    """
    seen = sum(one.everything["target"] for one in looks)
    counted: Counter[Function | None] = Counter()
    for one in looks:
        counted.update(one.holders)
    if not seen:
        return ()
    # Two samplers never hit the same moments: together they may come to a little more than all.
    whole = max(seen, counted.total())
    return tuple(
        Holder(target, None, None, number / whole)
        if function is None
        else Holder(function.name, function.file, function.line, number / whole)
        for function, number in counted.most_common(MOST)
        if number / whole >= LEAST
    )
