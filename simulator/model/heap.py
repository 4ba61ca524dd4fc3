"""What is to come, the earliest first: pairs of when and what."""

from heapq import heapify, heappop, heappush
from math import inf

Heap = list[tuple[float, int]]


def push(heap: Heap, at: float, item: int) -> None:
    """Add something; of what comes at the same time, the lower number is first."""
    heappush(heap, (at, item))


def first(heap: Heap) -> float:
    """Return when the first comes; never, if nothing does."""
    return heap[0][0] if heap else inf


def pop(heap: Heap) -> int:
    """Take the first."""
    return heappop(heap)[1]


def remove(heap: Heap, item: int) -> None:
    """Take out something that is in it."""
    at = next(at for at, (_, each) in enumerate(heap) if each == item)
    heap[at] = heap[-1]
    heap.pop()
    heapify(heap)
