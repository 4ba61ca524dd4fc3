"""The parse of one job: a parser, repeated until it costs what the scenario asks."""

from __future__ import absolute_import, division, unicode_literals

from .python import count_to
from .scalable import is_scalable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_PAGES = "http://mockserver.test/pages/"
"""Of the URL that a parser sees: a server's port differs from run to run, and a record must not."""


def page_url(page):
    # type: (int) -> str
    """Return the URL of a page as parsers see it."""
    return _PAGES + str(page)


_GOLDEN = 0x9E3779B97F4A7C15
"""2**64 divided by the golden ratio, made odd."""
_BITS = 0xFFFFFFFFFFFFFFFF


def mixed(seed):
    # type: (int) -> int
    """Return 64 bits that differ in about half of them from seed to seed (the finalizer of SplitMix64)."""
    bits = (seed + _GOLDEN) & _BITS
    bits = ((bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9) & _BITS
    bits = ((bits ^ (bits >> 27)) * 0x94D049BB133111EB) & _BITS
    return bits ^ (bits >> 31)


def chooser(fraction, seed):
    # type: (float, int) -> Callable[[int], bool]
    """Return whether a page is one of the share that is parsed once more, which depends on nothing but the seed.

    Multiples of the golden ratio lie as evenly as points in a row can (an additive recurrence; Weyl 1916, Steinhaus'
    three-gap theorem): of any run of pages the share that is chosen is off by a few pages at most, where
    independent draws would be off by the root of their number.
    """
    start, limit = mixed(seed), int(fraction * 2.0**64)
    return lambda page: (start + page * _GOLDEN) & _BITS < limit


def bind(parser, repeats, extra_fraction, units, seed):
    # type: (Any, int, float, int | None, int) -> Callable[[int, bytes], Any]
    """Return the parse of one job, (page id, body) -> record.

    A parse cost is reached by whole parses, never by another kind of work; what is left over is one more parse
    for a share of the page ids, so that every strategy does the same.

    Args:
        parser: `parsers.interface.Parser`.
        repeats: Whole parses of every page.
        extra_fraction: Share of page ids that are parsed once more.
        units: Amount of work for a parser that takes one.
        seed: Chooses these page ids.
    """
    if is_scalable(parser):
        scaled = parser.bind(units or 0)
        return lambda page, body: scaled(body, _PAGES + str(page))
    if repeats == 1 and not extra_fraction:
        return lambda page, body: parser(body, _PAGES + str(page))

    is_chosen = chooser(extra_fraction, seed)

    def parse(page, body):
        # type: (int, bytes) -> Any
        record, url = None, page_url(page)
        for _ in count_to(repeats + is_chosen(page)):
            record = parser(body, url)
        return record

    return parse
