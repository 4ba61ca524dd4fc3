"""The parse of one job: a parser, repeated until it costs what the scenario asks."""

from __future__ import absolute_import, division, unicode_literals

from zlib import crc32

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


def is_chosen(page, fraction, seed):
    # type: (int, float, int) -> bool
    """Whether this page is one of the share that is parsed once more, which depends on nothing but the seed."""
    drawn = crc32(("%d:%d" % (seed, page)).encode("ascii")) & 0xFFFFFFFF  # signed in Python 2
    return drawn < int(round(fraction * 2**32))


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

    def parse(page, body):
        # type: (int, bytes) -> Any
        record, url = None, page_url(page)
        for _ in count_to(repeats + is_chosen(page, extra_fraction, seed)):
            record = parser(body, url)
        return record

    return parse
