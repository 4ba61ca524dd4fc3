"""The parts of a report on two runs, built from their comparison alone."""

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.measures.factors import BASELINE, CASE, IN_FLIGHT, STRATEGY
from simulator.measures.measure import Unit
from simulator.measures.registry import MEASURES
from simulator.report.view.parts import Column, Facts, Part, Table, Verdict
from simulator.result.comparison import CellComparison, ComparedRun, Comparison, Side, decided, regressions
from simulator.stats.intervals import Interval
from simulator.text.numbers import NONE, factor, number, share, times

_WORK_WORTH_SAYING = 0.02


def build_comparison(comparison: Comparison) -> tuple[Part, ...]:
    """Return the parts in the order in which they are read."""
    names = _labels(comparison.cells)
    return (
        Verdict(
            f"{comparison.b.id} (B) against {comparison.a.id} (A): {MEASURES[comparison.metric].called}",
            tuple(_sentences(comparison, names)),
        ),
        _table(comparison, names),
        Facts("Runs", tuple(_facts(comparison))),
    )


def _labels(cells: Sequence[CellComparison]) -> dict[str, str]:
    """Return cell id -> its strategy and the levels in which the cells differ."""
    varied = {
        name
        for cell in cells
        for name in cell.factors
        if name != STRATEGY and len({_level(other, name) for other in cells} - {None}) > 1
    }
    return {
        cell.id: ", ".join(
            [
                str(cell.factors.get(STRATEGY, cell.id)),
                *(
                    str(level) if name == CASE else f"{name} {level}"
                    for name, level in cell.factors.items()
                    if name in varied and _level(cell, name) is not None
                ),
            ]
        )
        for cell in cells
    }


def _level(cell: CellComparison, name: str) -> str | None:
    # The baseline always has one in flight: that is no level of what varies.
    if name == IN_FLIGHT and cell.factors.get(STRATEGY) == BASELINE:
        return None
    level: Any = cell.factors.get(name)
    return None if level is None else str(level)


def _sentences(comparison: Comparison, names: Mapping[str, str]) -> list[str]:
    told = decided(comparison)
    if not told:
        return ["Nothing could be compared; the reasons stand below."]
    worse = regressions(comparison)
    sentences = [
        f"{names[cell.id]}: {cell.verdict} in B by more than {share(comparison.tolerance)}, a regression:"
        f" {_ratio(cell)}"
        for cell in worse
    ]
    changed = [cell for cell in told if cell.verdict != "no difference" and cell not in worse]
    sentences.extend(f"{names[cell.id]}: {cell.verdict} in B: {_ratio(cell)}" for cell in changed)
    same = len(told) - len(worse) - len(changed)
    if same == len(told):
        sentences.append(
            "No difference in the one cell that was compared."
            if same == 1
            else f"No difference in any of {same} cells."
        )
    elif same:
        sentences.append(f"No difference in {same} of {len(told)} cells.")
    return sentences


def _ratio(cell: CellComparison) -> str:
    return NONE if cell.ratio is None else times(cell.ratio)


def _reach(interval: Interval | None) -> str:
    if interval is None:
        return NONE
    word = "range " if interval.kind == "range" else ""
    return f"{word}{factor(interval.low)}–{factor(interval.high)}"


def _table(comparison: Comparison, names: Mapping[str, str]) -> Table:
    unit, what = MEASURES[comparison.metric].unit, MEASURES[comparison.metric].called
    columns = (
        Column("cell", "", "strategy, and the levels in which the cells differ", numeric=False),
        Column("A", unit.symbol, f"{what} in A: median over the valid rounds"),
        Column("B", unit.symbol, f"{what} in B: median over the valid rounds"),
        Column("B/A", "×", "ratio of the medians"),
        Column("95 %", "", "interval of the ratio; with fewer than 3 rounds on a side the range"),
        Column("machine", "×", "the machine's own speed in B over that in A, by the spins around this cell"),
        Column("beyond it", "", "the interval, widened by what the machine's change may explain"),
        Column("verdict", "", "what can be said of B", numeric=False),
    )
    return Table(
        title=f"{what}, B against A",
        columns=columns,
        rows=tuple(
            (
                names[cell.id],
                _value(cell.a, unit),
                _value(cell.b, unit),
                NONE if cell.ratio is None else factor(cell.ratio.median),
                _reach(cell.ratio),
                NONE if cell.machine_speed is None else factor(cell.machine_speed.median),
                _reach(cell.adjusted),
                cell.verdict,
            )
            for cell in comparison.cells
        ),
        notes=_notes(comparison, names),
        findings=(),
    )


def _notes(comparison: Comparison, names: Mapping[str, str]) -> tuple[str, ...]:
    by_reason: dict[str, list[str]] = {}
    for cell in comparison.cells:
        if cell.reason is not None:
            by_reason.setdefault(f"{cell.verdict}: {cell.reason}", []).append(names[cell.id])
    work = [
        f"{names[cell.id]}: the calibration asks for {times(cell.parse_work)} the parsing per page in B"
        for cell in comparison.cells
        if cell.parse_work is not None and abs(cell.parse_work - 1) > _WORK_WORTH_SAYING
    ]
    return (
        *(f"{'; '.join(alike)}: {reason}" for reason, alike in by_reason.items()),
        *work,
        *comparison.cautions,
    )


def _value(side: Side | None, unit: Unit) -> str:
    return NONE if side is None or side.median is None else number(unit.of(side.median))


def _facts(comparison: Comparison) -> list[tuple[str, str]]:
    speed = comparison.machine_speed
    return [
        ("A", _run(comparison.a)),
        ("B", _run(comparison.b)),
        (
            "machine's own speed, B/A",
            "not known" if speed is None else times(speed),
        ),
        *(("compared across", difference) for difference in comparison.across),
    ]


def _run(run: ComparedRun) -> str:
    return f"{run.id} ({run.name}, {run.started_at[:16].replace('T', ' ')} UTC)"
