"""A run in a few lines: verdict, one table, machine, how to do it again."""

from collections.abc import Mapping, Sequence

from simulator.analysis.combinations import Combination, combinations
from simulator.analysis.standing import rate_of, standing, standings
from simulator.report.view.build import ESSENTIAL, OF_PREDICTED, build, row
from simulator.report.view.columns import columns_of, headed
from simulator.report.view.document import Summary, Tally
from simulator.report.view.left_out import left_out
from simulator.report.view.machine import in_a_line
from simulator.report.view.parts import Column, Table, Verdict
from simulator.report.view.remarks import cautions
from simulator.report.view.tuning import build_tuning
from simulator.result.document import CellResult, CombinationResult, ResultDocument
from simulator.text.numbers import NONE, duration, number, times

FEW = 6
"""Rows that there is room for in any case; of more in one combination the fastest come first."""

CLOSED = (
    Column("combination", "", "the levels of all factors but the one that is compared", numeric=False),
    Column("fastest", "", "and who is as fast; ? where the rounds cannot tell", numeric=False),
    Column("lead", "", "how many times faster than the next"),
    Column("pages", "/s", "of the fastest"),
    Column("speed-up", "", "of the fastest over sequential"),
)
OPEN = (
    CLOSED[0],
    Column("come /s", "", "jobs that came per second"),
    Column("keep up", "", "whose backlog stays small", numeric=False),
    Column("do not", "", "whose backlog grows, or may", numeric=False),
    Column("soonest p50", "", "the lowest median response time of those that keep up", numeric=False),
)


def build_summary(document: ResultDocument, *, only: str = "") -> Summary:
    """Return the summary of a run, or of which part only; nothing in it depends on anything but the document."""
    searched = "tune" in document.scenario
    parts = build_tuning(document) if searched else build(document, only=only, all_tables=True)
    command = document.environment.get("command")
    return Summary(
        verdict=next(part for part in parts if isinstance(part, Verdict)),
        # What a search tried comes best first: what is cut is the worst.
        table=next((part for part in parts if isinstance(part, Table)), None)
        if searched
        else _table(document),
        expectations=Tally.of([(one.verdict, one.claim or one.that) for one in document.expectations]),
        cautions=cautions(document),
        left_out=tuple(left_out(document)),
        machine=in_a_line(document),
        command=str(command or f"simulator report {document.id}"),
        again="command" in document.environment,
    )


def _table(document: ResultDocument) -> Table:
    groups = combinations(document)
    if len(groups) == 1:
        cells = groups[0].cells
        ordered = cells if len(cells) <= FEW else sorted(cells, key=rate_of, reverse=True)
        judged = any(cell.of_predicted is not None for cell in cells)
        shown = (*ESSENTIAL, OF_PREDICTED) if judged else ESSENTIAL
        return Table(
            groups[0].title,
            headed(columns_of(shown), groups[0].contrast),
            tuple(row(shown, each) for each in ordered),
            (),
            (),
        )
    if any(cell.arrivals is not None for cell in document.cells):
        return Table("", OPEN, tuple(map(_open_row, groups)), (), ())
    compared = standings(document)
    return Table("", CLOSED, tuple(_closed_row(group, compared) for group in groups), (), ())


def _closed_row(group: Combination, compared: Mapping[str, CombinationResult]) -> tuple[str, ...]:
    rivals = [cell for cell in group.cells if cell.baseline_id is not None and not cell.marked]
    cells = rivals or list(group.cells)
    place = standing(cells, compared.get(cells[0].id))
    if place.best is None:
        return (group.title, place.status, "", "", "")
    best = next(cell for cell in cells if cell.name == place.best)
    rate, speedup = best.throughput_per_s, best.speedup
    return (
        group.title,
        ", ".join((place.best, *place.near, *(f"{name}?" for name in place.open)))
        + ("" if place.sure else "?"),
        times(place.lead) or NONE,
        number(None if rate is None else rate.median),
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
    p50s = [(p50, cell) for cell in steady if (p50 := _p50(cell)) is not None]
    soonest = min(p50s, default=None, key=lambda pair: pair[0])
    return (
        group.title,
        number(rates[0] if rates else None),
        _names(steady),
        _names([cell for cell, arrivals in known if not arrivals.keeps_up]),
        NONE if soonest is None else f"{soonest[1].name} {duration(soonest[0])}",
    )


def _p50(cell: CellResult) -> float | None:
    return cell.response_time_s.p50 if cell.response_time_s is not None else None


def _names(cells: Sequence[CellResult]) -> str:
    return ", ".join(cell.name for cell in cells) or NONE
