import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from simulator.probe.functions import FOLDER, FUNCTIONS, Function, libraries
from simulator.probe.inputs import generate_page
from simulator.probe.measure import Budget
from simulator.probe.result import Python
from simulator.probe.table import Command, cell_of, cell_of_failure, cell_of_missing, document, rows_for
from simulator.runtimes.environments import shipped_constraints
from simulator.runtimes.errors import RuntimeUnavailableError
from tests.simulator.probe.measurements import held, measured, ratio

ROOT = Path(__file__).parents[3]
SHORT = Budget(rounds=1, window_s=0.02, looks=0, scaling=False, loop_s=0, imports=False, held=False)


def test_a_cell_is_the_share_with_its_interval() -> None:
    assert cell_of(measured(gil_held=held(0.5))) == "50 % (48–52 %)"


def test_without_a_gil_it_is_what_two_threads_gain() -> None:
    python = Python("cpython", "3.13.5", free_threaded=True, gil_enabled=False)
    assert (
        cell_of(measured(gil_held=None, python=python, speedup={2: ratio(1.9, 0.1)})) == "1.90 × (1.80–2.00)"
    )


def test_what_is_not_known_is_no_number() -> None:
    found = measured(gil_held=None, reasons={"gil_held": "too noisy to tell: between 0 and 1"})
    assert cell_of(found) == "too noisy to tell"


def test_what_is_missing_is_not_guessed() -> None:
    assert cell_of_failure("the target raises ModuleNotFoundError: No module named 'lxml'") == "not installed"
    assert cell_of_failure("the target raises KeyError: 'a|b'") == "fails: the target raises KeyError: 'a/b'"


@pytest.mark.parametrize(
    ("reason", "cell"),
    [
        (
            "cannot install orjson: there is no wheel of orjson==3.13.0 for it, in the version that is tested",
            "not installed: there is no wheel of orjson==3.13.0 for it",
        ),
        (
            "cannot install lxml: there is no wheel of lxml for it (pip: No matching distribution found for lxml)",
            "not installed: there is no wheel of lxml for it",
        ),
        ("python3.15 cannot be started: Permission denied", "not installed: Permission denied"),
    ],
)
def test_what_cannot_be_installed_says_why(reason: str, cell: str) -> None:
    assert cell_of_missing(reason) == cell


def test_a_row_whose_library_cannot_be_installed_says_why_and_the_others_are_measured() -> None:
    def equipped(python: Command, requires: tuple[str, ...]) -> str:
        if "absent" in requires:
            raise RuntimeUnavailableError("cannot install absent: there is no wheel of absent for it")
        return python.command

    functions = {
        "one": Function("known_functions:time_sleep", ("absent",)),
        "other": Function("known_functions:time_sleep", ("present",)),
    }
    rows = rows_for([Command(sys.executable, "this")], functions, SHORT, lambda _line: None, equipped)
    assert rows == [["one", "not installed: there is no wheel of absent for it"], ["other", "not measured"]]


def test_the_libraries_are_those_of_the_project_file() -> None:
    """So that their versions are pinned, and can be installed by hand."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    listed = [
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["parsers"],
        *project["dependency-groups"]["extractors"],
    ]
    assert set(libraries()) <= {re.split(r"[<>=~; ]", each)[0] for each in listed}
    pinned = {line.partition("==")[0] for line in shipped_constraints().splitlines()}
    assert set(libraries()) <= pinned


CALLS_EACH = """
import json, pathlib, sys
from simulator.driver.probe.target import call_of
folder, html, page, targets = sys.argv[1:]
sys.path.insert(0, folder)
pages = {"html": pathlib.Path(html).read_bytes(), "json": pathlib.Path(page).read_bytes()}
failed = {}
for label, (target, kind) in json.loads(targets).items():
    try:
        call_of({"function": target}, [pages[kind]])(0)
    except Exception as error:
        failed[label] = f"the target raises {type(error).__name__}: {error}"
print(json.dumps(failed))
"""


def test_every_function_can_be_called_or_is_not_installed(tmp_path: Path) -> None:
    """All by one interpreter: a worker for each would take it a minute."""
    pages = [str(generate_page(tmp_path, kind)) for kind in ("html.parser", "json")]
    targets = {label: (function.target, function.page) for label, function in FUNCTIONS.items()}
    command = [sys.executable, "-c", CALLS_EACH, str(FOLDER), *pages, json.dumps(targets)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=110, check=True)
    failed = json.loads(done.stdout.splitlines()[-1])
    assert {label: said for label, said in failed.items() if cell_of_failure(said) != "not installed"} == {}


def test_the_file_is_a_table() -> None:
    text = document(["3.11", "3.13t"], [["a", "98%", "1.9 ×"]], "a machine")
    assert text.startswith("# Does X release the GIL?")
    assert "| | 3.11 | 3.13t |\n|---|---|---|\n| a | 98% | 1.9 × |\n" in text


@pytest.mark.parametrize("document_name", ["parsers.md"])
def test_the_file_has_every_function(document_name: str) -> None:
    text = (ROOT / "docs" / document_name).read_text(encoding="utf-8")
    assert [label for label in FUNCTIONS if f"| {label} |" not in text] == []
