"""`--markdown`: under 20 lines, whatever was measured, and nothing in it is taken for markup."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from simulator.analysis.summary import summarise
from simulator.report.markdown.render import render
from simulator.report.markdown.syntax import code, escaped, table
from simulator.report.view.summary import build_summary
from simulator.result.document import Expectation, ResultDocument
from simulator.result.repetition import Arrivals, Phase
from tests.simulator.analysis.builders import document, matrix, planned, repetition, run

GOLDEN = Path(__file__).parent / "golden" / "usual.md"
RATES = {"threads": [100.0, 101.0, 99.0], "processes": [80.0, 82.0, 81.0]}


def markdown(document: ResultDocument) -> str:
    return render(build_summary(document))


def usual() -> ResultDocument:
    found = document(
        {
            "sequential": [20.1, 20.9, 20.5],
            "threads": [141.0, 144.0, 142.0],
            "asyncio": [148.0, 152.0, 151.0],
            "processes_per_core": [39.0, 40.0, 41.0],
        },
        marked=["processes_per_core"],
        asyncio={"parse": Phase(0.010, 0.005, None)},
    )
    command = "simulator run shop.yaml --set server.latency=20ms"
    return replace(found, environment={**found.environment, "command": command})


def large() -> ResultDocument:
    costs = {f"{cost}ms": cost / 1e3 for cost in range(1, 11)}
    levels = [f"{latency}ms" for latency in (0, 5, 20, 50, 100)]
    rates = {level: dict.fromkeys(costs, RATES | {"asyncio": [1.0, 2.0, 3.0]}) for level in levels}
    found = matrix(rates, costs)
    assert len(found.cells) == 200
    return found


def tuned() -> ResultDocument:
    strategies = [f"variant{number}" for number in range(40)]
    options = {"goal": "throughput", "max_in_flight": 8, "grid": 41, "rounds": 3}
    found = document({"sequential": [20.0] * 3} | {name: [100.0, 101.0, 99.0] for name in strategies})
    job = {"tune": options, "strategies": strategies, "in_flight": 8, "job": {}}
    return replace(found, scenario={**found.scenario, **job}, partial=True)


def nothing() -> ResultDocument:
    return summarise(run([planned("sequential"), planned("threads")], [], status="interrupted"))


def broken() -> ResultDocument:
    """Every cell invalid, each for reasons of its own."""
    cells = [planned(name) for name in ("sequential", "threads", "asyncio", "processes")]
    done = [
        repetition(cell.id, round_, status="invalid", reason=f"{cell.id} is\nwrong | `so` <b>")
        for cell in cells
        for round_ in range(3)
    ]
    return summarise(run(cells, done))


def expecting(made: Callable[[], ResultDocument]) -> ResultDocument:
    verdicts: tuple[Literal["held", "not held", "undecided"], ...] = ("held", "not held", "undecided")
    return replace(
        made(),
        expectations=tuple(
            Expectation(f"p50(a{number}) < 2 * 1s\n", None, verdicts[number % 3], "Numbers.", {})
            for number in range(30)
        ),
    )


def arriving(made: Callable[[], ResultDocument]) -> ResultDocument:
    """The same with jobs that come by themselves, which every second cell does not keep up with."""
    found = made()
    arrivals = Arrivals(100, 50.0, 100, 100, 3, 0, 0.001, None, 0.0005, unstable=False)
    cells = (
        replace(cell, arrivals=replace(arrivals, unstable=bool(number % 2)))
        for number, cell in enumerate(found.cells)
    )
    return replace(found, cells=tuple(cells))


DOCUMENTS: dict[str, Callable[[], ResultDocument]] = {
    "usual": usual,
    "one strategy": lambda: document({"sequential": [20.0, 21.0, 22.0]}),
    "two rounds": lambda: document({name: rates[:2] for name, rates in RATES.items()}),
    "many strategies": lambda: document({f"s{number}": [1.0, 2.0, 3.0] for number in range(30)}),
    "200 cells": large,
    "200 cells, expecting": lambda: expecting(large),
    "200 cells, by themselves": lambda: arriving(large),
    "by themselves": lambda: expecting(lambda: arriving(usual)),
    "tuned": tuned,
    "nothing": nothing,
    "broken": broken,
    "broken, expecting": lambda: expecting(broken),
}


@pytest.mark.parametrize("made", DOCUMENTS.values(), ids=DOCUMENTS)
def test_under_twenty_lines_and_every_row_has_all_cells(made: Callable[[], ResultDocument]) -> None:
    text = markdown(made())
    lines = text.splitlines()
    assert len(lines) < 20
    assert text.endswith("\n")
    rows = [line for line in lines if line.startswith("|")]
    assert len(rows) >= 3
    assert {len(cells(row)) for row in rows} == {len(cells(rows[0]))}
    assert all(re.fullmatch(":--|--:", cell.strip()) for cell in cells(rows[1]))
    before = lines[lines.index(rows[0]) - 1]
    after = lines[lines.index(rows[-1]) + 1]
    assert (before, after) == ("", ""), "a table stands by itself"


def cells(row: str) -> list[str]:
    """What GitHub takes for the cells of a row."""
    return re.split(r"(?<!\\)\|", row)[1:-1]


def test_one_usual_run_is_as_it_was() -> None:
    assert markdown(usual()) == GOLDEN.read_text(encoding="utf-8")


def test_rows_that_have_no_room_are_counted() -> None:
    rows = [line for line in markdown(large()).splitlines() if line.startswith("|")][2:]
    assert rows[-1].startswith(f"| … and {50 - len(rows) + 1} more |")


def test_sentences_that_have_no_room_are_counted() -> None:
    lines = markdown(arriving(large)).splitlines()
    assert sum(line.startswith("- **") for line in lines) == 3
    assert "- … and 49 more" in lines  # 50 combinations, two crossovers


def test_where_a_table_is_cut_the_fastest_stay() -> None:
    rates = {f"s{number}": [float(number), number + 0.1, number - 0.1] for number in range(1, 31)}
    rows = [line for line in markdown(document(rates)).splitlines() if line.startswith("|")]
    assert [cells(row)[0].strip() for row in rows[2:5]] == ["s30", "s29", "s28"]


def test_a_search_says_what_to_take_and_lists_the_best_first() -> None:
    text = markdown(tuned())
    assert "- **Take variant" in text
    assert "| strategy | in flight |" in text


def test_nothing_valid_is_said_with_the_reasons() -> None:
    text = markdown(broken())
    assert "Nothing valid was measured" in text
    assert "is wrong \\| \\`so\\` &lt;b&gt;" in text


def test_expectations_are_counted_and_those_that_did_not_hold_named() -> None:
    text = markdown(expecting(usual))
    assert "Expectations: 10 of 30 held. **not held**: p50(a1) &lt; 2 \\* 1s; p50(a4)" in text
    assert "… and 8 more. **undecided**: p50(a2)" in text


def test_without_a_command_it_names_the_stored_run() -> None:
    text = markdown(document(RATES))
    assert text.splitlines()[-1] == "- More: `simulator report r1`"


def test_paths_of_the_machine_are_not_told() -> None:
    found = {
        "implementation": "CPython",
        "version": "3.13.0",
        "executable": "/home/me/x",
        "gil_enabled": [True],
    }
    done = [repetition("threads", round_, environment=found) for round_ in range(3)]
    text = markdown(summarise(run([planned("threads")], done)))
    assert "CPython 3.13.0 (GIL on)" in text
    assert "/home" not in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a|b", r"a\|b"),
        ("`x`", r"\`x\`"),
        ("<img src=x>", "&lt;img src=x&gt;"),
        ("two\nlines\t here", "two lines here"),
        ("a*b* [x](y) ~~z~~", r"a\*b\* \[x\](y) \~\~z\~\~"),
        ("R&D &lt;", "R&amp;D &amp;lt;"),
        ("back\\slash", r"back\\slash"),
        ("processes_per_core", "processes_per_core"),
        ("__init__", r"\_\_init\_\_"),
    ],
)
def test_text_is_escaped(text: str, shown: str) -> None:
    assert escaped(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("run a.yaml", "`run a.yaml`"),
        ("--set 'a=`b`'", "``--set 'a=`b`'``"),
        ("echo ``", "``` echo `` ```"),
        ("a\nb", "`a b`"),
    ],
)
def test_a_command_is_code_whatever_it_holds(text: str, shown: str) -> None:
    assert code(text) == shown


def test_a_table_sets_numbers_to_the_right() -> None:
    assert table(("a|", "n"), (False, True), [("x\ny", "1")]) == [
        r"| a\| | n |",
        "| :-- | --: |",
        "| x y | 1 |",
    ]
