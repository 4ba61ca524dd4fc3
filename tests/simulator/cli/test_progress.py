"""What is shown of a run while it goes on: words for people, lines for programs."""

import io
import json
import os
import re
import subprocess
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from simulator.cli.app import app
from simulator.cli.event_lines import STRETCH_JOBS, EventLines, open_lines
from simulator.cli.exits import Stop
from simulator.cli.progress import Terminal, good_for
from simulator.experiment.events import (
    CalibrationStarted,
    CellPlanned,
    EnvironmentStarted,
    Event,
    HandlerFailed,
    Measured,
    RepetitionJudged,
    RepetitionStarted,
    StillRunning,
    TurnsChosen,
    TurnsStarted,
    TurnsStopped,
    TurnsWatched,
)
from simulator.result.calibration import Calibration
from simulator.result.run import PlannedCell, RunHeader
from simulator.schedule.reason import AnotherRound, Climbing, Imprecise, Racing, Scouting
from simulator.stats.intervals import Interval
from simulator.text.numbers import times
from tests.simulator.analysis.builders import repetition, samples
from tests.simulator.cli.started import PROGRAM, environment

Write = Callable[..., Path]

CELL = PlannedCell(
    "c-1",
    {"server.latency": "5ms", "strategy": "threads", "in_flight": 2, "job.x": None},
    None,
    2,
    False,
    None,
)
HEADER = RunHeader("ab12", "tiny", {}, 3, {}, "2030-01-01T00:00:00+00:00", (CELL,))
STARTED = RepetitionStarted("c-1", 1, AnotherRound(2, 3), 1, 3, 1, 65.0)


def shown(monkeypatch: pytest.MonkeyPatch, *events: Event) -> tuple[list[str], list[str]]:
    """Return the lines that these events give where nobody looks at a terminal, and the remarks at the end."""
    monkeypatch.setattr("simulator.cli.progress.PLAIN_EVERY_S", 0.0)
    console = Console(file=io.StringIO(), width=200, highlight=False)
    terminal = Terminal(console)
    terminal.start(HEADER)
    for event in events:
        terminal.handle_event(event)
    terminal.shutdown()
    assert isinstance(console.file, io.StringIO)
    lines = re.sub(r"\b\d+ s gone", "0 s gone", console.file.getvalue()).splitlines()  # on any machine
    return lines, terminal.remarks


def test_people_read_what_is_being_done_and_how_long_it_will_take(monkeypatch: pytest.MonkeyPatch) -> None:
    lines, remarks = shown(
        monkeypatch,
        EnvironmentStarted("3.14", ("aiohttp", "lxml")),
        CalibrationStarted("c-1", "html.parser", "3.14"),
        CellPlanned("c-1", Calibration(jobs=12), 0.5, 1.0),
        STARTED,
        StillRunning(),
        Measured("complete", 3),
        TurnsStarted("c-1"),
    )
    started = (
        "1/3 repetitions, 0 s gone, about 1 min 05 s left; threads, 5ms, null"
        " (round 2 of 3; 1 rounds disturbed, done again)"
    )
    watched = "(one more repetition, watched to see who runs when; not measured)"
    assert lines == [
        "0/3 repetitions, 0 s gone; making an environment for 3.14: aiohttp, lxml (once)",
        "0/3 repetitions, 0 s gone; calibrating html.parser on 3.14 (calibrated once, used in every cell)",
        started,
        started,
        "3/3 repetitions, 0 s gone; done",
        f"3/3 repetitions, 0 s gone; threads, 5ms, null {watched}",
    ]
    assert remarks == []


def test_what_went_wrong_beside_the_measuring_is_said_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    lines, remarks = shown(
        monkeypatch,
        TurnsChosen(("c-1",), 4),
        TurnsChosen(("c-1",), 0),
        TurnsWatched("c-1", None, "no threads"),
        TurnsStopped(),
        HandlerFailed("--progress jsonl:9", "Broken pipe"),
    )
    assert lines == []
    assert remarks == [
        "turns: 1 cells are watched, 4 more are left out",
        "turns: threads, 5ms, null: not seen: no threads",
        "turns: interrupted; the run is complete, and nothing measured is missing",
        "--progress jsonl:9: Broken pipe; the run went on without it",
    ]


