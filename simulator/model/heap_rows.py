"""The heap of simulator.model.heap in an array, for compiled code: the count, then pairs of when and what."""

from math import inf
from typing import Any


def comes_before(heap: Any, one: int, other: int) -> bool:
    """Whether the one at that place comes before the one at the other."""
    if heap[one] == heap[other]:
        return bool(heap[one + 1] < heap[other + 1])
    return bool(heap[one] < heap[other])


def swap(heap: Any, one: int, other: int) -> None:
    """Let two change places."""
    heap[one], heap[other] = heap[other], heap[one]
    heap[one + 1], heap[other + 1] = heap[other + 1], heap[one + 1]


def rise(heap: Any, number: int) -> None:
    """Let what comes before what is above it change places with that."""
    while number > 0:
        above = (number - 1) // 2
        if not comes_before(heap, 1 + 2 * number, 1 + 2 * above):
            break
        swap(heap, 1 + 2 * number, 1 + 2 * above)
        number = above


def sink(heap: Any, number: int) -> None:
    """Let what comes after what is below it change places with that."""
    count = int(heap[0])
    while 2 * number + 1 < count:
        below = 2 * number + 1
        if below + 1 < count and comes_before(heap, 3 + 2 * below, 1 + 2 * below):
            below += 1
        if not comes_before(heap, 1 + 2 * below, 1 + 2 * number):
            break
        swap(heap, 1 + 2 * number, 1 + 2 * below)
        number = below


def push(heap: Any, at: float, item: int) -> None:
    """Add something; of what comes at the same time, the lower number is first."""
    number = int(heap[0])
    heap[0] += 1
    heap[1 + 2 * number] = at
    heap[2 + 2 * number] = item
    rise(heap, number)


def first(heap: Any) -> float:
    """Return when the first comes; never, if nothing does."""
    return float(heap[1]) if heap[0] > 0 else inf


def take(heap: Any, number: int) -> None:
    """Take out what is at that place."""
    heap[0] -= 1
    last = int(heap[0])
    if number < last:
        swap(heap, 1 + 2 * number, 1 + 2 * last)
        rise(heap, number)
        sink(heap, number)


def pop(heap: Any) -> int:
    """Take the first."""
    item = int(heap[2])
    take(heap, 0)
    return item


def remove(heap: Any, item: int) -> None:
    """Take out something that is in it."""
    number = 0
    while heap[2 + 2 * number] != item:
        number += 1
    take(heap, number)
