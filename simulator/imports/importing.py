"""From a file that somebody has to a recording that can be served: read it, order it, refuse what is empty."""

from pathlib import Path

from simulator.imports.interface import Wanted
from simulator.imports.kinds import KINDS
from simulator.imports.recording import Recording, RecordingError
from simulator.imports.taking import NO_BODY
from simulator.text.nearest import nearest
from simulator.text.words import listed


def read(kind: str, path: Path, wanted: Wanted) -> Recording:
    """Read a recording of this kind.

    Raises:
        RecordingError: There is no such kind, the file is none, or nothing in it can be served.
    """
    if kind not in KINDS:
        close = nearest(kind, KINDS)
        hint = f"did you mean {close}?" if close else f"there are {listed(tuple(KINDS))}"
        raise RecordingError(f"{kind} is no kind of recording; {hint}")
    return checked(KINDS[kind].read(path, wanted), str(path))


def checked(recording: Recording, source: str) -> Recording:
    """Order a recording. Raises RecordingError: nothing in it can be served."""
    recording.left_out = +recording.left_out
    recording.withheld = +recording.withheld
    if not recording.answers and not recording.delays_ns:
        reasons = "; ".join(f"{count} {reason}" for reason, count in recording.left_out.most_common())
        advice = "; record it with the bodies" if NO_BODY in recording.left_out else ""
        found = f": {reasons}" if reasons else ", it is empty"
        raise RecordingError(f"{source}: nothing in it can be served{found}{advice}")
    if all(answer.at_ns is not None for answer in recording.answers):
        recording.answers.sort(key=lambda answer: answer.at_ns or 0)
    return recording