def test_what_a_repetition_is_good_for_is_said_in_a_few_words() -> None:
    near = Interval(1.04, 0.98, 1.1)
    asked = Imprecise("a", "b", 0.05, 0.03)
    assert good_for(None) == ""
    assert good_for(AnotherRound(2, 3, disturbed=1)) == "round 2 of 3: 1 disturbed, done again"
    assert good_for(AnotherRound(4, 9, 0, asked)) == "round 4 of 9: a / b known to ±5 %, asked ±3 %"
    assert good_for(Scouting()) == "scouting every strategy"
    assert good_for(Climbing(("a 8", "b 4"))) == "climbing: is there a better one among a 8, b 4?"
    racing = good_for(Racing("a 8", (("b 4", near), ("c 2", None))))
    assert racing == f"racing a 8 against b 4 ({times(near)}), c 2"


def test_programs_read_a_line_for_each_event() -> None:
    reading, writing = os.pipe()
    lines = EventLines(writing, "--progress jsonl")
    lines.start(HEADER)
    for event in (STARTED, StillRunning(), Measured("complete", 3)):
        lines.handle_event(event)
    lines.shutdown()
    with os.fdopen(reading) as read:
        first, last = map(json.loads, read)
    assert first.pop("at") <= last.pop("at")
    assert first == {
        "event": "repetition_started",
        "cell_id": "c-1",
        "round": 1,
        "why": {"kind": "round", "number": 2, "wanted": 3, "disturbed": 0, "imprecise": None},
        "done": 1,
        "planned": 3,
        "rounds_discarded": 1,
        "left_s": 65.0,
        "machine": None,
    }
    assert last == {"event": "measured", "status": "complete", "repetitions": 3}


def test_a_line_has_a_stretch_of_the_samples_unless_they_are_very_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    many = samples(300)
    judged = RepetitionJudged(repetition("c-1", 2), many)
    reading, writing = os.pipe()
    lines = EventLines(writing, "--progress jsonl")
    for event in (judged, replace(judged, samples=None)):
        lines.handle_event(event)
    monkeypatch.setattr("simulator.cli.event_lines.MOST_SAMPLES", 299)
    lines.handle_event(judged)
    lines.shutdown()
    with os.fdopen(reading) as read:
        first, *others = map(json.loads, read)
    assert first["timeline"]["round"] == 2
    assert 0 < sum(len(lane["parse_us"]) // 3 for lane in first["timeline"]["lanes"]) <= STRETCH_JOBS + 2
    assert [line["timeline"] for line in others] == [None, None]
    assert "samples" not in first


def test_a_reader_that_is_gone_or_asleep_is_an_error_of_the_lines_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("simulator.cli.event_lines.PATIENCE_S", 0.05)
    reading, writing = os.pipe()
    lines = EventLines(writing, "lines")
    with pytest.raises(TimeoutError, match="nobody reads it"):
        deque(map(lines.handle_event, [STARTED] * 1000), maxlen=0)
    os.close(reading)
    with pytest.raises(BrokenPipeError):
        lines.handle_event(STARTED)
    lines.shutdown()
    full = open_lines("jsonl:/dev/full")
    assert full is not None
    with pytest.raises(OSError, match="No space left"):
        full.handle_event(STARTED)
    full.shutdown()


@pytest.mark.parametrize("wanted", ["json", "jsonl:", "jsonl:9999", "jsonl:/no/such/folder/lines", "jsonl:/"])
def test_lines_that_cannot_be_written_are_refused_before_anything_is_measured(
    wanted: str, scenario_file: Write
) -> None:
    found = CliRunner().invoke(app, ["run", str(scenario_file()), "--progress", wanted]).exception
    assert isinstance(found, Stop)
    assert found.code == 2
    assert found.message.startswith(f"--progress {wanted}")


@pytest.mark.scenario
def test_another_program_follows_a_run_and_may_leave(scenario_file: Write) -> None:
    file = scenario_file(strategies=["sequential"])
    reading, writing = os.pipe()
    command = [*PROGRAM, "run", str(file), "--progress", f"jsonl:{writing}", "--json", "out.json"]
    with subprocess.Popen(
        command,
        cwd=file.parent,
        env=environment(file.parent),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        pass_fds=(writing,),
    ) as program:
        os.close(writing)
        with os.fdopen(reading) as read:
            first = json.loads(read.readline())
        _, errors = program.communicate(timeout=100)
    assert (first["event"], first["resumed"]) == ("run_started", False)
    assert program.returncode == 0, errors
    assert (
        f"simulator: --progress jsonl:{writing}: [Errno 32] Broken pipe; the run went on without it" in errors
    )
    document = json.loads((file.parent / "out.json").read_text())
    assert document["partial"] is False
    assert document["id"] == first["header"]["id"]
