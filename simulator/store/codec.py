"""Dataclasses and JSON values to text and back.

ASCII only: what a driver printed may hold bytes that are no text (lone surrogates), which SQLite refuses.
"""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from simulator.result.attribution import Timeline
from simulator.result.calibration import Calibration
from simulator.result.repetition import Repetition


@cache
def _repetition() -> TypeAdapter[Repetition]:
    """Return the adapter, built when it is first needed: the list of runs needs none."""
    return TypeAdapter(Repetition)


@cache
def _calibration() -> TypeAdapter[Calibration]:
    return TypeAdapter(Calibration)


@cache
def _timeline() -> TypeAdapter[Timeline]:
    return TypeAdapter(Timeline)


def dump(value: Mapping[str, Any]) -> str:
    """Write a mapping of JSON values."""
    return json.dumps(value, default=_plain)


def _plain(value: object) -> object:
    """Give json what it knows in place of what it does not."""
    if isinstance(value, Mapping):
        return dict(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"a {type(value).__name__} cannot be kept as JSON")


def load(text: str) -> dict[str, Any]:
    """Read what `dump` wrote. Raises ValueError for anything else."""
    value = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError(f"a mapping was expected, not {type(value).__name__}")  # noqa: TRY004 (one error for all damage)
    return value


def dump_repetition(repetition: Repetition) -> str:
    """Write a repetition; a number that is not finite keeps its value."""
    return json.dumps(repetition, default=_plain)


def load_repetition(text: str) -> Repetition:
    """Read what `dump_repetition` wrote. Raises ValueError for anything else."""
    return _repetition().validate_python(json.loads(text))


def dump_calibration(calibration: Calibration) -> str:
    """Write a calibration."""
    return json.dumps(calibration, default=_plain)


def load_calibration(text: str) -> Calibration:
    """Read what `dump_calibration` wrote. Raises ValueError for anything else."""
    return _calibration().validate_python(json.loads(text))


def dump_timeline(timeline: Timeline) -> str:
    """Write a timeline."""
    return json.dumps(timeline, default=_plain)


def load_timeline(text: str) -> Timeline:
    """Read what `dump_timeline` wrote. Raises ValueError for anything else."""
    return _timeline().validate_python(json.loads(text))
