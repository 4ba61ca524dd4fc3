"""Open arrivals: when each job is due, whatever became of those before it.

The moments are a pure function of seed, process, rate and ordinal, so they are the same under every strategy, in
every process of one and in every round. They are worked out before the window, never inside it.
"""

from array import array
from random import Random

from .spec import Spec


def offsets_ns(spec: Spec) -> "array[int] | None":
    """Return how long after "go" each job is due (ns), in the order of page ids; null for closed arrivals.

    A fixed count of pages has as many; a fixed duration has those that are due before its end.
    """
    arrivals = spec.arrivals
    if arrivals is None:
        return None
    random = Random(spec.seed)  # noqa: S311 - arrivals are to be repeated, not to be kept secret
    constant = arrivals.process == "constant"
    # In units of the mean gap: another rate stretches the same pattern.
    elapsed = 0.0 if constant else random.expovariate(1.0)
    offsets = array("q")
    while spec.pages is None or len(offsets) < spec.pages:
        offset = round(elapsed / arrivals.rate_per_s * 1e9)
        if spec.duration_ns is not None and offset >= spec.duration_ns:
            break
        offsets.append(offset)
        elapsed += 1.0 if constant else random.expovariate(1.0)
    return offsets
