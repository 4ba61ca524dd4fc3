"""What processes cost, beside threads."""

from simulator.report.sentences.interface import Kind
from simulator.result.findings.reasons import Price
from simulator.text.numbers import duration, size


def _sentence(found: Price) -> str:
    dear, cheap = found.processes, found.threads
    return (
        f"{dear.strategy} hold {size(dear.memory_bytes)} where {cheap.strategy} hold {size(cheap.memory_bytes)}, and"
        f" are ready after {duration(dear.startup_s)} instead of {duration(cheap.startup_s)}."
    )


KIND = Kind(Price, "reason", _sentence)
