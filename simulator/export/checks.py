"""Checks as systems for continuous integration show them: JUnit's XML, and GitHub's annotations."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from xml.etree import ElementTree as ET

Outcome = Literal["passed", "failure", "error", "skipped"]


@dataclass(frozen=True)
class Told:
    """One thing that was checked."""

    name: str
    outcome: Outcome
    """`skipped`: undecided, which does not change how the program ends."""
    because: str


@dataclass(frozen=True)
class Suite:
    """All that decides how one command ends."""

    name: str
    cases: tuple[Told, ...]
    id: str = ""
    """Of the run; empty: what was measured is not kept."""
    started_at: str = ""
    """UTC, ISO 8601; empty likewise."""


def junit(suite: Suite) -> str:
    """Return JUnit's XML: a suite with a test case for each check."""
    counts = {
        f"{what}s" if what != "skipped" else what: str(sum(case.outcome == what for case in suite.cases))
        for what in ("failure", "error", "skipped")
    }
    known = {"timestamp": suite.started_at, "id": suite.id}
    made = ET.Element(
        "testsuite",
        {
            "name": _printable(suite.name),
            "tests": str(len(suite.cases)),
            **{name: text for name, text in known.items() if text},
            **counts,
        },
    )
    for told in suite.cases:
        case = ET.SubElement(made, "testcase", classname=_printable(suite.name), name=_printable(told.name))
        if told.outcome == "passed":
            ET.SubElement(case, "system-out").text = _printable(told.because)
        else:
            ET.SubElement(case, told.outcome, message=_printable(told.because))
    root = ET.Element("testsuites")
    root.append(made)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def annotations(suite: Suite) -> Iterator[str]:
    """Yield a line for each check that does not hold or is undecided, as GitHub reads them in a log."""
    for told in suite.cases:
        if told.outcome != "passed":
            level = "warning" if told.outcome == "skipped" else "error"
            title = _escaped(told.name).replace(":", "%3A").replace(",", "%2C")
            yield f"::{level} title={title}::{_escaped(told.because)}"


def _printable(text: str) -> str:
    """XML has no control characters, not even escaped ones."""
    return "".join(char if char.isprintable() else " " for char in text)


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
