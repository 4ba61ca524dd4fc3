"""A probe keeps to its limit, says what it waits for, and names the page; no clock of this machine is asked."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from simulator.probe import worker
from simulator.probe.measure import Budget, check_python, deal
from simulator.probe.worker import Target, Waiting
from simulator.runner.driver_process import DriverError

PYPY = (
    '{"implementation": "PyPy", "version": "3.9.16", "language": [3, 9], "build": "", "free_threaded": false,'
    ' "gil_enabled": true, "own_environment": false}'
)
TARGET = Target("html.parser", (Path("a.html"), Path("x.html")), ())


class Clock:
    now = 0.0

    def monotonic(self) -> float:
        return self.now


def woken(monkeypatch: pytest.MonkeyPatch, event: str, at: list[dict[str, int]]) -> list[str]:
    """Wake once a second, with what the worker is at in each of them; returns what is said."""
    clock, said = Clock(), list[str]()
    process: Any = SimpleNamespace(at=None)
    monkeypatch.setattr(worker, "time", clock)
    wake = Waiting(TARGET, 40.0, said.append).watch(process, event)
    for second, page in enumerate(at, start=1):
        clock.now, process.at = float(second), page
        wake()
    return said


def test_the_page_that_takes_long_is_said_while_it_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    page = {"page": 1, "bytes": 105_022}
    said = woken(monkeypatch, "ready", [page] * 10)
    assert said == [
        "still calling it on page 2 (x.html, 105 kB), 5 s so far",
        "still calling it on page 2 (x.html, 105 kB), 10 s so far",
    ]


def test_a_page_that_leaves_no_time_for_a_probe_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DriverError, match=r"page 2 \(x\.html, 105 kB\) takes longer than 10 s.*--time-limit"):
        woken(monkeypatch, "ready", [{"page": 1, "bytes": 105_022}] * 12)


def test_pages_that_take_their_time_one_after_another_do_not_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = {"page": 0, "bytes": 9}, {"page": 1, "bytes": 9}
    assert woken(monkeypatch, "ready", [first] * 8 + [second] * 8) != []


def test_later_phases_are_waited_for_without_naming_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    assert woken(monkeypatch, "answer", [{"page": 1, "bytes": 9}] * 5) == ["still calling it, 5 s so far"]


@pytest.mark.parametrize(("cost_s", "rounds"), [(0.01, 5), (0.3, 3), (2.0, 2)])
def test_a_call_that_takes_long_is_measured_in_fewer_rounds(cost_s: float, rounds: int) -> None:
    budget, dealing = Budget().for_cost(cost_s), deal(cost_s, 2, 0.25)
    assert budget.within(110, 120, cost_s, dealing).rounds == rounds


def test_a_call_for_which_there_is_no_time_is_told_at_once() -> None:
    budget, dealing = Budget().for_cost(25), deal(25, 2, 0.25)
    with pytest.raises(DriverError, match=r"a call takes 25 s.*--time-limit to about \d+s"):
        budget.within(90, 120, 25, dealing)


@pytest.mark.parametrize(
    ("prints", "said"),
    [
        (
            PYPY,
            "is PyPy 3.9.16, and a probe needs CPython 3.11 or later",
        ),
        ("nonsense", "does not answer as a Python does: .*--python takes the path of a Python"),
    ],
)
def test_a_python_that_cannot_run_a_worker_is_told_in_a_sentence(
    prints: str, said: str, tmp_path: Path
) -> None:
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\necho 'simulator-facts:{prints}'\n")
    python.chmod(0o755)
    with pytest.raises(DriverError, match=said) as caught:
        check_python(str(python))
    assert caught.value.status == "unsupported"


def test_what_is_not_there_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DriverError, match="cannot be started: No such file"):
        check_python(str(tmp_path / "python"))
