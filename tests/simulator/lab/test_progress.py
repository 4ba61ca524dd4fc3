from dataclasses import replace
from typing import Any

import pytest

from simulator.lab.progress import Going, after
from simulator.lab.seen import SeenLanes, Span

JUDGED = {
    "event": "repetition_judged",
    "repetition": {
        "cell_id": "asyncio_to_threads-3-13t-0a1b",
        "status": "ok",
        "measures": {"throughput_per_s": 120.5},
    },
}


def test_a_repetition_says_how_far_it_is() -> None:
    event = {
        "event": "repetition_started",
        "cell_id": "processes_of_asyncio-12",
        "done": 2,
        "planned": 9,
        "left_s": 4,
    }
    assert after(Going(), event) == Going("measuring processes_of_asyncio", 2, 9, 4.0)


def test_what_is_seen_is_kept_by_strategy() -> None:
    assert after(Going(), JUDGED).seen == {"asyncio_to_threads": 120.5}


LANE = {"name": "worker 1", "network_us": [0, 20], "resume_us": [], "parse_us": [20, 40, 18]}
TIMELINE = {"round": 0, "width_us": 50, "lanes": [LANE], "left_out": 0}
TURNS = {**TIMELINE, "lanes": [{**LANE, "turns_us": [25, 40]}]}


def test_what_is_seen_is_shown_before_the_run_ends_and_who_ran_when_in_its_place() -> None:
    judged = after(Going(), {**JUDGED, "timeline": TIMELINE})
    width_s, parse_s = 50e-6, (20e-6, 40e-6)
    network = Span(0, "network", 0.3, 0.0, 20e-6)
    assert judged.lanes == {
        "asyncio_to_threads": SeenLanes(width_s, 1, (network, Span(0, "cpu", 0.85, *parse_s)))
    }
    cell = JUDGED["repetition"]["cell_id"]  # type: ignore[index]
    watched = after(judged, {"event": "turns_watched", "cell_id": cell, "turns": TURNS})
    assert [span.tone for span in watched.lanes["asyncio_to_threads"].spans] == ["network", "stall", "cpu"]
    assert after(watched, {"event": "turns_watched", "cell_id": cell, "turns": None}) == watched
    assert after(judged, {**JUDGED, "timeline": {"of": "a later version"}}) == judged


@pytest.mark.parametrize("change", [{"status": "invalid"}, {"measures": None}, {"measures": {}}])
def test_what_does_not_count_is_not_seen(change: dict[str, Any]) -> None:
    assert after(Going(), {**JUDGED, "repetition": {**JUDGED["repetition"], **change}}).seen == {}  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("event", "phase"),
    [
        ({"event": "environment_started", "runtime": "3.13t"}, "making an environment for 3.13t"),
        ({"event": "calibration_started", "cell_id": "threads-1"}, "finding out what one parse costs"),
        ({"event": "turns_started", "cell_id": "threads-1"}, "watching who runs when: threads"),
        ({"event": "something_new"}, "starting"),
        ({}, "starting"),
    ],
)
def test_phases_are_told_in_words(event: dict[str, Any], phase: str) -> None:
    assert after(Going(), event) == replace(Going(), phase=phase)


def test_when_all_is_measured_all_is_done() -> None:
    assert after(Going(planned=9, left_s=1.0), {"event": "measured"}).done == 9
