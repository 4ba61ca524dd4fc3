"""Open arrivals: when each job is due, whatever became of those before it.

The moments are a pure function of seed, process, rate and ordinal, so they are the same under every strategy, in
every process of one and in every round. They are worked out before the window, never inside it.
"""

from __future__ import absolute_import, division, unicode_literals

import math

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def offsets_ns(process, rate_per_s, pages, duration_ns, uniform):
    # type: (str, float, int | None, int | None, Callable[[], float]) -> Iterator[int]
    """Yield how long after "go" each job is due (ns), in the order of page ids.

    Args:
        process: `constant`: at equal distances; `poisson`: independently of one another.
        rate_per_s: Jobs a second, on average.
        pages: How many there are; None: as many as are due before `duration_ns`.
        duration_ns: When no more are due; None: never.
        uniform: The seed's `random.Random(seed).random`.
    """

    def gap():
        # type: () -> float
        # In units of the mean gap: another rate stretches the same pattern.
        return 1.0 if process == "constant" else -math.log(1.0 - uniform())

    elapsed = 0.0 if process == "constant" else gap()
    ordinal = 0
    while pages is None or ordinal < pages:
        offset = int(round(elapsed / rate_per_s * 1e9))
        if duration_ns is not None and offset >= duration_ns:
            return
        yield offset
        ordinal += 1
        elapsed += gap()
