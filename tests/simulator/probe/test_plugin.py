import os
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.probe.result import Python
from simulator.pytest_plugin import Probed
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


def test_unused_it_imports_nothing_of_the_simulator() -> None:
    program = "import simulator.pytest_plugin, sys; print(sorted(m for m in sys.modules if m.startswith('simulator')))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['simulator', 'simulator.pytest_plugin']"


@pytest.mark.scenario
@pytest.mark.alone
@pytest.mark.parametrize(
    "chosen",
    ["releases or local", pytest.param("holds or releases or fails or local", marks=pytest.mark.truth)],
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
