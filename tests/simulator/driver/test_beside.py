"""Spinners compute between spin and park, and never outlive who started them."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from simulator.driver.beside import PROGRAM, Spinner, SpinnerProcesses, SpinnerThreads, open_spinners
from simulator.driver.spec import Beside
from simulator.runner.family import READABLE, thread_time

PLACES = ("threads", "processes")


def cpu_ns(spinners: list[Spinner]) -> list[int]:
    spent = [thread_time(spinner.pid, spinner.tid) for spinner in spinners]
    return [0 if one is None else one.on_cpu_ns for one in spent]


@pytest.mark.skipif(not READABLE, reason="the CPU of threads cannot be read on this system")
@pytest.mark.parametrize("place", PLACES)
def test_all_spin_until_they_are_parked(place: str) -> None:
    made = open_spinners(Beside(2, place))
    try:
        spinners = made.start()
        parked = cpu_ns(spinners)
        made.spin()
        deadline = time.monotonic() + 60
        while min(now - then for now, then in zip(cpu_ns(spinners), parked, strict=True)) < 20_000_000:
            assert time.monotonic() < deadline, "a spinner does not compute"
        made.park()
        after = cpu_ns(spinners)
        busy = time.perf_counter()
        while time.perf_counter() - busy < 0.1:
            pass
        assert max(now - then for now, then in zip(cpu_ns(spinners), after, strict=True)) < 5_000_000
    finally:
        made.release()
    assert len({spinner.tid for spinner in spinners}) == 2
    deadline = time.monotonic() + 60  # `join` returns a moment before the system has taken a thread away
    while any(thread_time(spinner.pid, spinner.tid) for spinner in spinners):
        assert time.monotonic() < deadline, "a spinner outlives its release"


@pytest.mark.parametrize("place", PLACES)
def test_they_end_also_while_they_spin(place: str) -> None:
    made = open_spinners(Beside(1, place))
    made.start()
    made.spin()
    made.release()
    made.release()


def test_nothing_beside_the_job_starts_nothing() -> None:
    made = open_spinners(None)
    assert isinstance(made, SpinnerThreads)
    assert made.start() == []
    made.spin()
    made.park()
    made.release()


def test_where_it_says_processes_they_are_processes() -> None:
    assert isinstance(open_spinners(Beside(1, "processes")), SpinnerProcesses)


def test_a_spinner_process_ends_when_its_input_does_though_it_spins() -> None:
    child = subprocess.Popen(
        [sys.executable, "-I", "-S", str(PROGRAM)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdin is not None
    assert child.stdout is not None
    assert int(child.stdout.readline()) > 0
    child.stdin.write(b"spin\n")
    child.stdin.flush()
    assert child.stdout.readline() == b"spinning\n"
    child.stdin.close()
    assert child.wait(30) == 0
    child.stdout.close()


def test_the_program_stands_beside_its_module() -> None:
    assert PROGRAM.is_file()
    assert PROGRAM.parent == Path(sys.modules[SpinnerThreads.__module__].__file__ or "").parent
