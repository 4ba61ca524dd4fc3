"""Both heaps give the same, in the same order."""

from math import inf

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from simulator.model import heap, heap_rows

TIMES = st.lists(st.floats(0, 10) | st.sampled_from([1.0, 2.0]), max_size=30)


@given(TIMES, st.data())
def test_the_earliest_is_first(times: list[float], data: st.DataObject) -> None:
    pairs: heap.Heap = []
    rows = np.zeros(1 + 2 * len(times))
    for item, at in enumerate(times):
        heap.push(pairs, at, item)
        heap_rows.push(rows, at, item)
    left = set(range(len(times)))
    for item in data.draw(st.sets(st.sampled_from(sorted(left)))) if left else ():
        heap.remove(pairs, item)
        heap_rows.remove(rows, item)
        left.discard(item)
    for at, item in sorted((times[item], item) for item in left):
        assert heap.first(pairs) == heap_rows.first(rows) == at
        assert heap.pop(pairs) == heap_rows.pop(rows) == item
    assert heap.first(pairs) == heap_rows.first(rows) == inf
