from dataclasses import replace
from math import log

import pytest

from simulator.report.view.figure import Grid, Square
from simulator.report.view.figures.crossover_map import build
from simulator.result.document import Crossover, ResultDocument
from tests.simulator.analysis.builders import matrix
from tests.simulator.report.view.figures.runs import only
from tests.simulator.report.view.test_matrix import COSTS, LATENCIES, ROW, usual


def grid(made: ResultDocument) -> Grid:
    shape = only(build(made)).shape
    assert isinstance(shape, Grid)
    return shape


def crossing(cost_s: float, latency: str, slower: str = "threads") -> Crossover:
    scope = {"server.latency": latency, "in_flight": 8}
    return Crossover("processes", slower, scope, "crossing", cost_s, cost_s / 2, cost_s * 2)


def square(shape: Grid, row: int, column: int) -> Square:
    found = shape.squares[row][column]
    assert found is not None
    return found


def test_a_square_has_the_winners_letter_lead_and_colour() -> None:
    shape = grid(usual())
    assert shape.rows == LATENCIES
    assert shape.columns == ("0.002", "1.03", "5.1", "20.4")
    found = square(shape, 0, 3)
    assert (found.letter, found.text, found.tone) == ("P", "1.50 ×", "strategy:processes")
    assert found.strength == pytest.approx(log(1.5) / log(3), rel=1e-3)
    assert found.explanation == (
        "server.latency 0ms, job.parse_cost 20ms (20.4 ms of CPU): processes are fastest, 1.50 × the next."
    )
    assert shape.key == (("A", "asyncio", "strategy:asyncio"), ("P", "processes", "strategy:processes"))


def test_a_tie_is_nobodys() -> None:
    found = square(grid(usual()), 0, 1)
    assert (found.letter, found.text, found.tone, found.strength) == ("=", "as fast", "plain", 0.0)
    assert found.explanation.endswith("asyncio leads; threads are as fast; processes are slower.")


def test_few_rounds_have_a_question_mark_and_what_was_not_measured_no_letter() -> None:
    short = {cost: {name: each[:2] for name, each in at.items()} for cost, at in ROW.items()}
    found = square(grid(matrix({"0ms": short, "9ms": short}, COSTS)), 0, 3)
    assert (found.letter, found.text) == ("P", "1.49 ×?")
    broken = {("20ms", "20ms", name): "late" for name in ("threads", "asyncio", "processes")}
    empty = square(grid(usual(broken=broken)), 1, 3)
    assert (empty.letter, empty.text, empty.tone) == ("", "invalid", "muted")


def test_a_line_lies_between_the_columns_by_the_logarithm_of_the_cost() -> None:
    made = replace(
        usual(), crossovers=tuple(crossing((0.0051 * 0.0204) ** 0.5, level) for level in LATENCIES)
    )
    (line,) = grid(made).lines
    assert (line.name, line.tone) == ("processes over threads", "strategy:threads")
    assert [spot.y for spot in line.spots] == [0, 1, 2, 3]
    assert [spot.x for spot in line.spots] == pytest.approx([2.5] * 4)


def test_a_line_has_a_gap_where_nothing_is_certain_and_each_pair_its_own() -> None:
    found = (
        crossing(0.0051, "0ms"),
        replace(crossing(0.0051, "20ms"), kind="always", cost_s=None),
        crossing(0.0204, "100ms"),
        crossing(0.006, "400ms", "asyncio"),
    )
    lines = grid(replace(usual(), crossovers=found)).lines
    assert [(line.name, [spot.y for spot in line.spots]) for line in lines] == [
        ("processes over threads", [0]),
        ("processes over threads", [2]),
        ("processes over asyncio", [3]),
    ]
    assert [line.spots[0].x for line in lines[:2]] == pytest.approx([2, 3])


def test_rows_that_differ_in_two_levels_are_not_joined() -> None:
    made = usual()
    cells = tuple(
        replace(
            cell,
            factors={"case": "near" if cell.factors["server.latency"] in LATENCIES[:2] else "far"}
            | dict(cell.factors),
        )
        for cell in made.cells
    )
    found = tuple(
        replace(each, scope={"case": "near" if i < 2 else "far"} | dict(each.scope))
        for i, each in enumerate(crossing(0.0051, level) for level in LATENCIES)
    )
    lines = grid(replace(made, cells=cells, crossovers=found)).lines
    assert [[spot.y for spot in line.spots] for line in lines] == [[0, 1], [2, 3]]


def test_no_line_outside_what_was_measured_or_beside_an_unknown_cost() -> None:
    made = replace(usual(), crossovers=(crossing(0.5, "0ms"),))
    assert grid(made).lines == ()
    unknown = tuple(
        replace(cell, parse=None) if cell.factors["job.parse_cost"] == "5ms" else cell for cell in made.cells
    )
    assert grid(replace(made, cells=unknown, crossovers=(crossing(0.01, "0ms"),))).lines == ()


def test_columns_are_by_rising_cost_however_they_are_listed() -> None:
    backwards = {cost: ROW[cost] for cost in reversed(ROW)}
    made = matrix({"0ms": backwards, "9ms": backwards}, COSTS)
    assert grid(made).columns == ("0.002", "1.03", "5.1", "20.4")


def test_the_table_has_every_square_and_every_crossover() -> None:
    panel = only(build(usual()))
    assert panel.summary.startswith("Of 16 combinations of server.latency and job.parse_cost, ")
    assert [row[0] for row in panel.table.rows] == list(LATENCIES)
    names = [column.name for column in panel.table.columns]
    assert names[5:] == ["processes over threads", "processes over asyncio"]
    assert panel.table.rows[0][4] == "processes 1.50 ×"


def test_without_a_second_factor_or_a_valid_number_there_is_no_map() -> None:
    assert build(matrix({"0ms": ROW}, COSTS)) is None
    names = ("threads", "asyncio", "processes", "sequential")
    broken = {(level, cost, name): "late" for level in LATENCIES for cost in COSTS for name in names}
    assert build(usual(broken=broken)) is None
