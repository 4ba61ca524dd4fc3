"""Who keeps up with jobs that come by themselves."""

from simulator.report.sentences.interface import Kind
from simulator.report.sentences.phrases import by_nature, coming, foreseen
from simulator.result.findings.answers import KeepsUp
from simulator.text.words import listed, plural


def _sentence(found: KeepsUp) -> str:
    names = listed([f"{one.strategy}{by_nature(one.own_in_flight)}" for one in found.strategies])
    keep = plural([one.strategy for one in found.strategies], "keeps", "keep")
    waited = "would wait" if found.predicted else "waited"
    backlog = f"none {waited} for a worker"
    if found.backlog_max:
        backlog = f"at most {found.backlog_max} of them {waited} for a worker at a time"
    return foreseen(
        f"{names} {keep} up with the {coming(found.offered_per_s)} that come; {backlog}.",
        predicted=found.predicted,
    )


KIND = Kind(KeepsUp, "answer", _sentence)
