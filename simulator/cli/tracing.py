"""`--trace`: a run for the viewers of traces."""

import sys

from simulator.cli import exits
from simulator.cli.output import writing
from simulator.result.document import ResultDocument
from simulator.store import StoreError
from simulator.text.numbers import number
from simulator.text.words import counted
from simulator.trace.build import SamplesOf, Trace, build
from simulator.trace.text import text

VIEWER = "https://ui.perfetto.dev"


def write_trace(document: ResultDocument, target: str, samples: SamplesOf) -> None:
    """Write the trace and say on standard error what is in it; a file appears whole or not at all. Raises Stop."""
    events = 0
    try:
        trace = build(document, samples)
        with writing(target, "--trace") as out:
            for piece in text(trace):
                out.write(piece.encode())
                events += 1
    except StoreError as error:
        raise exits.Stop(exits.FAILED, f"--trace {target} cannot be written: {error}") from error
    events -= 2  # what stands before and after them
    where = "standard output" if target == "-" else target
    cells = counted(len(trace.cells), "cell")
    sys.stderr.write(
        f"the trace of {cells}, {number(events)} events, is written to {where}; {VIEWER} opens it\n"
    )
    if trace.left_out:
        sys.stderr.write(f"{_left_out(trace)}\n")


def _left_out(trace: Trace) -> str:
    jobs = sum(cell.jobs for cell in trace.left_out)
    gone = jobs - sum(cell.kept for cell in trace.left_out)
    cells = counted(len(trace.left_out), "cell")
    return (
        f"the trace leaves out the last {number(gone)} of {number(jobs)} jobs of {cells}, for a file that can be"
        " opened; its otherData says how many of which"
    )
