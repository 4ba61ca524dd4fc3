"""A number has the same digits wherever it stands: in a sentence, in its finding, in the table beside it."""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, is_dataclass
from typing import Any

import pytest
from hypothesis import given, settings

from simulator.analysis.combinations import key_of
from simulator.measures.registry import MEASURES
from simulator.report.html.render import render as page_of
from simulator.report.markdown.render import MOST_SENTENCES
from simulator.report.markdown.render import render as markdown_of
from simulator.report.markdown.syntax import escaped
from simulator.report.sentences.registry import sentence
from simulator.report.view.build import build
from simulator.report.view.columns import written
from simulator.report.view.figures import figures
from simulator.report.view.matrix import crossover_text
from simulator.report.view.page import build_page
from simulator.report.view.parts import Table, Verdict
from simulator.report.view.summary import build_summary
from simulator.result.document import CellResult, ResultDocument
from simulator.result.findings.across import CrossoverFinding
from simulator.result.findings.kinds import Finding
from simulator.text import numbers
from simulator.text.words import sentence as capitalised
from tests.simulator.report.random_documents import RECIPES, Recipe
from tests.simulator.report.terminal.test_render import rendered, squeezed

NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?(?:e[-+]?\d+)?")
SAYS_BY_ITSELF = ("fewer than 3 rounds", "1 / (d")
"""Numbers that are of no run."""
COLUMNS = ("throughput", "speedup", "p50", "cpu", "cores", "memory", "startup", "loop_lag")
"""Measures of the main table, and of the picture of loops."""


BARS = ("speed-up", "memory", "startup", "loop-lag")
"""Figures whose table has all that their sentence says."""


def numbers_of(text: str, names: Iterable[str]) -> set[str]:
    """Return the numbers in a text that are no part of a name."""
    for name in sorted({*names, *SAYS_BY_ITSELF}, key=len, reverse=True):
        text = text.replace(name, " ").replace(capitalised(name), " ")
    return set(NUMBER.findall(text))


def values(found: Any) -> Iterator[Any]:
    """Yield what a finding is made of, and how many there are of it where it has several of something."""
    if is_dataclass(found) and not isinstance(found, type):
        found = asdict(found)
    if isinstance(found, dict):
        for value in found.values():
            yield from values(value)
    elif isinstance(found, list | tuple):
        yield from (len(found), len(found) - 1)  # "and 3 others"
        for value in found:
            yield from values(value)
    else:
        yield found


def names_of(finding: Finding) -> Iterator[str]:
    return (value for value in values(finding) if isinstance(value, str) and not value.isdigit())


def ways_to_write(value: Any) -> set[str]:
    """Return the digits of a value in every unit that a sentence may give it in."""
    if value is None or isinstance(value, bool | str):
        return {str(value)}
    texts = [
        str(value), numbers.number(value), numbers.ms(value), numbers.mb(value), numbers.duration(value),
        numbers.size(value), numbers.share(value), numbers.factor(value), numbers.scaled(value, 100),
    ]  # fmt: skip
    return {number for text in texts for number in NUMBER.findall(text)}


@given(RECIPES)
@settings(max_examples=40)
def test_every_number_of_a_sentence_is_one_of_its_finding(recipe: Recipe) -> None:
    made = recipe.document()
    for finding in made.findings:
        text = sentence(finding)
        known = {way for value in values(finding) for way in ways_to_write(value)}
        assert numbers_of(text, names_of(finding)) <= known, text


@given(RECIPES)
@settings(max_examples=40)
def test_what_a_sentence_and_the_table_beside_it_both_give_has_the_same_digits(recipe: Recipe) -> None:
    made = recipe.document()
    for finding in made.findings:
        text = sentence(finding)
        said = numbers_of(text, names_of(finding))
        own = {value for value in values(finding) if isinstance(value, float)}
        for cell in made.cells:
            if key_of(finding.scope) != key_of(cell.factors) and key_of(cell.factors)[:-1] != key_of(
                finding.scope
            ):
                continue
            for name in COLUMNS:
                value = MEASURES[name].of_cell(cell)
                if value in own and ways_to_write(value) & said:
                    assert _digits(cell, name) in said, (name, text)


@given(RECIPES)
@settings(max_examples=40)
def test_a_crossover_has_the_digits_of_its_table(recipe: Recipe) -> None:
    made = recipe.document()
    found = [finding for finding in made.findings if isinstance(finding, CrossoverFinding)]
    for finding, crossover in zip(found, made.crossovers, strict=True):
        if crossover.kind == "crossing":
            text = sentence(finding)
            assert set(NUMBER.findall(crossover_text(crossover))) <= numbers_of(text, names_of(finding)), text


@given(RECIPES)
@settings(max_examples=20)
def test_what_is_said_of_bars_has_the_digits_of_their_table(recipe: Recipe) -> None:
    for figure in figures(recipe.document()):
        for panel in figure.panels if figure.id in BARS else ():
            cells = " ".join(cell for row in panel.table.rows for cell in row)
            told = re.sub(r"[\d,.]+ (times as much|others)", "", panel.summary)  # worked out of the rows
            names = (row[0] for row in panel.table.rows)
            assert numbers_of(told, names) <= set(NUMBER.findall(cells)), panel.summary


def _digits(cell: CellResult, name: str) -> str:
    (number,) = NUMBER.findall(written(MEASURES[name].of_cell(cell), MEASURES[name].unit))
    return str(number)


def said(made: ResultDocument) -> tuple[list[str], list[str]]:
    """Return the sentences of a report with all its tables, and the numbers of these tables."""
    parts = build(made, all_tables=True)
    tables = [part for part in parts if isinstance(part, Table)]
    (verdict,) = (part for part in parts if isinstance(part, Verdict))
    beside = [text for table in tables for text in table.findings]
    return [*verdict.sentences, *beside], [
        line for table in tables for row in table.rows for cell in row[1:] for line in cell.splitlines()
    ]


@pytest.mark.parametrize("width", [60, 80, 120])
@given(recipe=RECIPES)
@settings(max_examples=10)
def test_a_terminal_of_any_width_shows_every_sentence_and_every_number(recipe: Recipe, width: int) -> None:
    made = recipe.document()
    sentences, cells = said(made)
    shown = squeezed(rendered(build(made, all_tables=True), width))
    assert all(squeezed(text) in shown for text in (*sentences, *cells))


@given(RECIPES)
@settings(max_examples=10)
def test_markdown_shows_the_answers_as_they_are(recipe: Recipe) -> None:
    made = recipe.document()
    summary = build_summary(made)
    shown = summary.verdict.sentences
    first = shown if len(shown) <= MOST_SENTENCES else shown[: MOST_SENTENCES - 1]
    lines = markdown_of(summary).splitlines()
    assert [f"- **{escaped(text)}**" for text in first] == lines[1 : 1 + len(first)]


@given(RECIPES)
@settings(max_examples=5)
def test_a_page_shows_every_sentence_and_every_number(recipe: Recipe) -> None:
    made = recipe.document()
    sentences, cells = said(made)
    page = re.sub(r"<(script|style).*?</\1>", "", page_of(build_page(made)), flags=re.DOTALL)
    shown = squeezed(html.unescape(re.sub(r"<[^>]*>", "", page)))
    assert all(squeezed(text) in shown for text in (*sentences, *cells))
