"""CPUs that one measurement has, no other gets."""

from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.runner.stop import Stop, Stopped
from simulator.spread.reserved import reserved


def ask(stop: Stop, told: list[str]) -> Callable[[], None]:
    def waiting() -> None:
        told.append("waiting")
        stop.set()

    return waiting


def test_whoever_wants_one_of_them_waits(tmp_path: Path) -> None:
    told: list[str] = []
    with reserved([0, 1], tmp_path / "r", Stop()):
        stop = Stop()
        with pytest.raises(Stopped), reserved([1, 2], tmp_path / "r", stop, ask(stop, told)):
            pytest.fail("both have CPU 1")
        stop = Stop()
        with reserved([2, 3], tmp_path / "r", stop, ask(stop, told)):
            pass
    assert told == ["waiting"]
    with reserved([1, 2], tmp_path / "r", Stop(), lambda: pytest.fail("nobody has it")):
        pass


def test_where_cpus_have_no_numbers_there_is_one_for_all(tmp_path: Path) -> None:
    stop = Stop()
    with (
        reserved([], tmp_path, Stop()),
        pytest.raises(Stopped),
        reserved([], tmp_path, stop, ask(stop, [])),
    ):
        pytest.fail("both have it")
