from dataclasses import replace

from simulator.report.view.figure import Lanes
from simulator.report.view.figures.timeline import NOTES, build
from simulator.result.attribution import UNCOUNTED, Lane, Timeline, Watch
from simulator.result.document import ResultDocument
from tests.simulator.report.view.figures.runs import flights, measured

CLOCKED = Timeline(
    0,
    500_000,
    (
        Lane("worker 1", (0, 40_000), (40_000, 50_000), (50_000, 150_000, 40_000, 150_000, 250_000, 20_000)),
        Lane("worker 2", (), (), (0, 200_000, 60_000)),
    ),
    0,
)
SEEN = Timeline(
    UNCOUNTED,
    500_000,
    (
        Lane("worker 1", (0, 40_000), (), (50_000, 150_000, 40_000), (0, 200_000, 300_000, 400_000)),
        Lane("worker 2", (), (), (), (150_000, 300_000), (300_000, 380_000)),
    ),
    3,
    Watch(looks=450, workers=16, of=20, unseen_us=(400_000, 410_000), cost=0.051),
)


def watched() -> ResultDocument:
    """Return a run whose threads were watched, with known lanes."""
    made = measured()
    return replace(
        made,
        cells=tuple(
            replace(cell, timeline=CLOCKED, turns=SEEN if cell.id == "threads" else None)
            for cell in made.cells
        ),
    )


def test_threads_come_first_with_what_was_seen_before_what_is_guessed_and_the_baseline_last() -> None:
    figure = build(watched())
    assert figure is not None
    names = [panel.name for panel in figure.panels]
    assert names == ["threads, who ran when", "threads", "asyncio", "sequential"]
    assert figure.notes == NOTES


def test_lanes_are_those_of_the_document() -> None:
    figure = build(watched())
    assert figure is not None
    seen, clocked = figure.panels[:2]
    assert isinstance(seen.shape, Lanes)
    assert isinstance(clocked.shape, Lanes)
    assert (seen.shape.width_us, seen.shape.left_out) == (500_000, 3)
    for shape, source in ((seen.shape, SEEN), (clocked.shape, CLOCKED)):
        assert [vars(lane) for lane in shape.lanes] == [vars(lane) for lane in source.lanes]


def test_the_summary_says_how_much_of_the_parses_was_off_cpu() -> None:
    figure = build(watched())
    assert figure is not None
    assert figure.panels[1].summary == (
        "threads: 3 parses in 500 ms, 70 % of whose time was spent off CPU; answers waited 10 ms in all to"
        " be taken up."
    )
    assert figure.panels[1].table.rows == (
        ("worker 1", "40", "10", "2", "200", "60"),
        ("worker 2", "0", "0", "1", "200", "60"),
    )


def test_the_summary_of_what_was_seen_says_how_many_ran_at_a_time() -> None:
    figure = build(watched())
    assert figure is not None
    panel = figure.panels[0]
    # Of the 490 ms in which somebody looked: 350 ms one, 50 ms both.
    assert panel.summary == (
        "threads, watched for 500 ms: 71.4 % of the time one ran, 10.2 % two or more at once, 18.4 % none; the longest"
        " turn took 200 ms, and all together waited 80 ms for a core."
    )
    assert panel.table.rows[0][:5] == ("worker 1", "300", "2", "200", "0")
    assert panel.table.rows[1][:5] == ("worker 2", "150", "1", "150", "80")
    assert panel.table.notes == (
        "3 more lanes are not shown",
        "450 looks, 900 a second, which took 5.1 % of a core",
        "for 10 ms nobody looked: what lies in there is nobody's turn",
        "16 of 20 threads were looked at",
    )
    assert panel.table.findings == ("Lanes running at a time: none 18.4 %, one 71.4 %, two or more 10.2 %.",)


def test_nobody_looked_and_nothing_is_said_of_looking() -> None:
    figure = build(measured())
    assert figure is not None
    assert figure.notes == NOTES[:2]
    assert [panel.name for panel in figure.panels] == ["threads", "asyncio", "sequential"]


def test_without_samples_there_is_no_timeline() -> None:
    assert build(flights({2: {"threads": [20.0] * 3}, 8: {"threads": [20.0] * 3}})) is None
