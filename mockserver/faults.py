"""Which fault an attempt meets, as a pure function of (seed, page id, attempt).

No state and no order, as with delays: whoever knows the configuration knows what was to become of each attempt.
Each page and each attempt take a number of their own in (0, 1) from SplitMix64 streams that neither share with the
delays. The shares of all faults lie side by side in that interval, so that an attempt meets one of them at most.

Faults that a page meets in all of its attempts, and sequences, come first and are looked up by the page's number.
The attempt's own number is then drawn from what they leave: so both kinds have the share that was asked for,
exactly.
"""

from collections.abc import Callable, Iterable
from itertools import accumulate

from mockserver.fault_models import Fault, Made, Sequence
from mockserver.split_mix import GOLDEN_GAMMA, mixed, unit

Drawn = Callable[[int, int], Made | None]
"""(page id, attempt from 1) -> the fault that it meets; null: none."""

# Keeps these numbers apart from those of the delays, which come from the same seed.
_OWN = 0x66_61_75_6C_74_73  # "faults"


def drawer(faults: Iterable[Fault], seed: int) -> Drawn:
    """Prepare the faults of a configuration for many attempts."""
    whole = tuple(fault for fault in faults if _is_of_page(fault))
    single = tuple(fault for fault in faults if not _is_of_page(fault))
    ends = tuple(accumulate(fault.share for fault in (*whole, *single)))
    of_pages = ends[len(whole) - 1] if whole else 0.0
    stream = mixed(mixed(seed) ^ _OWN)

    def drawn(page: int, attempt: int) -> Made | None:
        key = mixed(stream + (page + 1) * GOLDEN_GAMMA)
        number = unit(key)
        if number < of_pages:
            return _met(whole[_position(ends, number)], attempt)
        if not single:
            return None
        number = of_pages + (1 - of_pages) * unit(mixed(key + attempt * GOLDEN_GAMMA))
        position = _position(ends, number)
        return None if position == len(ends) else _met(single[position - len(whole)], attempt)

    return drawn


def _is_of_page(fault: Fault) -> bool:
    return isinstance(fault, Sequence) or fault.attempts == "all"


def _met(fault: Fault, attempt: int) -> Made | None:
    if isinstance(fault, Sequence):
        return fault.made(attempt)
    return None if fault.attempts == "first" and attempt > 1 else fault


def _position(ends: tuple[float, ...], number: float) -> int:
    for position, end in enumerate(ends):  # a handful: quicker than bisecting
        if number < end:
            return position
    return len(ends)
