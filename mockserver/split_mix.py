"""Numbers that depend on a key alone: SplitMix64, whose n-th element is computed directly.

Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014.
"""

GOLDEN_GAMMA = 0x9E3779B97F4A7C15
"""What lies between two elements of a stream before they are mixed."""

_WORD = (1 << 64) - 1


def mixed(word: int) -> int:
    """SplitMix64's finaliser: every input bit flips each output bit with probability one half."""
    word &= _WORD
    word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) & _WORD
    word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & _WORD
    return word ^ (word >> 31)


def unit(word: int) -> float:
    """Give the middle of one of 2^53 equal steps from 0 to 1: never 0 and never 1."""
    return ((word >> 11) + 0.5) / (1 << 53)
