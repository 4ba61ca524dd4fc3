"""A letter for each strategy."""

from collections.abc import Iterator, Sequence
from itertools import count
from string import ascii_uppercase


def letters(names: Sequence[str]) -> dict[str, str]:
    """Return a mark for each name, in the order of the names, no two alike: its initial where that is free.

    The simplest names choose first, so that threads are T whatever else there is.
    """
    taken: dict[str, str] = {}
    for name in sorted(names, key=lambda each: each.count("_")):
        taken[name] = next(mark for mark in _marks(name) if mark not in taken.values())
    return {name: taken[name] for name in names}


def _marks(name: str) -> Iterator[str]:
    words = name.upper().replace("-", "_").split("_")
    yield from (word[0] for word in words if word[:1] in ascii_uppercase and word)
    yield from (letter for letter in "".join(words) if letter in ascii_uppercase)
    yield from ascii_uppercase
    yield from map(str, count(1))
