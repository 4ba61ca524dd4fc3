import sys
from pathlib import Path

import pytest

from simulator.probe.measure import Budget
from simulator.probe.result import Python
from simulator.probe.table import FUNCTIONS, Command, cell_of, cell_of_failure, document, rows_for
from tests.simulator.probe.measurements import held, measured, ratio

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


def test_every_function_can_be_called_or_is_not_installed() -> None:
    rows = rows_for([Command(sys.executable, "this")], FUNCTIONS, SHORT, lambda _line: None)
    assert [row[0] for row in rows] == list(FUNCTIONS)
    assert {row[1] for row in rows} <= {"not measured", "not installed"}


def test_the_file_is_a_table() -> None:
    text = document(["3.11", "3.13t"], [["a", "98%", "1.9 ×"]], "a machine")
    assert text.startswith("# Does X release the GIL?")
    assert "| | 3.11 | 3.13t |\n|---|---|---|\n| a | 98% | 1.9 × |\n" in text


@pytest.mark.parametrize("document_name", ["parsers.md"])
def test_the_file_has_every_function(document_name: str) -> None:
    text = (Path(__file__).parents[3] / "docs" / document_name).read_text(encoding="utf-8")
    assert [label for label in FUNCTIONS if f"| {label} |" not in text] == []
