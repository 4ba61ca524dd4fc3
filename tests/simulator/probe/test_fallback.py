"""Where py-spy may not look: every way of failing ends in the other estimator, named as such, never in a traceback."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.probe.held import Held, estimate
from simulator.probe.measure import Budget, measure
from simulator.probe.py_spy import PySpy
from simulator.probe.worker import Target, Worker, open_worker
from simulator.runner.driver_process import DriverError

HERE = Path(__file__).parent
REFUSED = "echo 'Error: Permission denied (os error 13)' >&2; exit 1"
SAMPLERS = {
    "refused": REFUSED,
    "silent": "exit 0",
    "crashed": "kill -9 $$",
    "garbage": 'while [ "$1" != --output ]; do shift; done; echo "no stacks at all" > "$2"',
}


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page"
    path.write_bytes(b"<title>x</title>")
    return path


@pytest.fixture
def worker(page: Path) -> Iterator[Worker]:
    with open_worker(sys.executable, target("known_truth:measures", page)) as worker:
        yield worker


def target(name: str, page: Path) -> Target:
    return Target(name, (page,), (str(HERE),))


def sampler(folder: Path, script: str) -> str:
    path = folder / "py-spy"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize("kind", SAMPLERS)
def test_a_sampler_that_fails_leaves_the_other_estimator(kind: str, page: Path, tmp_path: Path) -> None:
    budget = Budget(
        rounds=1,
        window_s=0.02,
        looks=3,
        loop_s=0,
        imports=False,
        scaling=False,
        sampler=PySpy(sampler(tmp_path, SAMPLERS[kind])),
    )
    said: list[str] = []
    found = measure(target("html.parser", page), sys.executable, budget, said.append)
    told = found.gil_held.estimator if found.gil_held is not None else found.reasons["gil_held"]
    if kind != "garbage":  # which is a look that saw nothing
        assert "a spinning thread beside it" in told
        assert any("nobody can look at it" in line for line in said)
    if kind == "refused":
        assert "not allowed here" in told
    assert found.cost_s.median > 0  # what comes after it was asked and answered


def test_turns_end_with_their_block_whatever_ends_it(worker: Worker) -> None:
    with pytest.raises(ZeroDivisionError), worker.taking_turns():
        _ = 1 / 0
    assert worker.measure("threads", threads=1, calls=2, first=0)["calls_per_s"] > 0


def test_an_answer_to_something_else_is_none(worker: Worker) -> None:
    worker.ask("threads", threads=1, calls=2, first=0)
    with pytest.raises(DriverError, match=r"asked for 'spinner', and its answer is"):
        worker.answer("spinner")


def test_a_worker_that_dies_is_told_with_its_last_words(page: Path) -> None:
    with (
        open_worker(sys.executable, target("known_truth:dies", page)) as worker,
        pytest.raises(DriverError, match="exit code 7; it printed last: goodbye"),
    ):
        worker.measure("threads", threads=1, calls=100, first=0)


def test_a_worker_that_dies_while_it_takes_turns_is_told_too(page: Path) -> None:
    with (
        pytest.raises(DriverError, match="SIGKILL"),
        open_worker(sys.executable, target("known_truth:measures", page)) as worker,
        worker.taking_turns(),
    ):
        os.kill(worker.first.pid, signal.SIGKILL)


def test_the_rough_estimator_says_how_far_its_controls_are_off() -> None:
    pairs = [{"target": share, "hold": 0.9, "release": 0.1} for share in (0.5, 0.5, 0.5)]
    rough, exact = estimate(pairs, "spinner", rough=True), estimate(pairs, "py-spy")
    assert isinstance(rough, Held)
    assert isinstance(exact, Held)
    assert (rough.low, rough.high) == pytest.approx((0.4, 0.6))
    assert (exact.low, exact.high) == pytest.approx((0.5, 0.5))
