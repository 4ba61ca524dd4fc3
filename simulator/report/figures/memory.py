"""What memory each strategy takes."""

from simulator.report.figure import Figure
from simulator.report.figures.plain_bars import Measure, bars
from simulator.report.parts import Column
from simulator.result.document import ResultDocument

MEASURE = Measure(
    id="memory",
    title="Memory",
    question="How much memory does each strategy take?",
    column=Column(
        "memory", "MB", "upper estimate of the peak over all its processes: median over the rounds"
    ),
    value=lambda cell: None if cell.memory_bytes is None else cell.memory_bytes / 1e6,
    text=lambda value: f"{value:.0f}",
    sentence="The job takes",
    lacking="its memory cannot be read here",
    notes=(
        "An upper estimate of the peak: what processes share is counted once, as far as the system tells.",
    ),
)


def build(document: ResultDocument) -> Figure | None:
    """Return a bar for each strategy; null where no memory is known."""
    return bars(document, MEASURE)
