"""An extension that turns the GIL on: named, whether it comes with an import or in a call, early or late."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from simulator.probe.diagnosis import came_on, ceiling, conclude, limit
from simulator.probe.imports import keeps_gil_off
from simulator.probe.report import build
from simulator.probe.result import Python
from simulator.probe.worker import Target, open_worker
from simulator.report.view.parts import Facts
from tests.interpreters import interpreter
from tests.simulator.probe.measurements import measured, ratio

HERE = Path(__file__).parent
SOURCE = """\
#include <Python.h>
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "oldext", NULL, -1, NULL};
PyMODINIT_FUNC PyInit_oldext(void) { return PyModule_Create(&module); }
"""
ASK = "import sysconfig; print(sysconfig.get_path('include')); print(sysconfig.get_config_var('EXT_SUFFIX'))"
LATE = Python("cpython", "3.13.5", free_threaded=True, gil_enabled=False, gil_enabled_at_end=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    python, compiler = interpreter("3.13t"), shutil.which("gcc")
    told = subprocess.run([python, "-c", ASK], capture_output=True, text=True, check=True)
    include, suffix = told.stdout.split()
    if compiler is None or not (Path(include) / "Python.h").is_file():
        pytest.skip("needs a compiler and Python's headers")
    path = tmp_path_factory.mktemp("extension")
    (path / "oldext.c").write_text(SOURCE)
    built = [compiler, "-shared", "-fPIC", f"-I{include}", "oldext.c", "-o", f"oldext{suffix}"]
    subprocess.run(built, cwd=path, check=True)
    (path / "page").write_bytes(b"<title>x</title>")
    return path


def target(name: str, folder: Path) -> Target:
    return Target(f"known_truth:{name}", (folder / "page",), (str(HERE), str(folder)))


def test_a_module_that_comes_in_every_call_is_named(folder: Path) -> None:
    with open_worker(interpreter("3.13t"), target("imports_oldext", folder)) as worker:
        assert (worker.first.gil_enabled, worker.first.gil_enabled_by) == (True, "oldext")


def test_a_module_that_comes_in_a_late_call_is_named(folder: Path) -> None:
    with open_worker(interpreter("3.13t"), target("imports_oldext_late", folder)) as worker:
        assert (worker.first.gil_enabled, worker.gil_enabled) == (False, False)
        worker.measure("threads", threads=2, calls=300, first=0)
        assert (worker.gil_enabled, worker.gil_enabled_by) == (True, "oldext")


def test_what_turns_it_on_is_looked_for_by_calling(folder: Path) -> None:
    answer = keeps_gil_off(interpreter("3.13t"), target("imports_oldext", folder))
    assert (answer.value, "calling it turns the GIL back on (oldext)" in answer.reason) == (False, True)


def test_a_gil_that_came_on_meanwhile_is_said_and_nothing_is_concluded_of_it() -> None:
    found = measured(gil_held=None, python=replace(LATE, gil_enabled_by="oldext"), reasons=REASONS)
    assert "a call loaded oldext" in str(came_on(found))
    assert (limit(found), ceiling(found)) == (None, None)
    facts = [dict(part.items) for part in build(conclude(found), ()) if isinstance(part, Facts)]
    assert "without GIL at first, turned on by oldext" in facts[0]["Python"]


def test_a_gil_that_stays_as_it_is_is_no_news() -> None:
    off = replace(LATE, gil_enabled_at_end=False)
    assert came_on(measured(gil_held=None, python=off)) is None
    assert ceiling(measured(gil_held=None, python=off, speedup={2: ratio(1.9)})) == 2


REASONS = {"gil_held": "the GIL came on", "subinterpreter": "it was", "keeps_gil_off": "no"}
