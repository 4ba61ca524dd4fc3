"""Retries that come all at one moment."""

from simulator.report.sentences.interface import Kind
from simulator.report.sentences.phrases import as_in_tables
from simulator.result.findings.reasons import RetriedTogether
from simulator.text.numbers import duration, number, share


def _sentence(found: RetriedTogether) -> str:
    told = (
        f"With {found.strategy} retries come in crowds: {number(found.together)} others within"
        f" {duration(found.within_s)} of one, where chance would bring {number(found.by_chance)}"
    )
    if found.refused_again is not None:
        told += f"; {share(found.refused_again)} of the retries are refused again"
    if found.goodput_per_s is not None and found.served_per_s is not None:
        told += (
            f", and goodput is {as_in_tables('throughput', found.goodput_per_s)} of the"
            f" {as_in_tables('throughput', found.served_per_s)} that the server lets through"
        )
    return f"{told}.{_remedy(found)}"


def _remedy(found: RetriedTogether) -> str:
    if found.retry_after:
        return " All wait as long as Retry-After says, which jitter does not spread; fewer in_flight are refused less."
    return " backoff.jitter: full spreads them." if found.jitter == "none" else ""


KIND = Kind(RetriedTogether, "reason", _sentence)
