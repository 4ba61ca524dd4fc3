"""How a strategy with other jobs in flight by its nature compares with the best of the others."""

from simulator.report.sentences.interface import Kind
from simulator.report.sentences.phrases import by_nature
from simulator.result.findings.answers import ByNature
from simulator.text.numbers import times
from simulator.text.words import form


def _sentence(found: ByNature) -> str:
    return (
        f"{found.strategy}{by_nature(found.in_flight)} {form(found.strategy, 'does', 'do')} {times(found.ratio)}"
        f" what {found.over} {form(found.over, 'does', 'do')} with {found.over_in_flight}."
    )


KIND = Kind(ByNature, "answer", _sentence)
