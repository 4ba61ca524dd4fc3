"""What holds for every figure of every run."""

import re
from collections.abc import Iterator
from dataclasses import replace
from math import isfinite

import pytest

from simulator.report.view.figure import Bars, Figure, Grid, Line, Lines, Panel, Stack
from simulator.report.view.figures import figures
from simulator.result.document import ResultDocument, from_json, to_json
from tests.simulator.analysis.builders import document
from tests.simulator.analysis.test_open_findings import GROWING, STEADY, opened
from tests.simulator.report.view.figures.runs import CALIBRATION, RATES, flights, measured
from tests.simulator.report.view.figures.test_load import loaded
from tests.simulator.report.view.test_matrix import usual

EACH = {"threads": [20.0, 20.5, 21.0], "asyncio": [19.0, 20.5, 21.5], "processes_per_core": [7.0, 7.5, 8.0]}
BROKEN = {("0ms", "1ms", name): "late" for name in ("threads", "asyncio", "processes")}


def calibrated() -> ResultDocument:
    made = measured()
    return replace(made, cells=tuple(replace(cell, calibration=CALIBRATION) for cell in made.cells))


RUNS = {
    "one combination": measured(),
    "with a control": calibrated(),
    "a matrix": usual(),
    "a matrix with gaps": usual(broken=BROKEN),
    "jobs in flight": flights({2: EACH, 8: EACH, 32: EACH}, broken={(32, "asyncio"): "late"}),
    "marked": document({**RATES, "processes_per_core": [9.0] * 3}, marked=["processes_per_core"]),
    "few rounds": document({name: each[:1] for name, each in RATES.items()}),
    "one strategy": document({"sequential": [20.0] * 3}),
    "open arrivals": opened({"sequential": (GROWING, [900] * 3), "threads": (STEADY, [50] * 3)}),
    "several rates": loaded(),
}


def panels(made: ResultDocument) -> Iterator[tuple[Figure, Panel]]:
    for figure in figures(made):
        for panel in figure.panels:
            yield figure, panel


@pytest.fixture(params=list(RUNS.values()), ids=list(RUNS))
def made(request: pytest.FixtureRequest) -> ResultDocument:
    found = request.param
    assert isinstance(found, ResultDocument)
    return found


def drawn(panel: Panel) -> list[float | None]:
    """Return every number that is drawn."""
    match panel.shape:
        case Bars(bars=bars, reference=reference):
            numbers = [each for bar in bars if bar is not None for each in (bar.value, bar.low, bar.high)]
            return [*numbers, reference[0] if reference else None]
        case Stack(layers=layers):
            return [value for layer in layers for value in layer.values]
        case Lines(lines=lines):
            return [each for line in lines for each in of_line(line)]
        case Grid(squares=squares, lines=lines):
            strengths = [square.strength for row in squares for square in row if square is not None]
            return [*strengths, *(each for line in lines for each in of_line(line))]
    return []


def of_line(line: Line) -> Iterator[float | None]:
    for spot in line.spots:
        yield from (spot.x, spot.y, spot.low, spot.high)


def test_ids_are_unique_and_every_figure_has_a_panel(made: ResultDocument) -> None:
    found = figures(made)
    ids = [figure.id for figure in found]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", each) for each in ids)
    assert all(figure.panels and figure.question.endswith("?") for figure in found)
    assert found, "a run with a valid cell has something to look at"


def test_panels_have_different_names_and_one_alone_of_a_run_has_none(made: ResultDocument) -> None:
    for figure in figures(made):
        names = [panel.name for panel in figure.panels]
        assert len(set(names)) == len(names)
        assert len(names) == 1 or all(names)


def test_shapes_are_whole_and_their_numbers_finite(made: ResultDocument) -> None:
    for _, panel in panels(made):
        assert all(isfinite(number) for number in drawn(panel) if number is not None)
        match panel.shape:
            case Bars(names=names, bars=bars):
                assert len(names) == len(bars) == len(set(names)) > 0
                for bar in bars:
                    assert bar is not None
                    assert (bar.low is None) == (bar.high is None)
                    if bar.low is not None and bar.high is not None:
                        assert bar.low <= bar.value <= bar.high
            case Stack(names=names, layers=layers):
                assert all(len(layer.values) == len(names) for layer in layers)
                assert len({layer.name for layer in layers}) == len(layers)
            case Lines(lines=lines):
                for line in lines:
                    xs = [spot.x for spot in line.spots]
                    assert xs == sorted(set(xs))
                    assert xs
            case Grid(squares=squares, columns=columns, rows=rows, key=key, lines=lines):
                assert len(squares) == len(rows)
                assert all(len(row) == len(columns) for row in squares)
                assert len({letter for letter, _, _ in key}) == len(key)
                known = {letter for letter, _, _ in key} | {"=", "?", ""}
                assert all(s is None or s.letter in known for row in squares for s in row)
                assert all(0 <= s.strength <= 1 for row in squares for s in row if s is not None)
                assert all([p.y for p in line.spots] == sorted({p.y for p in line.spots}) for line in lines)


def test_scales_that_have_no_zero_get_none(made: ResultDocument) -> None:
    for _, panel in panels(made):
        if isinstance(panel.shape, Lines):
            spots = [spot for line in panel.shape.lines for spot in line.spots]
            assert panel.shape.x.scale != "log" or all(spot.x > 0 for spot in spots)
            assert panel.shape.x.scale != "tail" or all(0 <= spot.x < 1 for spot in spots)
            assert panel.shape.y.scale != "log" or all(spot.y > 0 for spot in spots)


def test_every_table_has_a_row_for_what_is_drawn_and_every_summary_is_a_sentence(
    made: ResultDocument,
) -> None:
    for _, panel in panels(made):
        assert all(len(row) == len(panel.table.columns) for row in panel.table.rows)
        firsts = {row[0] for row in panel.table.rows}
        match panel.shape:
            case Bars(names=names) | Stack(names=names):
                assert {name.split(",")[0] for name in names} <= firsts
            case Lines(lines=lines):
                assert {line.name for line in lines} == firsts
            case Grid(rows=rows):
                assert set(rows) == firsts
        assert panel.summary.endswith(".")
        assert "\n" not in panel.summary
        assert "None" not in panel.summary
        assert not re.search(r"\d\.\d{4}", panel.summary), "three digits are enough"


def test_a_document_read_from_its_file_has_the_same_figures(made: ResultDocument) -> None:
    assert figures(from_json(to_json(made))) == figures(made)


def test_the_map_comes_first_where_there_is_one() -> None:
    assert [figure.id for figure in figures(usual())][:2] == ["crossover-map", "throughput"]
    assert [figure.id for figure in figures(calibrated())] == [
        "throughput", "speed-up", "shares", "way", "response", "memory", "startup", "loop-lag",
        "timeline",
    ]  # fmt: skip
