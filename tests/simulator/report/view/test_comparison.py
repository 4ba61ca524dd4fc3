import io
import re

import pytest
from rich.console import Console

from simulator.analysis.comparison import compare_runs
from simulator.measures.registry import MEASURES
from simulator.report.markdown.render import render as markdown
from simulator.report.terminal.render import render
from simulator.report.view.comparison import build_comparison, summary_of
from simulator.report.view.parts import Facts, Table, Verdict
from simulator.result.comparison import Comparison
from simulator.result.measured import measured_of
from simulator.result.run import Run
from tests.simulator.analysis.builders import planned, repetition, run
from tests.simulator.analysis.measured_runs import run_of

STEADY = [100.0, 101.0, 99.0]


def compared(a: Run, b: Run, metric: str = "throughput", across: tuple[str, ...] = ()) -> Comparison:
    return compare_runs(measured_of(a), measured_of(b), MEASURES[metric], 0.05, across)


def parts(comparison: Comparison) -> tuple[Verdict, Table, Facts]:
    verdict, table, facts = build_comparison(comparison)
    assert isinstance(verdict, Verdict)
    assert isinstance(table, Table)
    assert isinstance(facts, Facts)
    return verdict, table, facts


def cells(table: Table, *names: str) -> tuple[str, ...]:
    """The first row, in the columns of these names."""
    (*columns,) = (column.name for column in table.columns)
    return tuple(table.rows[0][columns.index(name)] for name in names)


def test_regressions_come_first_then_other_changes_then_how_many_are_the_same() -> None:
    a = run_of(
        {"sequential": STEADY, "asyncio": STEADY, "threads": STEADY, "processes": [99.0, 100.0, 103.0]}
    )
    b = run_of(
        {
            "sequential": STEADY,
            "asyncio": [150.0, 151.0, 152.0],
            "threads": [80.0, 81.0, 79.0],
            "processes": STEADY,
        },
        run_id="r2",
    )
    verdict, table, _ = parts(compared(a, b))
    assert verdict.title == "r2 (B) against r1 (A): pages/s"
    slower, faster, same = verdict.sentences
    assert re.fullmatch(
        r"threads: slower in B, a regression: (speed-up )?0\.80 ×.*, wholly beyond 5 %", slower
    )
    assert re.match(r"asyncio: faster in B: (speed-up )?1\.51 × ", faster)
    assert re.match(
        r"No difference in 2 of 4 cells: a change of \d\.\d % \(sequential\) to \d\.\d % \(proc", same
    )
    assert [row[1] for row in table.rows] == ["no difference", "faster", "slower", "no difference"]


@pytest.mark.parametrize(
    ("strategies", "words"),
    [(1, "No difference in the one cell that was compared: "), (2, "No difference in any of 2 cells: ")],
)
def test_when_nothing_changed_one_sentence_says_so(strategies: int, words: str) -> None:
    rates = dict.fromkeys(["threads", "asyncio"][:strategies], STEADY)
    verdict, _, _ = parts(compared(run_of(rates), run_of(rates)))
    (sentence,) = verdict.sentences
    assert re.fullmatch(re.escape(words) + r"a change of \d\.\d % would have shown\.", sentence)


def test_when_nothing_could_be_compared_the_reasons_stand_below_each_once() -> None:
    rates = {"threads": [1.0], "asyncio": [1.0]}
    verdict, table, _ = parts(compared(run_of(rates), run_of(rates, run_id="r2")))
    assert verdict.sentences == ("Nothing could be compared; the reasons stand below.",)
    assert table.notes == (
        "all cells: cannot tell: in A 1 valid round, 3 are needed; in B 1 valid round, 3 are needed",
    )


def test_rows_are_named_by_the_levels_that_differ() -> None:
    cells = [
        planned(strategy, levels={"case": case, "server.latency": "20ms"})
        for case in ("idle", "busy")
        for strategy in ("sequential", "threads")
    ]
    made = run(cells, [repetition(cell.id, i, rate) for cell in cells for i, rate in enumerate(STEADY)])
    _, table, _ = parts(compared(made, made))
    assert [row[0] for row in table.rows] == [
        "sequential, idle", "threads, idle", "sequential, busy", "threads, busy"
    ]  # fmt: skip


