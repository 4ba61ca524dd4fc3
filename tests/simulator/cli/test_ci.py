"""What CI systems read: JUnit's XML and GitHub's annotations agree with how the program ends."""

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from simulator.analysis.comparison import compare_runs
from simulator.cli.ci import of_comparison, of_run
from simulator.export.checks import annotations, junit
from simulator.judging.verdicts import INVALID
from simulator.measures.work import THROUGHPUT
from simulator.result.comparison import Side
from simulator.result.document import CellStatus, Expectation, ResultDocument, to_json
from simulator.result.measured import MeasuredRun, measured_of
from tests.simulator.analysis.builders import document
from tests.simulator.analysis.measured_runs import run_of
from tests.simulator.cli.started import simulator

HELD = Expectation("speedup(threads) > 2\n", "It overlaps", "held", "it is 10", {})
BROKEN = Expectation("p50(threads) < 1s", "A claim, with: signs & 100%", "not held", "2 s\nis more", {})
OPEN = Expectation("p99(threads) < 1s", None, "undecided", "too few samples\x1b[31m", {})
NO_NUMBER = Expectation("cpu(threads) < 1s", None, "undecided", "threads is invalid", {"lacking": INVALID})


@pytest.fixture
def judged() -> ResultDocument:
    made = document({"sequential": [1.0, 1.0, 1.0], "threads": [10.0, 11.0, 12.0]})
    return replace(made, expectations=(HELD, BROKEN, OPEN, NO_NUMBER))


@pytest.mark.parametrize(("strict", "undecided"), [(False, "skipped"), (True, "error")])
def test_each_expectation_is_a_test_case_that_comes_out_as_the_program_ends(
    judged: ResultDocument, *, strict: bool, undecided: str
) -> None:
    (suite,) = ET.fromstring(junit(of_run(judged, strict=strict)))  # noqa: S314 - made here
    outcomes = [next((child.tag for child in case if child.tag != "system-out"), "passed") for case in suite]
    assert outcomes == ["passed", "failure", undecided, "error"]
    assert [suite.get(name) for name in ("tests", "failures", "errors", "skipped")] == [
        *("4", "1", str(outcomes.count("error")), str(outcomes.count("skipped")))
    ]
    assert suite[0].get("name") == "It overlaps"
    assert suite[1][0].get("message") == "not held: p50(threads) < 1s: 2 s is more"


def test_a_cell_that_failed_is_an_error(judged: ResultDocument) -> None:
    broken = replace(judged.cells[1], status="failed", reason="SIGSEGV")
    (suite,) = ET.fromstring(junit(of_run(replace(judged, cells=(judged.cells[0], broken)), strict=False)))  # noqa: S314 - made here
    assert suite[0].get("name") == broken.id
    assert suite[0][0].get("message") == "SIGSEGV"


def test_annotations_are_lines_that_github_reads(judged: ResultDocument) -> None:
    lines = list(annotations(of_run(judged, strict=False)))
    assert lines[0] == (
        "::error title=A claim%2C with%3A signs & 100%25::not held: p50(threads) < 1s: 2 s%0Ais more"
    )
    assert [line.split()[0] for line in lines] == ["::error", "::warning", "::error"]
    assert all("\n" not in line for line in lines)


def test_a_regression_is_a_failure_and_what_cannot_be_told_an_error_where_nothing_can() -> None:
    a, slow, few = (
        measured_of(run_of({"sequential": [100.0, 101, 99][:n], "threads": rates[:n]}))
        for rates, n in (([100.0, 101, 99], 3), ([80.0, 81, 79], 3), ([80.0, 81, 79], 2))
    )

    def outcomes(b: MeasuredRun) -> list[str]:
        return [case.outcome for case in of_comparison(compare_runs(a, b, THROUGHPUT, 0.05)).cases]

    assert outcomes(a) == ["passed", "passed"]
    assert outcomes(slow) == ["passed", "failure"]
    assert outcomes(few) == ["error", "error"]
    one = compare_runs(a, slow, THROUGHPUT, 0.05)
    untold = replace(
        one.cells[1], verdict="cannot tell", regression=False, reason="in B failed: records differ"
    )
    ended: list[tuple[str | None, CellStatus, str]] = [
        (None, "failed", "skipped"),
        ("r1", "invalid", "skipped"),
        ("r1", "failed", "error"),
    ]
    for run, status, outcome in ended:
        cell = replace(untold, b=Side(0, None, status))
        made = replace(one, run=run, cells=(one.cells[0], cell))
        assert [case.outcome for case in of_comparison(made).cases] == ["passed", outcome]
    case = of_comparison(compare_runs(a, slow, THROUGHPUT, 0.05)).cases[1]
    assert case.name == "threads: throughput"
    assert case.because.startswith("slower in B, a regression")


def test_a_report_writes_it_too(judged: ResultDocument, tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text(to_json(judged), encoding="utf-8")
    done = simulator(tmp_path, "report", "r.json", "--junit", "junit.xml", "--quiet")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "junit.xml").read_text(encoding="utf-8") == junit(of_run(judged, strict=False))
    alone = simulator(tmp_path, "report", "r.json", "--junit", "-")
    assert alone.stdout == junit(of_run(judged, strict=False))
    both = simulator(tmp_path, "report", "r.json", "--junit", "-", "--json", "-")
    assert both.returncode == 2
