"""What of a content folder was not served is counted and named once, in every report."""

from dataclasses import replace
from typing import Any

import pytest

from simulator.analysis.summary import summarise
from simulator.report.html.render import render as page
from simulator.report.markdown.render import render as markdown
from simulator.report.view.build import build
from simulator.report.view.left_out import left_out
from simulator.report.view.page import build_page
from simulator.report.view.parts import Facts
from simulator.report.view.summary import build_summary
from simulator.result.document import ResultDocument
from tests.simulator.analysis.builders import planned, repetition, run

SENTENCES = ("a.css, b.css, c.png and 4 more: no page, by its name", "empty.html: empty")
TOLD = "8 left out of the content folder: a.css, b.css, c.png and 4 more: no page, by its name; empty.html: empty"


def document(calibration: dict[str, Any]) -> ResultDocument:
    names = ("threads", "asyncio")
    return summarise(
        run(
            [planned(name) for name in names],
            [repetition(name, 0) for name in names],
            calibrations=dict.fromkeys(names, calibration),
        )
    )


@pytest.mark.parametrize(
    ("calibration", "told"),
    [
        ({"content_problems": SENTENCES, "content_left_out": 8}, [TOLD]),
        ({"content_problems": SENTENCES}, ["; ".join(SENTENCES)]),  # as older versions stored it
        ({"content_left_out": 0}, []),
        ({}, []),
    ],
)
def test_it_is_told_once_however_many_cells_there_are(calibration: dict[str, Any], told: list[str]) -> None:
    assert list(left_out(document(calibration))) == told


def test_terminal_page_and_markdown_have_it_once() -> None:
    found = document({"content_problems": SENTENCES, "content_left_out": 8})
    facts = [part for part in build(found) if isinstance(part, Facts)]
    assert [item for part in facts for item in part.items if item[1] == TOLD] == [("not served", TOLD)]
    environment = next(section for section in build_page(found).sections if section.id == "environment")
    assert str(environment).count(TOLD) == 1
    assert page(build_page(found)).count("c.png and 4 more") == 1
    summary = replace(build_summary(found), cautions=("one", "two", "three", "four"))
    assert markdown(summary).count("png and 4 more") == 1
