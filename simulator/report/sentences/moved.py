"""Records that drag much along."""

from simulator.report.sentences.interface import Kind
from simulator.result.findings.reasons import Moved
from simulator.text.numbers import number, size
from simulator.text.words import names


def _sentence(found: Moved) -> str:
    by = "" if found.heaviest is None else f" (most of it by {found.heaviest})"
    return (
        f"{names(found.strategies)} {'are' if len(found.strategies) > 1 else 'is'} slowed down by records that drag"
        f" much along: each page of {size(found.page_bytes)} moves {size(found.moved_bytes_per_page)} between"
        f" processes, {number(found.times_the_page)} times the page{by}; return plain data, as str(…) of what a"
        " library returns."
    )


KIND = Kind(Moved, "reason", _sentence)
