"""A run in under 20 lines of Markdown, as for a pull request: verdict, table, machine, how to do it again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from simulator.report.build import build, machine
from simulator.report.combinations import Combination, combinations
from simulator.report.markdown_text import code, escaped, table
from simulator.report.parts import Table, Verdict
from simulator.report.remarks import cautions
from simulator.report.standing import rate_of, standing
from simulator.report.tuning import build_tuning
from simulator.result.document import CellResult, Expectation, ResultDocument
from simulator.text.numbers import NONE, duration, number, times

MOST_LINES = 19
MOST_SENTENCES = 4
MOST_CAUTIONS = 2
MOST_PYTHONS = 4
MOST_ROWS = 8
FEW = 6
"""Rows that there is room for in any case; of more in one combination the fastest come first."""

ONE = ("strategy", "pages", "95 %", "speed-up", "tail", "CPU", "mem")
"""Columns of the table of one combination that are kept."""


@dataclass(frozen=True)
class _Rows:
    """A table before it is cut to what there is room for."""

    names: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]


def markdown(document: ResultDocument) -> str:
    """Return the summary; it ends with a line break, and no line of it depends on anything but the document."""
    parts = build_tuning(document) if "tune" in document.scenario else build(document, all_tables=True)
    verdict = next(part for part in parts if isinstance(part, Verdict))
    head = [f"**{escaped(verdict.title)}**", *_sentences(verdict.sentences)]
    foot = [f"- {line}" for line in _foot(document)]
    room = min(MOST_ROWS, MOST_LINES - len(head) - len(foot) - 4)  # two blank lines, header and rule
    found = _rows(document, [part for part in parts if isinstance(part, Table)])
    drawn = [] if found is None else ["", *table(found.names, found.numeric, _cut(found, room))]
    return "\n".join([*head, *drawn, "", *foot]) + "\n"


def _sentences(sentences: Sequence[str]) -> list[str]:
    shown = sentences if len(sentences) <= MOST_SENTENCES else sentences[: MOST_SENTENCES - 1]
    lines = [f"- **{escaped(sentence)}**" for sentence in shown]
    left_out = len(sentences) - len(shown)
    return [*lines, f"- … and {left_out} more"] if left_out else lines


def _cut(found: _Rows, room: int) -> tuple[tuple[str, ...], ...]:
    if len(found.rows) <= room:
        return found.rows
    shown = found.rows[: room - 1]
    more = f"… and {len(found.rows) - len(shown)} more"
    return (*shown, (more, *[""] * (len(found.names) - 1)))


def _rows(document: ResultDocument, tables: Sequence[Table]) -> _Rows | None:
    groups = combinations(document)
    if "tune" in document.scenario:
        # The best come first there: what is cut is the worst.
        return _picked(tables[0], [column.name for column in tables[0].columns]) if tables else None
    if len(groups) == 1:
        one = _picked(tables[0], ONE)
        return one if len(one.rows) <= FEW else replace(one, rows=_best_first(one.rows, groups[0].cells))
    if any(cell.arrivals is not None for cell in document.cells):
        return _Rows(
            ("combination", "come /s", "keep up", "do not", "soonest p50"),
            (False, True, False, False, False),
            tuple(_open_row(group) for group in groups),
        )
    return _Rows(
        ("combination", "fastest", "lead", "pages/s", "speed-up"),
        (False, False, True, True, True),
        tuple(_closed_row(group, document.scatter_rounds) for group in groups),
    )


def _best_first(rows: Sequence[tuple[str, ...]], cells: Sequence[CellResult]) -> tuple[tuple[str, ...], ...]:
    rates = [rate_of(cell) for cell in cells]
    order = sorted(range(len(rows)), key=lambda index: -rates[index])
    return tuple(rows[index] for index in order)


def _picked(found: Table, names: Sequence[str]) -> _Rows:
    """Return some columns of a table, with their units in their names."""
    chosen = [index for index, column in enumerate(found.columns) if column.name in names]
    columns = [found.columns[index] for index in chosen]
    return _Rows(
        tuple(_heading(column.name, column.unit) for column in columns),
        tuple(column.numeric for column in columns),
        tuple(tuple(row[index] for index in chosen) for row in found.rows),
    )


def _heading(name: str, unit: str) -> str:
    if name == "pages":
        return "pages/s"
    return f"{name} {unit}".strip()


def _closed_row(group: Combination, first: int | None) -> tuple[str, ...]:
    rivals = [cell for cell in group.cells if cell.baseline_id is not None and not cell.marked]
    cells = rivals or list(group.cells)
    place = standing(cells, first)
    if not place.leaders:
        return (group.title, place.status, "", "", "")
    best = next(cell for cell in cells if str(cell.factors["strategy"]) == place.leaders[0])
    rate, speedup = best.throughput_per_s, best.speedup
    lead = "tie" if len(place.leaders) > 1 else times(place.lead) or NONE
    return (
        group.title,
        ", ".join(place.leaders) + ("" if place.sure else "?"),
        lead,
        NONE if rate is None else number(rate.median),
        NONE if speedup is None else times(speedup.median),
    )


def _open_row(group: Combination) -> tuple[str, ...]:
    known = [
        (cell, cell.arrivals) for cell in group.cells if cell.status == "ok" and cell.arrivals is not None
    ]
    if not known:
        return (group.title, "", "nothing valid", "", "")
    steady = [cell for cell, arrivals in known if arrivals.keeps_up]
    rates = [arrivals.offered_per_s for _, arrivals in known if arrivals.offered_per_s is not None]
    soonest = min(
        ((p50, cell) for cell in steady if (p50 := _p50(cell)) is not None), default=None, key=_first
    )
    return (
        group.title,
        number(rates[0]) if rates else NONE,
        _names(steady),
        _names([cell for cell, arrivals in known if not arrivals.keeps_up]),
        NONE if soonest is None else f"{_names([soonest[1]])} {duration(soonest[0])}",
    )


def _first(pair: tuple[float, CellResult]) -> float:
    return pair[0]


def _p50(cell: CellResult) -> float | None:
    return cell.response_time_s.p50 if cell.response_time_s is not None else None


def _names(cells: Sequence[CellResult]) -> str:
    return ", ".join(str(cell.factors["strategy"]) for cell in cells) or NONE


def _foot(document: ResultDocument) -> list[str]:
    expected = _expected(document.expectations)
    found = cautions(document)
    said = [escaped(caution) for caution in found[:MOST_CAUTIONS]]
    if len(found) > MOST_CAUTIONS:
        said.append(f"… and {len(found) - MOST_CAUTIONS} more")
    command = document.environment.get("command") or f"simulator report {document.id}"
    return [
        *([f"Expectations: {expected}"] if expected else []),
        *([f"Cautions: {' · '.join(said)}"] if said else []),
        f"Measured on {escaped(_machine(document))}",
        f"{'Again' if 'command' in document.environment else 'More'}: {code(str(command))}",
    ]


def _expected(expectations: Sequence[Expectation]) -> str:
    if not expectations:
        return ""
    held = sum(one.verdict == "held" for one in expectations)
    words = [f"{held} of {len(expectations)} held"]
    for verdict in ("not held", "undecided"):
        those = [escaped(one.claim or one.that) for one in expectations if one.verdict == verdict]
        if those:
            shown = "; ".join(those[:MOST_CAUTIONS])
            more = f" … and {len(those) - MOST_CAUTIONS} more" if len(those) > MOST_CAUTIONS else ""
            words.append(f"**{verdict}**: {shown}{more}")
    return ". ".join(words)


def _machine(document: ResultDocument) -> str:
    """Return machine and Pythons in a line, without paths: they say more of a person than of a number."""
    pythons: dict[str, set[bool]] = {}
    for cell in document.cells:
        for repetition in cell.repetitions:
            about = repetition.environment
            if "version" in about:
                build = " free-threaded" if about.get("free_threaded") else ""
                name = f"{about.get('implementation', 'Python')} {about['version']}{build}"
                pythons.setdefault(name, set()).update(map(bool, about.get("gil_enabled") or ()))
    told = [f"{name}{_gil(states)}" for name, states in pythons.items()]
    if len(told) > MOST_PYTHONS:
        told = [*told[: MOST_PYTHONS - 1], f"{len(told) - MOST_PYTHONS + 1} more Pythons"]
    where = dict(machine(document).items).get("machine", "an unknown machine")
    return "; ".join([where, *told, f"run {document.id}, {document.started_at[:10]}"])


def _gil(states: set[bool]) -> str:
    if not states:
        return ""
    return " (GIL on and off)" if len(states) > 1 else f" (GIL {'on' if True in states else 'off'})"
