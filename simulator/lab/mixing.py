"""A parser of which any share holds the GIL: a loop in pure Python, then a block that is hashed free of it."""

import hashlib
import time
from collections.abc import Callable

UNIT_S = 2e-4
"""Of one call; a parse cost is so many calls."""
LEAST_BLOCK_BYTES = 2_048
"""Of shorter ones hashlib does not release the GIL."""
TRIES = 5
_ROUNDS, _BYTES = 20_000, 2_000_000

_SOURCE = '''"""Computes for a while, {percent:g} % of the time under the GIL."""

import hashlib

ROUNDS = {rounds}
BLOCK = bytes({size})


def parse(body):
    total = 0
    for number in range(ROUNDS):
        total += number * number
    hashlib.sha256(BLOCK).digest()
    return len(body)
'''


def parser_source(held_percent: float, clock: Callable[[], float] = time.thread_time) -> str:
    """Return the module of a parser of which that share holds the GIL, by how fast this machine is now."""
    held = held_percent / 100
    rounds = UNIT_S * held / _best(_loop, clock) * _ROUNDS
    size = UNIT_S * (1 - held) / _best(_hash, clock) * _BYTES
    return _SOURCE.format(
        percent=held_percent, rounds=max(1, round(rounds)), size=max(LEAST_BLOCK_BYTES, round(size))
    )


def _best(work: Callable[[], object], clock: Callable[[], float]) -> float:
    """Return the shortest time of some."""
    found = []
    for _ in range(TRIES):
        began = clock()
        work()
        found.append(clock() - began)
    return max(min(found), 1e-9)


def _loop() -> int:
    total = 0
    for number in range(_ROUNDS):
        total += number * number
    return total


def _hash() -> bytes:
    return hashlib.sha256(bytes(_BYTES)).digest()
