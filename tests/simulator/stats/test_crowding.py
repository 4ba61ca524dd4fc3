import numpy as np
import pytest

from simulator.stats.crowding import by_chance, close_by

MS = 1_000_000


def test_who_comes_alone_has_no_company_and_who_comes_in_a_crowd_has_all_of_it() -> None:
    assert close_by([], MS) is None
    assert close_by([5], MS) == 0
    assert close_by([0, 10 * MS, 20 * MS], MS) == 0
    crowds = np.sort(np.concatenate([at + np.arange(8) for at in range(0, 100 * MS, 10 * MS)]))
    assert close_by(crowds, MS) == 7


def test_both_ends_belong_to_it() -> None:
    assert close_by([0, MS], MS) == 1
    assert close_by([0, MS + 1], MS) == 0


def test_moments_that_have_nothing_to_do_with_one_another_have_what_chance_gives_them() -> None:
    moments = np.sort(np.random.default_rng(1).integers(0, 10_000 * MS, 2_000))
    assert close_by(moments, 10 * MS) == pytest.approx(by_chance(2_000, 10 * MS, 10_000 * MS), rel=0.05)
    assert by_chance(0, MS, MS) == by_chance(5, MS, 0) == 0
