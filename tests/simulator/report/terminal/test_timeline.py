import io

import pytest
from rich.console import Console

from simulator.report.terminal.timeline import characters, draw, watched_characters
from simulator.report.view.parts import Stretch, Timeline, TimelineLane

LANE = TimelineLane("worker 1", (0, 400), (400, 500), (500, 900, 200))


def test_a_parse_is_as_high_all_along_as_its_share_of_cpu_because_nobody_saw_when() -> None:
    row = characters(LANE, 1_000, 20)
    assert row[:8] == "·" * 8
    assert row[8:10] == "░░"
    assert row[10:18] == "▄" * 8
    assert row[18:] == "  "


def test_a_parse_all_on_cpu_is_solid() -> None:
    assert characters(TimelineLane("w", (), (), (0, 1_000, 1_000)), 1_000, 10) == "█" * 10
    assert characters(TimelineLane("w", (), (), (0, 1_000, 0)), 1_000, 10) == "▁" * 10


@pytest.mark.parametrize("width", [30, 80, 200])
def test_rows_fit_the_console_and_one_legend_says_what_they_show(width: int) -> None:
    console = Console(file=io.StringIO(), width=width, highlight=False)
    stretch = Stretch("threads, 1 ms", 1_000, (LANE, LANE), 3)
    draw(Timeline("a stretch", (stretch, stretch)), console)
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert all(len(line) <= width for line in lines)
    assert sum(line.startswith("worker 1") for line in lines) == 4
    assert sum("… and 3 more" in line for line in lines) == 2
    assert sum("network" in line for line in lines) == 1
    assert not any("\x1b" in line for line in lines)


def test_a_lane_that_was_watched_shows_what_was_seen_and_else_what_the_clocks_tell() -> None:
    lane = TimelineLane("w", (0, 400), (400, 500), (500, 900, 200), (600, 800), (800, 850))
    assert watched_characters(lane, 1_000, 20) == "········░░░░████▒░  "


def test_each_kind_of_stretch_has_its_legend() -> None:
    def shown(*watched: bool) -> str:
        console = Console(file=io.StringIO(), width=100, highlight=False)
        draw(Timeline("a stretch", tuple(Stretch("s", 1_000, (LANE,), 0, each) for each in watched)), console)
        return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]

    guessed, seen = "as high as its", "watched: "
    assert (guessed in shown(False), seen in shown(False)) == (True, False)
    assert (guessed in shown(True), seen in shown(True)) == (False, True)
    assert (guessed in shown(False, True), seen in shown(False, True)) == (True, True)
