import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.probe.imports import keeps_gil_off, loads_in_subinterpreter
from simulator.probe.worker import Target, check, open_worker
from simulator.runner.driver_process import DriverError
from tests.interpreters import interpreter

HERE = Path(__file__).parent


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page"
    path.write_bytes(b"<title>x</title>")
    return path


def target(name: str, page: Path) -> Target:
    return Target(name, (page,), (str(HERE),))


@pytest.mark.parametrize(
    ("name", "status", "said"),
    [
        ("nix", "unsupported", "not a function's address"),
        ("nix:nix", "unsupported", "no module 'nix'"),
        ("json:nix", "unsupported", "json has no 'nix'"),
        ("known_truth:two", "unsupported", "needs other arguments than one page"),
        ("known_truth:fails", "failed", "KeyError: 'no such field'"),
        ("json", "failed", "is not JSON"),
        ("os:_exit", "failed", "TypeError"),
    ],
)
def test_what_cannot_be_called_is_explained(name: str, status: str, said: str, page: Path) -> None:
    with pytest.raises(DriverError) as caught, open_worker(sys.executable, target(name, page)):
        pytest.fail("it was called")
    assert (caught.value.status, said in caught.value.reason) == (status, True), caught.value.reason


def test_what_the_target_prints_is_no_answer(page: Path) -> None:
    with open_worker(sys.executable, target("known_truth:prints", page)) as worker:
        answer = worker.measure("threads", threads=2, calls=4, first=0)
    assert answer["calls_per_s"] > 0


def test_threads_shares_and_ticks_are_measured(page: Path) -> None:
    with open_worker(sys.executable, target("html.parser", page)) as worker:
        answer = worker.measure("threads", threads=2, calls=20, first=0)
        assert 0 < answer["on_cpu"] <= 1
        ticks = worker.measure("loop", idle=True, seconds=0.1)["lag_s"]
    # Ticks at 10, 20 … 90 ms, each once, and those that passed before the last one was noticed.
    assert len(ticks) >= 9
    assert min(ticks) >= 0


def test_a_worker_ends_with_its_block(page: Path) -> None:
    with open_worker(sys.executable, target("spin", page)) as worker:
        pid = worker.first.pid
        worker.ask("threads", threads=2, calls=1_000_000, first=0)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_worker_ends_when_its_parent_is_killed(page: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from simulator.probe.worker import *\n"
        f"with open_worker(sys.executable, Target('spin', (Path({str(page)!r}),), ())) as w:\n"
        "    w.ask('threads', threads=2, calls=1_000_000, first=0); print(w.first.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
    try:
        ended = os.pidfd_open(worker)
    except ProcessLookupError:
        return  # already
    try:
        assert select.select([ended], [], [], 30)[0], "the worker lives on"
    finally:
        os.close(ended)


def test_a_module_that_loads_in_a_subinterpreter(page: Path) -> None:
    assert loads_in_subinterpreter(interpreter("3.14"), target("html.parser", page)).value is True


def test_a_module_that_refuses_to_load_in_one(page: Path) -> None:
    answer = loads_in_subinterpreter(interpreter("3.14"), target("readline:parse_and_bind", page))
    if answer.value is None:
        pytest.skip(answer.reason)
    assert answer.value is False


def test_a_library_that_is_missing_there_says_nothing_about_it(page: Path) -> None:
    answer = loads_in_subinterpreter(interpreter("3.14"), target("nix:parse", page))
    assert answer.value is None
    assert "cannot be imported there" in answer.reason


def test_pure_python_keeps_the_gil_off(page: Path) -> None:
    assert keeps_gil_off(interpreter("3.13t"), target("html.parser", page)).value is True


def test_a_python_without_subinterpreters_says_so(page: Path) -> None:
    if sys.version_info >= (3, 14):
        pytest.skip("this Python has them")
    with pytest.raises(DriverError, match=r"no concurrent\.interpreters"):
        check(sys.executable, target("json", page), "subinterpreter", time_limit_s=30)


@pytest.mark.parametrize("ask", [loads_in_subinterpreter, keeps_gil_off])
def test_without_a_python_that_can_tell_it_is_not_known(ask: object, page: Path) -> None:
    answer = ask(None, target("json", page))  # type: ignore[operator]
    assert answer.value is None
    assert "--python" in answer.reason
