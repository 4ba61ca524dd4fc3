"""The parts of a report on two runs, built from their comparison alone."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mockserver.units import format_percentage
from simulator.measures.factors import BASELINE, CASE, IN_FLIGHT, STRATEGY
from simulator.measures.measure import Unit
from simulator.measures.registry import MEASURES
from simulator.measures.varying import varying
from simulator.report.view.document import Summary
from simulator.report.view.parts import Column, Facts, Part, Table, Verdict
from simulator.result.comparison import CellComparison, ComparedRun, Comparison, Side, regressions
from simulator.stats.intervals import Interval
from simulator.text.numbers import NONE, factor, number, percent, share, times
from simulator.text.words import counted, listed

COMMIT_SHOWN = 12
"""Characters by which people know it."""
_WORK_WORTH_SAYING = 0.02
_CHANGE = ("B / A of the same round", "B / A, less what the machine's change may explain")


def build_comparison(comparison: Comparison) -> tuple[Part, ...]:
    """Return the parts in the order in which they are read."""
    names = labels(comparison.cells)
    return (
        _verdict(comparison, names),
        _table(comparison, names),
        Facts("Runs", tuple(_facts(comparison))),
    )


def _verdict(comparison: Comparison, names: Mapping[str, str]) -> Verdict:
    called = MEASURES[comparison.metric].called
    return Verdict(
        f"{comparison.b.id} (B) against {comparison.a.id} (A): {called}", tuple(_sentences(comparison, names))
    )


def summary_of(comparison: Comparison) -> Summary:
    """Return the comparison in a few lines, as for a pull request."""
    names = labels(comparison.cells)
    where = "one machine, side by side" if comparison.run else "two occasions"
    return Summary(
        verdict=_verdict(comparison, names),
        table=_table(comparison, names),
        expectations=None,
        cautions=(*comparison.cautions, *comparison.across),
        left_out=(),
        machine=f"{where}: {_run(comparison.b)} against {_run(comparison.a)}",
        command=_more(comparison),
        again=False,
        reasons=tuple(_reasons(comparison, names)),
    )


def _more(comparison: Comparison) -> str:
    """Return the command that shows more of it."""
    if comparison.run:
        return f"simulator report {comparison.run}"
    words = ["simulator", "compare", comparison.a.id, comparison.b.id, "--metric", comparison.metric]
    words += ["--tolerance", format_percentage(comparison.tolerance)]
    return " ".join([*words, "--across"] if comparison.across else words)


def labels(cells: Sequence[CellComparison]) -> dict[str, str]:
    """Return cell id -> its strategy and the levels in which the cells differ."""
    varied = {*varying([cell.factors for cell in cells])} - {STRATEGY}
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
    compared = [cell for cell in comparison.cells if cell.adjusted is not None]
    if not compared:
        return ["Nothing could be compared; the reasons stand below."]
    regressed = regressions(comparison)
    sentences = [f"{names[cell.id]}: {worse(cell, comparison)}" for cell in regressed]
    changed = [cell for cell in compared if cell.verdict not in _UNCHANGED and cell not in regressed]
    sentences.extend(
        f"{names[cell.id]}: {cell.verdict} in B: {_changed(cell, comparison)}" for cell in changed
    )
    sentences.extend(_shared(comparison, names))
    same, unsure = ([cell for cell in compared if cell.verdict == verdict] for verdict in _UNCHANGED)
    if same:
        many = f"any of {len(same)} cells" if len(same) > 1 else "the one cell that was compared"
        where = many if len(same) == len(compared) else f"{len(same)} of {len(compared)} cells"
        sentences.append(f"No difference in {where}: {_would_show(same, names)}.")
    if unsure:
        sentences.append(
            f"Cannot tell in {len(unsure)} of {counted(len(compared), 'cell')}: only {_would_show(unsure, names)}."
        )
    return sentences


_UNCHANGED = ("no difference", "cannot tell")


def worse(cell: CellComparison, comparison: Comparison) -> str:
    """Say of a regression what it is."""
    return f"{cell.verdict} in B, a regression: {_ratio(cell)}, wholly beyond {share(comparison.tolerance)}"


def _changed(cell: CellComparison, comparison: Comparison) -> str:
    if not cell.beyond:
        return _ratio(cell)
    return f"{_ratio(cell)}, beyond {share(comparison.tolerance)}, but of so many cells one may look so by chance"


def _would_show(cells: Sequence[CellComparison], names: Mapping[str, str]) -> str:
    """Say which change of these cells would have shown: from the smallest to the largest."""
    known = sorted((cell.would_show, names[cell.id]) for cell in cells if cell.would_show is not None)
    (low, first), (high, last) = known[0], known[-1]
    if share(low) == share(high):
        return f"a change of {share(low)} would have shown"
    return f"a change of {share(low)} ({first}) to {share(high)} ({last}) would have shown"


def _shared(comparison: Comparison, names: Mapping[str, str]) -> Iterator[str]:
    """Name what changed in a baseline and in others of its combination alike."""
    for baseline in comparison.cells:
        if baseline.verdict in (*_UNCHANGED, "only in A", "only in B"):
            continue
        alike = [
            cell
            for cell in comparison.cells
            if cell.baseline_id == baseline.id and cell.by == "metric" and cell.verdict == baseline.verdict
        ]
        if alike:
            yield (
                f"{listed([names[cell.id] for cell in (baseline, *alike)])} are {baseline.verdict} alike: so is"
                " something that they share, as the parser, the client, the server or the machine."
            )


def _ratio(cell: CellComparison) -> str:
    return ("speed-up " if cell.by == "speedup" else "") + times(cell.adjusted)


def _reach(interval: Interval | None) -> str:
    if interval is None:
        return NONE
    word = "range " if interval.kind == "range" else ""
    return f"{word}{factor(interval.low)}–{factor(interval.high)}"


def _table(comparison: Comparison, names: Mapping[str, str]) -> Table:
    unit, what = MEASURES[comparison.metric].unit, MEASURES[comparison.metric].called
    columns = (
        Column("cell", "", "strategy, and the levels in which the cells differ", numeric=False),
        Column("verdict", "", "what can be said of B", numeric=False),
        Column("change", "×", f"{_CHANGE[comparison.run is None]}: decides the verdict"),
        Column("95 %", "", "interval of that; where nothing can be told the range of all ratios"),
        Column("shows", "%", "the smallest change that would have been told from none", spared=1),
        Column("of", "", f"what is compared: {what}, or the speed-up", numeric=False, spared=1),
        Column("A", unit.symbol, f"{what} in A: median over the valid rounds", spared=2),
        Column("B", unit.symbol, f"{what} in B: median over the valid rounds", spared=2),
        Column("CPU", "×", "the machine's own speed in B over that in A, around this cell", spared=3),
        Column("memory", "×", "its memory's, likewise", spared=4),
    )
    rows = [
        (
            names[cell.id],
            cell.verdict,
            NONE if shown is None else factor(shown.median),
            _reach(shown),
            percent(cell.would_show),
            "–" if cell.ratio is None else "speed-up" if cell.by == "speedup" else what,
            _value(cell.a, unit),
            _value(cell.b, unit),
            NONE if cell.machine_speed is None else factor(cell.machine_speed.median),
            NONE if cell.memory_speed is None else factor(cell.memory_speed.median),
        )
        for cell in comparison.cells
        for shown in [cell.ratio if cell.adjusted is None else cell.adjusted]
    ]
    # Side by side the machine is the same.
    kept = len(columns) if comparison.run is None else -2
    return Table(
        title=f"{what}, B against A",
        columns=columns[:kept],
        rows=tuple(row[:kept] for row in rows),
        notes=(*_reasons(comparison, names), *comparison.cautions),
        findings=(),
    )


def _reasons(comparison: Comparison, names: Mapping[str, str]) -> Iterator[str]:
    """Say why rows are as they are, those that are so for the same reason together."""
    by_reason: dict[str, list[str]] = {}
    for cell in comparison.cells:
        if cell.reason is not None:
            by_reason.setdefault(f"{cell.verdict}: {cell.reason}", []).append(names[cell.id])
    for reason, alike in by_reason.items():
        yield f"{'all cells' if 1 < len(alike) == len(comparison.cells) else '; '.join(alike)}: {reason}"
    for cell in comparison.cells:
        if cell.parse_work is not None and abs(cell.parse_work - 1) > _WORK_WORTH_SAYING:
            yield f"{names[cell.id]}: the calibration asks for {times(cell.parse_work)} the parsing per page in B"


def _value(side: Side | None, unit: Unit) -> str:
    return NONE if side is None or side.median is None else number(unit.of(side.median))


def _facts(comparison: Comparison) -> list[tuple[str, str]]:
    sides = [("A", _run(comparison.a)), ("B", _run(comparison.b))]
    if comparison.run is not None:
        return [*sides, ("measured", f"side by side, ratios paired by round; run {comparison.run}")]
    return [
        *sides,
        ("machine's own speed, B/A", times(comparison.machine_speed) or "not known"),
        ("its memory's", times(comparison.memory_speed) or "not known"),
        *(("compared across", difference) for difference in comparison.across),
    ]


def _run(run: ComparedRun) -> str:
    at = "" if run.commit is None else f" at {run.commit[:COMMIT_SHOWN]}"
    return f"{run.id} ({run.name}{at}, {run.started_at[:16].replace('T', ' ')} UTC)"
