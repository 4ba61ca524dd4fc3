"""What processes cost, beside threads."""

from simulator.report.sentences.interface import Kind
from simulator.report.sentences.phrases import as_in_tables
from simulator.result.findings.reasons import Price


def _sentence(found: Price) -> str:
    dear, cheap = found.processes, found.threads
    return (
        f"{dear.strategy} hold {as_in_tables('memory', dear.memory_bytes)} where {cheap.strategy} hold"
        f" {as_in_tables('memory', cheap.memory_bytes)}, and are ready after {as_in_tables('startup', dear.startup_s)}"
        f" instead of {as_in_tables('startup', cheap.startup_s)}."
    )


KIND = Kind(Price, "reason", _sentence)
