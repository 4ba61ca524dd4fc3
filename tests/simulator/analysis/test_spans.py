import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from simulator.analysis.spans import covered_ns, union

PAIRS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=12)


@given(PAIRS)
def test_a_moment_is_covered_once_however_many_spans_hold_it(pairs: list[tuple[int, int]]) -> None:
    starts, ends = (np.array([pair[i] for pair in pairs], dtype=np.int64) for i in (0, 1))
    moments = {moment for start, end in pairs for moment in range(start, end)}
    found = union(starts, ends)
    assert covered_ns(found) == len(moments)
    assert (found[0][1:] > found[1][:-1]).all()
