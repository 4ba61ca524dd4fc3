import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.probe.imports import Answer
from simulator.probe.result import LoopLag, Measured, Python
from simulator.pytest_plugin import Probed
from simulator.stats.intervals import Interval
from tests.simulator.probe.measurements import held, measured

TESTS = """
import hashlib
BLOCK = bytes(1 << 20)

def spins(page):
    for _ in range(20_000):
        pass

def hashes():
    return hashlib.sha256(BLOCK).digest()

def test_holds(gil_probe):
    assert gil_probe(spins, b"page").held > 0.8

def test_releases(gil_probe):
    found = gil_probe(hashes)
    assert found.held < 0.2
    assert found.interval[1] < 0.3 and found.speedup > 0 and found.reason is None

def test_all(gil_probe):
    found = gil_probe(hashes)
    assert found.scales(threads=2) > 1.1
    assert found.loop_lag < 10
    assert found.subinterpreter
    assert found.keeps_gil_off

def test_fails(gil_probe):
    assert gil_probe(hashes).held > 0.5

def test_local(gil_probe):
    assert gil_probe(lambda page: page).held < 0.2
"""


def test_the_share_is_what_was_measured() -> None:
    found = Probed(measured(gil_held=held(0.1)))
    assert found.held == 0.1
    assert found.interval == pytest.approx((0.08, 0.12))
    assert (found.estimator, found.reason) == ("py-spy", None)


def test_a_share_that_is_not_known_skips_and_never_passes() -> None:
    python = Python("cpython", "3.13.5", free_threaded=True, gil_enabled=False)
    found = Probed(measured(gil_held=None, python=python, reasons={"gil_held": "this build has no GIL"}))
    assert (found.interval, found.reason) == (None, "this build has no GIL")
    with pytest.raises(pytest.skip.Exception, match="this build has no GIL"):
        _ = found.held < 0.2


NOISY = {2: Interval(1.6, 1.2, 2.0), 4: Interval(1.9, 1.8, 2.0)}


def test_what_scales_is_compared_with_its_interval() -> None:
    found = Probed(measured(gil_held=held(0.05), speedup=NOISY, cores=4))
    assert found.scales(threads=4) > 1.5
    assert not found.scales(threads=4) < 1.5
    assert repr(found.scales(threads=2)) == "<mypkg:parse, 2 threads over one: 1.60 (95 %: 1.20 to 2.00)>"
    with pytest.raises(
        pytest.skip.Exception, match=r"too noisy to tell: .*2 threads over one.* has 1.50 inside"
    ):
        _ = found.scales(threads=2) > 1.5
    with pytest.raises(TypeError, match="compare it"):
        assert found.scales(threads=4)


def test_fewer_rounds_than_an_interval_needs_decide_nothing() -> None:
    one = Interval(1.9, 1.9, 1.9, "range", 1)
    with pytest.raises(pytest.skip.Exception, match="2 threads over one: too noisy to tell: 1 round, and 3"):
        Probed(measured(gil_held=held(0.05), speedup={2: one})).scales(threads=2)


def test_more_threads_than_cores_fail_nobody() -> None:
    found = Probed(measured(gil_held=held(0.05), speedup=NOISY))
    with pytest.raises(pytest.skip.Exception, match="4 threads cannot show it on 2 cores"):
        _ = found.scales(threads=4) > 3
    with pytest.raises(
        pytest.skip.Exception, match=r"8 threads were not measured \(but 2 and 4\): there are 2 cores"
    ):
        found.scales(threads=8)
    with pytest.raises(pytest.fail.Exception, match="measured are powers of two"):
        found.scales(threads=3)


def test_a_speed_up_that_the_held_share_contradicts_decides_nothing() -> None:
    with pytest.raises(pytest.skip.Exception, match="contradict each other"):
        Probed(measured(speedup=NOISY)).scales(threads=4)


def test_loop_lag_is_not_blamed_for_what_an_idle_loop_is_late_by() -> None:
    found = Probed(measured(loop_lag_s=LoopLag(0.005, 0.010, 0.012, idle_p90=0.008)))
    assert found.loop_lag < 0.02
    with pytest.raises(
        pytest.skip.Exception, match=r"too noisy to tell: .*late by: 10 ms .*2 ms to 10 ms.* has 5 ms"
    ):
        _ = found.loop_lag < 0.005
    assert not found.loop_lag < 0.001


def test_answers_name_the_module_and_skip_where_nobody_can_tell() -> None:
    reasons = {
        "keeps_gil_off": "python3.13t: importing it turns the GIL back on (fast)",
        "subinterpreter": "none",
    }
    found = Probed(measured(keeps_gil_off=False, subinterpreter=None, reasons=reasons))
    assert not found.keeps_gil_off
    assert "no: python3.13t: importing it turns the GIL back on (fast)" in repr(found.keeps_gil_off)
    with pytest.raises(pytest.skip.Exception, match="subinterpreter is not known: none"):
        assert found.subinterpreter


def test_what_is_asked_for_later_is_measured_then() -> None:
    class Others:
        asked = 0
        others = (Answer(True, "it was imported in one"), Answer(None, "no free-threaded Python was found"))

        def on_a_loop(self) -> Measured:
            self.asked += 1
            return measured(loop_lag_s=LoopLag(0.001, 0.002, 0.003, 0.001))

    more = Others()
    unknown = {
        "keeps_gil_off": "not measured",
        "subinterpreter": "not measured",
        "loop_lag_s": "not measured",
    }
    first = measured(loop_lag_s=None, subinterpreter=None, reasons=unknown)
    found = Probed(first, more)  # type: ignore[arg-type] # as far as it is asked
    assert found.subinterpreter
    assert found.loop_lag < 0.02
    assert found.loop_lag < 0.01
    assert more.asked == 1
    with pytest.raises(pytest.skip.Exception, match="no free-threaded Python was found"):
        assert found.keeps_gil_off


def test_unused_it_imports_nothing_of_the_simulator() -> None:
    program = "import simulator.pytest_plugin, sys; print(sorted(m for m in sys.modules if m.startswith('simulator')))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['simulator', 'simulator.pytest_plugin']"


@pytest.mark.scenario
@pytest.mark.alone
@pytest.mark.parametrize(
    "chosen",
    [
        "releases or local",
        pytest.param("holds or releases or fails or local or all", marks=pytest.mark.truth),
    ],
)
def test_a_librarys_tests_use_it(chosen: str, tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text(TESTS)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-rA",
        "-p",
        "no:cacheprovider",
        "-k",
        chosen,
        str(tmp_path),
    ]
    if os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD"):
        command += ["-p", "simulator.pytest_plugin"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=110, check=False)
    if "too noisy to tell" in done.stdout:
        pytest.skip("too noisy to tell")
    assert "PASSED test_mine.py::test_releases" in done.stdout, done.stdout
    assert "FAILED test_mine.py::test_local" in done.stdout
    assert "define it at the top level of a module" in done.stdout
    if "holds" in chosen:
        assert "PASSED test_mine.py::test_holds" in done.stdout
        assert "FAILED test_mine.py::test_fails" in done.stdout
        assert re.search(
            r"PASSED test_mine.py::test_all|SKIPPED .*keeps the GIL off is not known", done.stdout
        )
