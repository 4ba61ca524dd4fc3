"""`--progress jsonl`: what happens, one JSON object a line, for other programs."""

import contextlib
import os
import re
import select
import sys
from dataclasses import fields
from datetime import UTC, datetime

from pydantic_core import to_json

from simulator.analysis.timeline import timeline
from simulator.cli import exits
from simulator.experiment.events import Event, RepetitionJudged, StillRunning
from simulator.experiment.handlers import Handler
from simulator.result.attribution import Timeline

WORD = "jsonl"
LEFT_OUT = "samples"
"""Too long for a line: instead of it there is a short stretch of them. The database has them."""
STRETCH_JOBS = 60
"""About as many jobs are in that stretch."""
MOST_SAMPLES = 20_000
"""Of more, no stretch is worked out: the next repetition would wait for it."""
PIECE_BYTES = 512
"""A pipe that can be written to takes so much at once (POSIX: PIPE_BUF), whatever else is in it."""
PATIENCE_S = 2.0
"""A reader that leaves a pipe full for longer has stopped reading: the run must not wait for it."""


class EventLines(Handler):
    """Writes each event as a line.

    Args:
        descriptor: where to; closed at the end.
        name: as typed.
    """

    def __init__(self, descriptor: int, name: str) -> None:
        self._descriptor = descriptor
        self.name = name

    def handle_event(self, event: Event) -> None:
        """Write a line. Raises OSError: nobody reads, or the disk is full."""
        if isinstance(event, StillRunning):
            return
        known = {f.name: getattr(event, f.name) for f in fields(event) if f.name != LEFT_OUT}
        if isinstance(event, RepetitionJudged):
            known["timeline"] = _stretch(event)
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = {"event": name_of(type(event)), "at": at, **known}
        # A number that is not finite, which JSON lacks, is null.
        self._write(to_json(line, inf_nan_mode="null", fallback=str) + b"\n")

    def shutdown(self) -> None:
        """Let the reader see the end."""
        with contextlib.suppress(OSError):
            os.close(self._descriptor)

    def _write(self, data: bytes) -> None:
        while data:
            _, ready, _ = select.select([], [self._descriptor], [], PATIENCE_S)
            if not ready:
                raise TimeoutError("nobody reads it")
            data = data[os.write(self._descriptor, data[:PIECE_BYTES]) :]


def _stretch(event: RepetitionJudged) -> Timeline | None:
    if event.samples is None or len(event.samples) > MOST_SAMPLES:
        return None
    return timeline(event.samples, event.repetition.round, most_jobs=STRETCH_JOBS)


def name_of(kind: type[Event]) -> str:
    """Return the `event` of a line."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


def open_lines(wanted: str | None) -> EventLines | None:
    """Return what writes the lines that `--progress` asks for; null: it asks for none.

    Args:
        wanted: null, `jsonl` (standard error), `jsonl:N` (file descriptor N) or `jsonl:PATH`.

    Raises:
        Stop: it is something else, or cannot be written to.
    """
    if wanted is None:
        return None
    word, colon, target = wanted.partition(":")
    if word != WORD or (colon and not target):
        exits.usage(
            f"--progress {wanted}: there are {WORD} (standard error), {WORD}:N (file descriptor N), {WORD}:PATH"
        )
    try:
        if not colon:
            descriptor = os.dup(sys.stderr.fileno())
        elif target.isascii() and target.isdigit():
            descriptor = os.dup(int(target))
        else:
            descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    except (OSError, OverflowError) as error:
        exits.usage(f"--progress {wanted} cannot be written: {getattr(error, 'strerror', error)}")
    return EventLines(descriptor, f"--progress {wanted}")


def on_stderr(wanted: str | None) -> bool:
    """Whether the lines take standard error for themselves, so that no other progress may stand there."""
    return wanted in (WORD, f"{WORD}:2")
