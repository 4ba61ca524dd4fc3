"""The report as a page: the same answer first, then pictures, then everything that is known."""

from collections import Counter
from collections.abc import Sequence
from io import StringIO
from itertools import chain

from ruamel.yaml import YAML

from simulator.report.view.build import pieces
from simulator.report.view.columns import STRATEGY
from simulator.report.view.document import Folded, Page, PagePart, Section
from simulator.report.view.figures import figures
from simulator.report.view.parts import Column, Facts, Fragment, Part, Remarks, Table, Timeline
from simulator.report.view.remarks import cautions
from simulator.report.view.tuning import build_tuning
from simulator.result.document import ResultDocument
from simulator.scenario.strategy import PULLING
from simulator.text.numbers import number
from simulator.text.words import counted

FEW_TABLES = 3
"""More than these are folded, so that what comes after them can be found."""

STATES = (
    STRATEGY,
    Column("cells", "", "combinations of levels"),
    Column("counted", "", "repetitions that the numbers are made of"),
    Column("invalid", "", "repetitions that a check rejected"),
    Column("done again", "", "repetitions of a round that something disturbed"),
    Column("failed", "", "repetitions that broke off"),
    Column("not run", "", "cells that cannot run here, or were not begun"),
)


def build_page(document: ResultDocument, *, only: str = "") -> Page:
    """Return the page of a run, or of which part only; one that `simulator tune` made opens with its choice."""
    made = pieces(document, only=only, explain=True)
    # The picture of a stretch is a figure.
    groups = [tuple(part for part in group if not isinstance(part, Timeline)) for group in made.groups]
    overview: tuple[PagePart, ...] = (*made.overview, *made.rules)
    opening: tuple[Part, ...] = (made.verdict, *made.checks)
    if "tune" in document.scenario:
        # The machine stands further below, with the rest of what a run has.
        found = tuple(part for part in build_tuning(document) if not isinstance(part, Facts))
        opening = (found[0], *made.checks)
        overview = found[1:]
    drawn = figures(document)
    sections = (
        Section("overview", "Overview", overview),
        Section("figures", "In pictures", drawn),
        Section("validity", "Can these numbers be believed?", _validity(document)),
        Section("environment", "Where it ran", (_environment(document, made.machine),)),
        Section("scenario", "The scenario", _scenario(document)),
        Section("tables", "Every number", _tables(groups)),
    )
    return Page(
        title=str(document.scenario["name"]),
        description=str(document.scenario.get("description") or ""),
        caution=_caution(document),
        opening=opening,
        sections=tuple(section for section in sections if section.parts),
        strategies=PULLING,
    )


def _caution(document: ResultDocument) -> str:
    if not document.partial:
        return ""
    done = counted(document.rounds_done, "whole round")
    return f"This run is partial: it was ended early, after {done}. What was measured until then is here."


def _validity(document: ResultDocument) -> tuple[PagePart, ...]:
    told = cautions(document)
    all_ok = "Every cell is valid, and nothing has to be said of any."
    rows: dict[str, Counter[str]] = {}
    for cell in document.cells:
        row = rows.setdefault(cell.strategy, Counter())
        row["cells"] += 1
        row["not run"] += cell.status in ("unsupported", "skipped")
        row.update(repetition.status for repetition in cell.repetitions)
    table = Table(
        "Repetitions of each strategy",
        STATES,
        tuple(
            (
                name,
                *(str(row[state]) for state in ("cells", "ok", "invalid", "discarded", "failed", "not run")),
            )
            for name, row in rows.items()
        ),
        (),
        ("A check that rejected one strategy more often than the others would show here.",),
    )
    return (Remarks("Reasons and warnings" if told else all_ok, told, ""), table)


def _environment(document: ResultDocument, machine: Facts) -> Facts:
    environment = document.environment
    python = environment.get("python") or {}
    libraries = environment.get("libraries") or {}
    load = (environment.get("machine") or {}).get("load_average")
    more = (
        ("measured", document.started_at),
        ("program", f"gil-simulator {environment['program']}" if environment.get("program") else ""),
        ("its Python", str(python.get("build") or "")),
        ("load at the start", ", ".join(map(number, load)) if load else ""),
        ("libraries", ", ".join(f"{name} {version}" for name, version in libraries.items())),
    )
    return Facts("", (*machine.items, *(item for item in more if item[1])))


def _scenario(document: ResultDocument) -> tuple[PagePart, ...]:
    text = StringIO()
    yaml = YAML()
    yaml.width = 100
    # How a search went about it is not part of a scenario.
    yaml.dump({key: value for key, value in document.scenario.items() if key != "tune"}, text)
    command = document.environment.get("command")
    again = Fragment("To run it again", str(command))
    return (Fragment("As YAML", text.getvalue()), *((again,) if command else ()))


def _tables(groups: Sequence[tuple[Table, ...]]) -> tuple[PagePart, ...]:
    """Return the tables, or where they are many one fold for each combination of levels."""
    if sum(map(len, groups)) <= FEW_TABLES:
        return tuple(chain.from_iterable(groups))
    return tuple(Folded(group[0].title, group) for group in groups)
