"""How long each strategy takes to start."""

from simulator.report.figure import Figure
from simulator.report.figures.plain_bars import Measure, bars
from simulator.report.parts import Column
from simulator.result.document import ResultDocument

MEASURE = Measure(
    id="startup",
    title="Start-up",
    question="How long does it take until every worker is ready?",
    column=Column(
        "start-up", "s", "from starting the interpreter until every worker is warm: median over the rounds"
    ),
    value=lambda cell: cell.startup_s,
    text=lambda value: f"{value:.2f}",
    sentence="Until every worker is warm it takes",
    lacking="its start-up is not known",
    notes=("Start-up is not part of the makespan, so throughput and speed-up do not pay for it.",),
)


def build(document: ResultDocument) -> Figure | None:
    """Return a bar for each strategy; null where no start-up is known."""
    return bars(document, MEASURE)
