"""What a machine tells while it measures: events of the experiment as lines of JSON, and how it began and ended."""

import base64
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from pydantic import TypeAdapter

from simulator.experiment import events
from simulator.result.run import RunHeader
from simulator.result.samples import Samples
from simulator.spread.units import Unit
from simulator.store import codec


@dataclass(frozen=True)
class Planned:
    """What a scenario means there."""

    header: RunHeader
    units: tuple[Unit, ...]
    remark: str | None
    """What in the user's folders has a name that is taken."""


@dataclass(frozen=True)
class Waiting:
    """Another measurement has the machine's CPUs."""


@dataclass(frozen=True)
class Ended:
    """Nothing more comes."""

    how: Literal["complete", "interrupted", "failed", "refused"]
    """`refused`: what was asked for cannot be measured."""
    reason: str = ""


Told = events.Event | Planned | Waiting | Ended
"""What a machine tells."""
KINDS: dict[str, type[Told]] = {
    kind.__name__: kind
    for kind in (
        events.EnvironmentStarted,
        events.CalibrationStarted,
        events.CellPlanned,
        events.RepetitionStarted,
        events.RepetitionJudged,
        events.RepetitionRevised,
        Planned,
        Waiting,
        Ended,
    )
}
_SAMPLES = "samples"


def written(event: Told) -> str | None:
    """Return an event as a line; null: it is told to nobody else."""
    name = type(event).__name__
    if name not in KINDS:
        return None
    if isinstance(event, events.RepetitionStarted):
        event = replace(event, why=None)
    known: dict[str, Any] = {field.name: getattr(event, field.name) for field in fields(event)}
    if isinstance(event, events.RepetitionJudged):
        known[_SAMPLES] = (
            None if event.samples is None else base64.b64encode(event.samples.to_bytes()).decode("ascii")
        )
    return codec.dump({"event": name, **known})


def heard(line: str) -> Told:
    """Return the event of a line. Raises ValueError: it is none."""
    known = codec.load(line)
    kind = KINDS.get(str(known.pop("event", None)))
    if kind is None:
        raise ValueError("it is of no kind that this version knows")
    if kind is not events.RepetitionJudged:
        event: Told = TypeAdapter(kind).validate_python(known)
        return event
    data = known[_SAMPLES]
    return events.RepetitionJudged(
        codec.load_repetition(codec.dump(known["repetition"])),
        None if data is None else Samples.from_bytes(base64.b64decode(data, validate=True)),
    )
