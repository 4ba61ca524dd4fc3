"""The parts of a report, built from a result document alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from simulator.analysis.combinations import Combination, Key, combinations
from simulator.analysis.matrix import matrix
from simulator.report.sentences.registry import kind_of, sentence
from simulator.report.view.arrivals import arrivals_tables
from simulator.report.view.attempts import attempts_table
from simulator.report.view.columns import (
    WHO,
    Shown,
    columns_of,
    headed,
    measured,
    over_rounds,
    row_of,
    starred,
)
from simulator.report.view.machine import machine
from simulator.report.view.machines import measured_on, spread_over
from simulator.report.view.matrix import crossover_tables, picture, told, winners
from simulator.report.view.parts import Check, Checks, Column, Facts, Part, Table, Timeline, Verdict
from simulator.report.view.remarks import notes, remarks
from simulator.report.view.rounds import titled
from simulator.report.view.rules import rules_tables
from simulator.report.view.verdicts import verdicts
from simulator.report.view.why import why
from simulator.result.document import CellResult, ResultDocument
from simulator.text.numbers import NONE, factor, ms, number
from simulator.text.words import counted

MOST_TABLES = 6
"""More than these bury the answer: they are left out unless they are asked for."""


def _speedup(cell: CellResult) -> str:
    if cell.baseline_id is None and cell.arrivals is None:
        return "1"
    return NONE if cell.speedup is None else factor(cell.speedup.median)


def _reach(cell: CellResult) -> str:
    rate = cell.throughput_per_s
    if rate is None:
        return NONE
    reach = f"{number(rate.low)}–{number(rate.high)}"
    return f"[{reach}]" if rate.kind == "range" else reach


def _tail(cell: CellResult) -> str:
    percentiles = cell.response_time_s
    if percentiles is None:
        return NONE
    for name in ("p99_9", "p99", "p95", "p90"):
        value = getattr(percentiles, name)
        if value is not None:
            return f"{name.replace('_', '.')} {ms(value)}"
    return f"max {ms(percentiles.max)}" if percentiles.max is not None else NONE


_P50, _CORES, _STARTUP = (
    measured("p50", "response time of a job: median"),
    *map(measured, ("cores", "startup")),
)
VERDICT = Column(
    "verdict",
    "",
    "take: the simplest that is surely as fast as the best",
    numeric=False,
)
_SHOWN = (
    WHO,
    measured("throughput", over_rounds("throughput")),
    Shown(
        Column("95 %", "", "interval of the pages/s; with fewer than 3 rounds the range, in brackets"), _reach
    ),
    measured(
        "speedup",
        "pages/s over those of sequential, by the rounds that both did",
        heading="over",
        symbol="seq ×",
        text=_speedup,
    ),
    _P50,
    Shown(Column("tail", "ms", "the highest response-time percentile with 10 samples beyond it"), _tail),
    measured("cpu"),
    _CORES,
    measured("memory"),
    _STARTUP,
)
COLUMNS = (WHO.column, VERDICT, *columns_of(_SHOWN[1:]))
OF_PREDICTED = Shown(
    Column("of predicted", "×", "pages/s over those that are predicted from one job alone"),
    lambda cell: factor(cell.of_predicted),
)
"""Where something is predicted."""
ESSENTIAL = tuple(shown for shown in _SHOWN if shown not in (_P50, _CORES, _STARTUP))
"""Columns that are shown also where there is little room."""


@dataclass(frozen=True)
class Pieces:
    """The parts of a report, by what they are for."""

    verdict: Verdict
    checks: tuple[Checks, ...]
    """None where nothing was expected."""
    overview: tuple[Table, ...]
    """Of a matrix: who wins where, from which cost on."""
    groups: tuple[tuple[Table | Timeline, ...], ...]
    """Of every combination of levels: its table, then what explains it."""
    rules: tuple[Table, ...]
    """What rules of thumb would have chosen; none unless the jobs in flight vary."""
    machine: Facts


def build(
    document: ResultDocument, *, only: str = "", all_tables: bool = False, explain: bool = False
) -> tuple[Part, ...]:
    """Return the parts in the order in which they are read.

    Args:
        document: the run.
        only: which part of a run the document is; empty: all of it.
        all_tables: show the table of every combination, however many there are.
        explain: add where the time of workers and jobs went, and a timeline, to each table.
    """
    made = pieces(document, only=only, explain=explain)
    few = len(made.groups) <= MOST_TABLES or all_tables
    tables = chain.from_iterable(made.groups) if few else (remarks(document, len(made.groups)),)
    return (made.verdict, *made.checks, *made.overview, *tables, *made.rules, made.machine)


def pieces(document: ResultDocument, *, only: str = "", explain: bool = False) -> Pieces:
    """Return what a report is put together from.

    Args:
        document: the run.
        only: which part of a run the document is; empty: all of it.
        explain: add where the time of workers and jobs went, and a timeline, to each table.
    """
    groups = combinations(document)
    grid = matrix(document)
    answers = [picture(grid)] if grid is not None else _answers(document, groups)
    overall = [sentence(finding) for finding in document.findings if kind_of(finding).place == "overall"]
    verdict = Verdict(
        f"{document.scenario['name']}: {_rounds(document)}{only and f', only {only}'}",
        (
            *(answers or ([] if overall else [_no_answer(document)])),
            *told(document),
            *overall,
            *spread_over(document),
        ),
    )
    said = verdicts(document)
    overview = (winners(grid), *crossover_tables(document, grid)) if grid is not None else ()
    return Pieces(
        verdict,
        _checks(document),
        tuple(overview),
        tuple(_group(document, group, said, ranked=grid is not None, explain=explain) for group in groups),
        rules_tables(document.rules),
        machine(document),
    )


def _group(
    document: ResultDocument, group: Combination, said: Mapping[str, str], *, ranked: bool, explain: bool
) -> tuple[Table | Timeline, ...]:
    """Return the tables of one combination; with `ranked`, who wins stands elsewhere as a name and a number only."""
    findings = (f for f in document.findings if _covers(f.scope, group.key))
    texts = tuple(sentence(f) for f in findings if kind_of(f).place != "answer" or ranked)
    judged = any(cell.of_predicted is not None for cell in group.cells)
    shown_of = (*_SHOWN, OF_PREDICTED) if judged else _SHOWN
    rows = []
    for cell in group.cells:
        who, *numbers = row(shown_of, cell)
        # What has no numbers has its status in the place of the verdict.
        rows.append((who, said.get(cell.id, ""), *numbers) if _has_numbers(cell) else (who, *numbers, ""))
    columns = (*COLUMNS, OF_PREDICTED.column) if judged else COLUMNS
    table = Table(
        titled(group.title, group.cells),
        columns,
        tuple(rows),
        (*notes(group.cells), *measured_on(group.cells)),
        texts,
    )
    explained = why(group.title, group.cells) if explain else ()
    beside = (*arrivals_tables(group.title, group.cells), *attempts_table(group.title, group.cells))
    shown = (table, *beside, *explained)
    return tuple(
        replace(each, columns=headed(each.columns, group.contrast)) if isinstance(each, Table) else each
        for each in shown
    )


def _checks(document: ResultDocument) -> tuple[Checks, ...]:
    """Return what was expected, none where nothing was."""
    made = tuple(Check(e.verdict, e.claim, e.that, e.because) for e in document.expectations)
    held = sum(check.verdict == "held" for check in made)
    return (Checks(f"Expectations: {held} of {len(made)} held", made),) if made else ()


def _covers(scope: Mapping[str, Any], key: Key) -> bool:
    if len(scope) != len(key):
        return False
    levels = dict(key)
    return all(levels.get(name) == str(level) for name, level in scope.items())


def _rounds(document: ResultDocument) -> str:
    rounds = counted(document.rounds_done, "round")
    return f"{rounds}, partial: it was ended early" if document.partial else rounds


def _answers(document: ResultDocument, groups: Sequence[Combination]) -> list[str]:
    sentences: list[str] = []
    for group in groups:
        texts = [
            sentence(finding)
            for finding in document.findings
            if kind_of(finding).place == "answer" and _covers(finding.scope, group.key)
        ]
        sentences.extend(f"{group.label}: {text}" if group.label else text for text in texts)
    return sentences


def _no_answer(document: ResultDocument) -> str:
    if any(cell.status == "ok" for cell in document.cells):
        return "Only sequential gave valid numbers; there is nothing to compare it with."
    return "Nothing valid was measured; the reasons stand below."


def _has_numbers(cell: CellResult) -> bool:
    return cell.status == "ok" and cell.throughput_per_s is not None


def row(table: Sequence[Shown], cell: CellResult) -> tuple[str, ...]:
    """Return a cell's row: its numbers, or where it has none its status."""
    if not _has_numbers(cell):
        return (starred(cell), cell.status, *[""] * (len(table) - 2))
    return row_of(table, cell)
