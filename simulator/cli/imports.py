"""`simulator import`: somebody's recording becomes a folder that the mock server serves, and a scenario."""

import shlex
import sys
from pathlib import Path

from simulator.cli import exits
from simulator.imports.folder import check_target, scenario_of, write_recording
from simulator.imports.importing import read
from simulator.imports.interface import Wanted
from simulator.imports.recording import Recording, RecordingError
from simulator.imports.scenario_text import scenario_text
from simulator.imports.summary import summary


def import_recording(kind: str, path: Path, to: str, wanted: Wanted, *, force: bool) -> int:
    """Write what a recording has. Raises Stop."""
    try:
        folder = check_target(to, force=force)
        recording = read(kind, path, wanted)
        write(folder, recording)
    except RecordingError as error:
        exits.usage(str(error))
    return exits.OK


def write(folder: Path, recording: Recording) -> None:
    """Write a recording and say what it has, and what to do with it. Raises RecordingError."""
    write_recording(folder, recording, scenario_text(folder, recording))
    program = sys.argv[0] if sys.argv[0].endswith("simulator") else "simulator"
    scenario = scenario_of(folder)
    sys.stdout.write(summary(folder, recording))
    sys.stdout.write(
        f"{scenario} is written; run it with\n  {shlex.quote(program)} run {shlex.quote(str(scenario))}\n"
    )