def test_other_metrics_are_shown_in_the_units_of_people() -> None:
    a, b = run_of({"threads": STEADY}), run_of({"threads": STEADY}, memory_bytes=150_000_000)
    verdict, table, _ = parts(compared(a, b, "memory"))
    assert cells(table, "A", "B", "change") == ("100", "150", "1.50")
    assert [column.unit for column in table.columns if column.name == "A"] == ["MB"]
    assert verdict.sentences == ("threads: more in B, a regression: 1.50 ×, wholly beyond 5 %",)
    _, table, _ = parts(compared(a, b, "cpu"))
    assert cells(table, "A") == ("10",)


def test_the_machine_s_change_and_what_else_differs_are_shown() -> None:
    a = run_of({"threads": STEADY}, calibration={"units": 100})
    b = run_of({"threads": STEADY}, spins=[0.02] * 3, run_id="r2", digest="x", calibration={"units": 110})
    _, table, facts = parts(compared(a, b, across=("CPU: 1 in A, 2 in B",)))
    assert dict(facts.items)["machine's own speed, B/A"] == "0.50 ×"
    assert ("compared across", "CPU: 1 in A, 2 in B") in facts.items
    assert cells(table, "CPU", "memory") == ("0.50", "–")
    assert table.notes == (
        "threads: the calibration asks for 1.10 × the parsing per page in B",
        "the records differ between the runs, so the work was not the same: threads",
    )


def test_what_baseline_and_others_share_is_said() -> None:
    rates = {"sequential": STEADY, "threads": STEADY[::-1], "asyncio": STEADY}
    slower = {name: [0.8 * rate for rate in values] for name, values in rates.items()}
    verdict, _, _ = parts(compared(run_of(rates), run_of(slower)))
    assert verdict.sentences[-1] == (
        "sequential, threads and asyncio are slower alike: so is something that they share, as the parser, the client,"
        " the server or the machine."
    )


def test_at_80_columns_the_table_is_one_with_verdict_and_what_would_have_shown() -> None:
    levels = ("waiting for a slow site", "computing", "both")
    made = run(
        (
            cells := [
                planned(s, levels={"case": c}) for c in levels for s in ("sequential", "processes_per_core")
            ]
        ),
        [repetition(cell.id, i, rate, stream_s=0.06) for cell in cells for i, rate in enumerate(STEADY)],
    )
    out = io.StringIO()
    render(build_comparison(compared(made, made)), Console(file=out, width=80, color_system=None))
    heads = [line for line in out.getvalue().splitlines() if line.startswith("cell")]
    assert len(heads) == 1
    assert heads[0].split()[:5] == ["cell", "verdict", "change", "95", "%"]


@pytest.mark.parametrize("width", [40, 80, 200])
def test_it_fits_the_terminal(width: int) -> None:
    a = run_of({"sequential": STEADY, "processes_per_core": STEADY, "threads": [1.0]})
    out = io.StringIO()
    render(
        build_comparison(compared(a, run_of({"threads": STEADY}))),
        Console(file=out, width=width, color_system=None, highlight=False),
    )
    assert max(map(len, out.getvalue().splitlines())) <= width
    assert "only in A" in out.getvalue()


def test_a_summary_says_why_nothing_could_be_compared_and_how_the_same_is_seen_again() -> None:
    few = compared(
        run_of({"threads": STEADY[:2]}), run_of({"threads": STEADY}, run_id="r2"), "makespan", ("a chip",)
    )
    lines = markdown(summary_of(few)).splitlines()
    assert "reasons stand below" in lines[1]
    assert lines[-4] == "- Reasons: threads: cannot tell: in A 2 valid rounds, 3 are needed"
    assert lines[-3] == "- Cautions: a chip"
    assert lines[-1] == "- More: `simulator compare r1 r2 --metric makespan --tolerance 5% --across`"
