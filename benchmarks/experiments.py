"""Whole experiments, kept in memory, with one line on standard error that says how far they are."""

import argparse
import sys
from pathlib import Path

from simulator.experiment.design import Design
from simulator.experiment.events import Event, RepetitionStarted
from simulator.experiment.experiment import Experiment
from simulator.experiment.handlers import Handler
from simulator.result.document import ResultDocument
from simulator.result.run import RunHeader
from simulator.scenario.load import load_text
from simulator.scenario.model import Scenario

QUICK = "quick: a tiny job that proves that this runs; its figures and verdicts mean nothing"
LENIENT = "validity: {min_window: 0ms, min_jobs_per_slot: 0, delay_tolerance: 1m, max_server_busy: 1000}"
"""For a scenario that is over in a moment: whatever it gives is valid."""
WIDTH = 100


class Line(Handler):
    """Shows which repetition runs."""

    name = "the progress line"

    def start(self, header: RunHeader) -> None:
        """Begin."""
        self._name = header.name

    def handle_event(self, event: Event) -> None:
        """Write over what was shown before."""
        if isinstance(event, RepetitionStarted):
            text = f"{self._name}: {event.done}/{event.planned} {event.cell_id}"
            sys.stderr.write(f"\r{text[:WIDTH]:{WIDTH}}")
            sys.stderr.flush()

    def shutdown(self) -> None:
        """Leave an empty line."""
        sys.stderr.write("\r" + " " * WIDTH + "\r")


def scenario_of(text: str, name: str) -> Scenario:
    """Return the scenario of a benchmark's own text."""
    return load_text(text, name, Path.cwd())


def measured(design: Design) -> ResultDocument:
    """Run a design to its end and return what it gave."""
    experiment = Experiment(design, handlers=[Line()])
    experiment.run()
    return experiment.document()


def asked_quick(description: str | None) -> bool:
    """Return whether the command line says `--quick`, and say so."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="seconds instead of minutes; decides nothing")
    quick: bool = parser.parse_args().quick
    if quick:
        print(QUICK)
    return quick
