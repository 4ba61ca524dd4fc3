"""Open arrivals: when each job is due, whatever became of those before it.

The moments are a pure function of seed, process, rate and ordinal, or are given, so they are the same under every
strategy, in every process of one and in every round. They are worked out before the window, never inside it.
"""

from __future__ import absolute_import, division, unicode_literals

import math

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


def offsets_ns(process, rate_per_s, pages, duration_ns, uniform, recorded=(), period_ns=None):
    # type: (str, float, int | None, int | None, Callable[[], float], Sequence[int], int | None) -> Iterator[int]
    """Yield how long after "go" each job is due (ns), in the order of page ids.

    Args:
        process: `constant`: at equal distances; `poisson`: independently of one another.
        rate_per_s: Jobs a second, on average.
        pages: How many there are; None: as many as are due before `duration_ns`.
        duration_ns: When no more are due; None: never.
        uniform: The seed's `random.Random(seed).random`.
        recorded: Of the process `recorded`: when jobs are due (ns), rising.
        period_ns: After which they come again.
    """
    if process == "recorded":
        for offset in _repeated(recorded, period_ns, pages, duration_ns):
            yield offset
        return

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


def _repeated(recorded, period_ns, pages, duration_ns):
    # type: (Sequence[int], int | None, int | None, int | None) -> Iterator[int]
    ordinal = 0
    while pages is None or ordinal < pages:
        turn, at = divmod(ordinal, len(recorded))
        offset = recorded[at] + turn * (period_ns or 0)
        if duration_ns is not None and offset >= duration_ns:
            return
        yield offset
        ordinal += 1
