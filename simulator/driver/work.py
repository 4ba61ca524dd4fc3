"""The parse of one job: a parser, repeated until it costs what the scenario asks."""

from collections.abc import Callable
from typing import Any
from zlib import crc32

from .parsers import Parser, is_scalable
from .spec import Work

Parse = Callable[[int, bytes], Any]
"""(page id, body) -> record."""

ORIGIN = "http://mockserver.test"
"""Of the URL that a parser sees: a server's port differs from run to run, and a record must not."""


def page_url(page: int) -> str:
    """Return the URL of a page as parsers see it."""
    return f"{ORIGIN}/pages/{page}"


def bind(parser: Any, work: Work, seed: int) -> Parse:
    """Return the parse of one job.

    A parse cost is reached by whole parses, never by another kind of work; what is left over is one more parse
    for a share of the page ids that depends on nothing but the seed, so that every strategy does the same.
    """
    if is_scalable(parser):
        scaled: Parser = parser.bind(work.units or 0)
        return lambda page, body: scaled(body, f"{ORIGIN}/pages/{page}")
    if work.repeats == 1 and not work.extra_fraction:
        return lambda page, body: parser(body, f"{ORIGIN}/pages/{page}")

    repeats, threshold = work.repeats, round(work.extra_fraction * 2**32)

    def parse(page: int, body: bytes) -> Any:
        record, url = None, page_url(page)
        for _ in range(repeats + (crc32(b"%d:%d" % (seed, page)) < threshold)):
            record = parser(body, url)
        return record

    return parse
