"""What machines tell crosses as JSON, and comes out as it went in."""

import math

import pytest

from simulator.experiment import events
from simulator.result.calibration import Calibration
from simulator.result.run import PlannedCell, RunHeader
from simulator.schedule.reason import AnotherRound
from simulator.spread.told import Ended, Planned, Told, Waiting, heard, written
from simulator.spread.units import Unit
from tests.simulator.analysis.builders import repetition, samples

CELL = PlannedCell("c-1", {"strategy": "threads", "in_flight": 3}, None, 3, marked=False, unsupported=None)
HEADER = RunHeader(
    "ab12", "tiny", {"name": "tiny"}, 3, {"machine": None}, "2030-01-01T00:00:00+00:00", (CELL,)
)


@pytest.mark.parametrize(
    "event",
    [
        Planned(HEADER, (Unit(("c-1",), 2.5),), None),
        Waiting(),
        Ended("refused", "there is no module mine"),
        events.CalibrationStarted("c-1", "html.parser", None),
        events.CellPlanned("c-1", Calibration(units=3, client_cpu_s={"blocking:httpx": None}), 1.0, 2.0),
        events.RepetitionJudged(repetition("c-1", 2, environment={"version": "3.14"}), None),
        events.RepetitionRevised(repetition("c-1", 2, status="discarded", reason="disturbed")),
        events.RepetitionJudged(repetition("c-1", 0, startup_s=math.inf), None),
    ],
    ids=lambda event: type(event).__name__,
)
def test_an_event_comes_out_as_it_went_in(event: Told) -> None:
    line = written(event)
    assert line is not None
    assert "\n" not in line
    assert line.isascii()
    assert heard(line) == event


def test_why_a_repetition_is_run_is_left_to_the_machine() -> None:
    started = events.RepetitionStarted("c-1", 1, AnotherRound(2, 3), 1, 3, 1, 65.0)
    line = written(started)
    assert line is not None
    assert heard(line) == events.RepetitionStarted("c-1", 1, None, 1, 3, 1, 65.0)


def test_raw_samples_come_with_their_repetition() -> None:
    raw = samples(5)
    line = written(events.RepetitionJudged(repetition("c-1", 0), raw))
    assert line is not None
    event = heard(line)
    assert isinstance(event, events.RepetitionJudged)
    assert event.samples is not None
    assert event.samples.ready_ns.tolist() == raw.ready_ns.tolist()


def test_what_concerns_nobody_else_is_not_told() -> None:
    assert written(events.StillRunning()) is None
    assert written(events.RunFinished("complete")) is None


@pytest.mark.parametrize(
    "line", ["", "{}", "[]", '{"event": "Nothing"}', '{"event": "Ended", "how": "well"}']
)
def test_what_is_none_is_refused(line: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whichever kind it is
        heard(line)
