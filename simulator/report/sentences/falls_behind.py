"""Who does not keep up with jobs that come by themselves, or of whom that is not told."""

from simulator.report.sentences.interface import Kind
from simulator.report.sentences.phrases import by_nature, coming, foreseen
from simulator.result.findings.answers import FallsBehind
from simulator.text.numbers import rate
from simulator.text.words import form


def _sentence(found: FallsBehind) -> str:
    who = f"{found.strategy}{by_nature(found.own_in_flight)}"
    if found.predicted:
        return foreseen(_foreseen(found, who), predicted=True)
    offered = f"{coming(found.offered_per_s)} came and {rate(found.throughput_per_s)} were done"
    if found.unstable:
        return (
            f"{who} {form(found.strategy, 'is', 'are')} unstable at this rate: {offered}; the backlog grew to"
            f" {found.backlog_end} of {found.offered} jobs, and a longer run would only have longer responses."
        )
    return (
        f"Whether {who} {form(found.strategy, 'keeps', 'keep')} up is not told: {offered}; {found.backlog_end} of"
        f" {found.offered} jobs waited for a worker at the end, too few to tell a growing backlog from chance:"
        " let jobs come for longer."
    )


def _foreseen(found: FallsBehind, who: str) -> str:
    offered = f"{coming(found.offered_per_s)} come and {rate(found.throughput_per_s)} would be done"
    if found.unstable:
        return (
            f"{who} {form(found.strategy, 'is', 'are')} unstable at this rate: {offered}; the backlog would grow to"
            f" {found.backlog_end} of {found.offered} jobs, and a longer run would only have longer responses."
        )
    return f"whether {who} {form(found.strategy, 'keeps', 'keep')} up the band cannot tell: {offered}."


KIND = Kind(FallsBehind, "answer", _sentence)
