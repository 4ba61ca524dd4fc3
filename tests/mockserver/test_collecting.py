"""The collector is set for a crowd, and only for one."""

import gc
import weakref
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from mockserver.collecting import CROWD, Collecting
from mockserver.config import ServerConfig
from mockserver.connection import ConnectionCount
from mockserver.loop_lag import LoopLag
from mockserver.operations import Operations


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


def test_when_the_last_of_a_crowd_has_gone_nothing_stays_of_it() -> None:
    usual = gc.get_threshold()
    connections = ConnectionCount()
    pages: Any = SimpleNamespace(served=SimpleNamespace(config=ServerConfig()))
    reach: Any = None
    made = Operations(pages, connections, LoopLag(), reach)
    made._collecting.settle(CROWD)
    assert gc.get_threshold() != usual
    connections.when_none()
    assert gc.get_threshold() == usual
