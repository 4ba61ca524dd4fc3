"""What a long run takes of memory: 1,000 repetitions of 1,000 jobs, kept in a database, summarised and shown.

    python -m benchmarks.memory [--quick]

Everything is the program's own but for time: the first repetition of each cell is run by a real driver against a real
server, and its samples, shifted a little each time, stand for all that follow. Printed is the peak of the resident set
of the process that runs and summarises, and of one that shows the run again. Passed: both stay under 300 MB. About
two minutes.
"""

import argparse
import io
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from benchmarks.experiments import LENIENT, QUICK, Line, scenario_of
from simulator.cli.results import show_run
from simulator.cli.wanted import Wanted
from simulator.experiment.design import design
from simulator.experiment.experiment import Experiment
from simulator.experiment.stored import InStore
from simulator.result.observation import Broken, Observed
from simulator.result.samples import SERVER_COLUMNS, UNKNOWN
from simulator.runner.repetition import run_repetition
from simulator.scenario.cells import Cell
from simulator.store import Store, StoreError

MOST_MB = 300
SCENARIO = """
name: memory
seed: 1
server: {{latency: 1ms, content: {{kind: catalogue, count: 20, items: 2}}}}
job: {{client: http.client, parser: html.parser, pages: {jobs}}}
strategies: [threads]
in_flight: 8
rounds: {rounds}
{lenient}
"""
SIZES: Mapping[bool, Mapping[str, int]] = {
    False: {"rounds": 500, "jobs": 1000},
    True: {"rounds": 5, "jobs": 50},
}
"""By whether it is quick; there are two cells."""


SHIFTED = ("due_ns", "start_ns", "fetched_ns", "parsed_ns", "ready_ns", *SERVER_COLUMNS[:3])


class Again:
    """Runs a cell for the first time, and makes all further repetitions of what came out then."""

    def __init__(self) -> None:
        self._first: dict[str, Observed] = {}
        self._random = np.random.default_rng(1)

    def __call__(self, cell: Cell, *arguments: Any, round_: int, **options: Any) -> Observed | Broken:
        """Return a repetition, as `run_repetition` does."""
        if cell.id not in self._first:
            found = run_repetition(cell, *arguments, round_=round_, **options)
            if isinstance(found, Broken):
                return found
            # Without these it is not known what disturbed it, and nothing is done again.
            calm = {
                "ready": replace(found.ready, machine=None),
                "parked": replace(found.parked, machine=None),
            }
            self._first[cell.id] = replace(found, **calm)  # type: ignore[arg-type] # only those two are named
        first = self._first[cell.id]
        columns: dict[str, Any] = {
            name: self._shifted(column) if name in SHIFTED else column.copy()
            for name, column in vars(first.samples).items()
            if isinstance(column, np.ndarray)
        }
        return replace(first, round=round_, samples=replace(first.samples, **columns))

    def _shifted(self, column: np.ndarray) -> np.ndarray:
        shift = self._random.integers(0, 1000, len(column))
        return np.where(column == UNKNOWN, column, column + shift)


def run(path: Path, *, quick: bool) -> None:
    """Measure, keep and summarise."""
    scenario = scenario_of(SCENARIO.format(**SIZES[quick], lenient=LENIENT), "memory")

    def fail(error: StoreError) -> None:
        raise error

    with patch("simulator.experiment.experiment.run_repetition", Again()), Store.open(path) as store:
        experiment = Experiment(design(scenario), InStore(store, fail), [Line()])
        experiment.run()
        document = experiment.document()
    done = sum(len(cell.repetitions) for cell in document.cells)
    print(f"{done:,} repetitions of {SIZES[quick]['jobs']:,} jobs, {path.stat().st_size / 1e6:.0f} MB kept")


def report(path: Path) -> None:
    """Show the run again, as `simulator report` does."""
    with redirect_stdout(io.StringIO()):
        show_run("last", Wanted(why=True, html=os.devnull), path)


def peak_mb() -> float:
    """Return the greatest resident set of this process so far."""
    try:
        status = Path("/proc/self/status").read_text(encoding="utf-8")
        # Not ru_maxrss, in which Linux counts the parent's before this program replaced it.
        return int(status.split("VmHWM:")[1].split()[0]) / 1024
    except (OSError, IndexError):
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / (1 << 20)


def main() -> int:
    """Do both parts, each in a process of its own; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a few repetitions of a few jobs")
    parser.add_argument("--part", choices=("run", "report"), help=argparse.SUPPRESS)
    parser.add_argument("--store", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part is not None:
        before_mb = peak_mb()
        if options.part == "run":
            run(options.store, quick=options.quick)
        else:
            report(options.store)
        peak = peak_mb()
        missed = peak > MOST_MB
        print(
            f"{options.part}: peak {peak:.0f} MB, of which {before_mb:.0f} MB are the program itself;"
            f" at most {MOST_MB} MB: {'MISSED' if missed else 'met'}"
        )
        return missed
    if options.quick:
        print(QUICK, flush=True)
    codes = []
    with tempfile.TemporaryDirectory(prefix="simulator-memory-") as name:
        for part in ("run", "report"):
            command = [sys.executable, "-m", "benchmarks.memory", "--part", part]
            command += [
                "--store",
                str(Path(name) / "results.sqlite"),
                *(["--quick"] if options.quick else []),
            ]
            codes.append(subprocess.run(command, check=False).returncode)
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
