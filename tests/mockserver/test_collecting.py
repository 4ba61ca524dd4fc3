"""The collector is set for a crowd, and only for one."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from mockserver.collecting import CROWD, Collecting


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    usual = gc.get_threshold()
    yield
    gc.set_threshold(*usual)
    gc.unfreeze()


def test_few_connections_leave_it_as_it_is() -> None:
    usual, frozen = gc.get_threshold(), gc.get_freeze_count()
    Collecting().settle(CROWD - 1)
    assert (gc.get_threshold(), gc.get_freeze_count()) == (usual, frozen)


def test_a_crowd_is_set_aside_until_it_has_gone() -> None:
    class Cycle:
        def __init__(self) -> None:
            self.own = self

    usual, collecting = gc.get_threshold(), Collecting()
    collecting.settle(CROWD)
    assert gc.get_threshold()[:2] == usual[:2]
    assert gc.get_threshold()[2] > 10**6
    assert gc.get_freeze_count() > 1_000
    kept = Cycle()
    gone = weakref.ref(kept)
    collecting.settle(CROWD)
    del kept
    # It was alive when the second window began, and is garbage when the third does.
    assert gone() is not None
    collecting.settle(CROWD)
    assert gone() is None
    collecting.settle(0)
    assert gc.get_threshold() == usual
