"""From which parse cost on processes win by more than the margin."""

from simulator.analysis.crossover import pairs
from simulator.measures.varying import varying
from simulator.result.document import ResultDocument
from simulator.result.findings.across import CrossoverFinding


def crossings(document: ResultDocument) -> list[CrossoverFinding]:
    """Return a finding for each crossover of a document that has its crossovers."""
    found = list(zip(pairs(document), document.crossovers, strict=True))
    varied = varying([crossover.scope for _, crossover in found])
    return [
        CrossoverFinding(
            scope={path: str(level) for path, level in crossover.scope.items()},
            place={path: str(level) for path, level in crossover.scope.items() if path in varied},
            faster=pair.faster,
            slower=pair.slower,
            course=crossover.kind,
            cost_s=crossover.cost_s,
            low_s=crossover.low_s,
            high_s=crossover.high_s,
            lowest_measured_s=pair.stages[0].cost_s if pair.stages else None,
            highest_measured_s=pair.stages[-1].cost_s if pair.stages else None,
            margin=document.margin,
            left_out=pair.left_out,
        )
        for pair, crossover in found
    ]
