"""How far a run is, from the lines that it writes as it goes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from simulator.lab.seen import SeenLanes, lanes_of
from simulator.result.attribution import Timeline
from simulator.scenario.strategy import NAMES

_TIMELINE = TypeAdapter(Timeline)


@dataclass(frozen=True)
class Going:
    """A run that goes on."""

    phase: str = "starting"
    """What is done, in words."""
    done: int = 0
    planned: int = 0
    """Repetitions; 0: not known yet."""
    left_s: float | None = None
    seen: Mapping[str, float] = field(default_factory=dict)
    """Strategy → throughput of its last good repetition, per second."""
    lanes: Mapping[str, SeenLanes] = field(default_factory=dict)
    """Strategy → a short stretch of its last good repetition, then of the one in which it was seen who ran when."""


def after(going: Going, event: Mapping[str, Any]) -> Going:
    """Return how far it is after one more event; what this version does not know changes nothing."""
    cell = _strategy(str(event.get("cell_id", "")))
    match event.get("event"):
        case "repetition_started":
            left_s = event.get("left_s")
            return replace(
                going,
                phase=f"measuring {cell}",
                done=int(event["done"]),
                planned=int(event["planned"]),
                left_s=None if left_s is None else float(left_s),
            )
        case "repetition_judged":
            return _judged(going, event["repetition"], event.get("timeline"))
        case "turns_watched":
            return _seen(going, cell, event.get("turns"))
        case "measured":
            return replace(going, phase="measured", done=going.planned, left_s=None)
        case "environment_started":
            phase = f"making an environment for {event['runtime']}"
        case "calibration_started":
            phase = "finding out what one parse costs"
        case "turns_started":
            phase = f"watching who runs when: {cell}"
        case _:
            phase = going.phase
    return replace(going, phase=phase)


def _judged(going: Going, repetition: Mapping[str, Any], timeline: object) -> Going:
    measures = repetition.get("measures")
    if repetition.get("status") != "ok" or not measures or not measures.get("throughput_per_s"):
        return going
    name = _strategy(str(repetition["cell_id"]))
    seen = {**going.seen, name: float(measures["throughput_per_s"])}
    return _seen(replace(going, seen=seen), name, timeline)


def _seen(going: Going, name: str, timeline: object) -> Going:
    try:
        lanes = lanes_of(_TIMELINE.validate_python(timeline))
    except ValidationError:
        return going
    return replace(going, lanes={**going.lanes, name: lanes})


def _strategy(cell_id: str) -> str:
    """Return the strategy with which the id of a cell begins."""
    return max((name for name in NAMES if cell_id.startswith(name)), key=len, default=cell_id)
