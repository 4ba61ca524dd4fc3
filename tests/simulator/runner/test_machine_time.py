"""What the machine did meanwhile: that is, the cores that a run may use."""

import pytest

from simulator.runner.observe import TICKS_PER_S, spent

STAT = """cpu  400 0 100 9000 0 10 20 30 5 0
cpu0 100 0 50 4500 0 10 0 30 5 0
cpu1 300 0 50 4500 0 0 20 0 0 0
intr 1 2 3
"""


def test_all_cores_are_those_of_the_first_line() -> None:
    for cpus in ((), (0, 1), (7,)):
        whole = spent(STAT, cpus)
        assert whole.user_s == pytest.approx(500 / TICKS_PER_S)
        assert whole.irq_s == pytest.approx(30 / TICKS_PER_S)
        assert whole.steal_s == pytest.approx(30 / TICKS_PER_S)
        assert whole.cores == 2


def test_what_happens_on_others_is_left_out() -> None:
    mine = spent(STAT, (1,))
    assert (mine.user_s, mine.irq_s, mine.steal_s) == (350 / TICKS_PER_S, 20 / TICKS_PER_S, 0.0)
    assert mine.cores == 1
