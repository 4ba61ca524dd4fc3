"""Expectations as systems for continuous integration show them: JUnit's XML, and GitHub's annotations."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from xml.etree import ElementTree as ET

from simulator.judging.verdicts import INVALID
from simulator.result.document import ResultDocument

Outcome = Literal["passed", "failure", "error", "skipped"]


@dataclass(frozen=True)
class Told:
    """One expectation, or a cell that failed."""

    name: str
    outcome: Outcome
    """`skipped`: undecided, which does not change how the program ends."""
    because: str


def told(document: ResultDocument, *, strict: bool) -> Iterator[Told]:
    """Yield what decides how the program ends; `strict`: an expectation that is undecided is an error."""
    for cell in document.cells:
        if cell.status == "failed":
            yield Told(cell.id, "error", cell.reason or "failed")
    for expectation in document.expectations:
        outcome: Outcome = "passed"
        if expectation.verdict == "not held":
            outcome = "failure"
        elif expectation.verdict == "undecided":
            counts = strict or expectation.numbers.get("lacking") == INVALID
            outcome = "error" if counts else "skipped"
        condition = " ".join(expectation.that.split())
        because = f"{expectation.verdict}: {condition}: {expectation.because}"
        yield Told(expectation.claim or condition, outcome, because)


def junit(document: ResultDocument, *, strict: bool) -> str:
    """Return JUnit's XML: a suite of the scenario's name, a test case for each expectation and each failed cell."""
    cases = tuple(told(document, strict=strict))
    name = str(document.scenario["name"])
    counts = {
        f"{what}s" if what != "skipped" else what: str(sum(case.outcome == what for case in cases))
        for what in ("failure", "error", "skipped")
    }
    suite = ET.Element(
        "testsuite",
        {
            "name": name,
            "tests": str(len(cases)),
            "timestamp": document.started_at,
            "id": document.id,
            **counts,
        },
    )
    for case in cases:
        made = ET.SubElement(suite, "testcase", classname=name, name=_printable(case.name))
        if case.outcome == "passed":
            ET.SubElement(made, "system-out").text = _printable(case.because)
        else:
            ET.SubElement(made, case.outcome, message=_printable(case.because))
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def annotations(document: ResultDocument, *, strict: bool) -> Iterator[str]:
    """Yield a line for each expectation that does not hold or is undecided, as GitHub reads them in a log."""
    for case in told(document, strict=strict):
        if case.outcome != "passed":
            level = "warning" if case.outcome == "skipped" else "error"
            title = _escaped(case.name).replace(":", "%3A").replace(",", "%2C")
            yield f"::{level} title={title}::{_escaped(case.because)}"


def _printable(text: str) -> str:
    """XML has no control characters, not even escaped ones."""
    return "".join(char if char.isprintable() else " " for char in text)


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
