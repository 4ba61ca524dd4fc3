from dataclasses import replace
from typing import Any

import pytest

from simulator.lab.progress import Going, after

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
