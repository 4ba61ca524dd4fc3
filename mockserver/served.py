"""What one configuration serves, prepared: the bytes of every page, and the delay of every page id."""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus

from mockserver.config import CatalogueContent, Encoding, ServerConfig
from mockserver.content import Page, load_content
from mockserver.delays import asked_delays
from mockserver.encodings import compressor, is_compressible
from mockserver.faults import Drawn, drawer
from mockserver.negotiation import negotiated

_PHRASES = {status.value: status.phrase for status in HTTPStatus}
# Their answers end with the headers (RFC 9110, section 6.4.1).
_END_WITH_HEADERS = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})

# What these paths mean is settled: a file that has one as its name is served by its number.
_TAKEN = re.compile(rb"/pages/[0-9]+\Z|/__admin")


@dataclass(frozen=True, slots=True)
class Reply:
    """A page, ready to be sent: status line and the headers that never change, and the body."""

    head: bytes
    body: bytes
    status: int


_VARIES = "Vary: Accept-Encoding\r\n"

_REFUSAL = b"Not Acceptable: Accept-Encoding excludes identity, and what else this server has\n"
_NOT_ACCEPTABLE = Reply(
    b"HTTP/1.1 406 Not Acceptable\r\nContent-Type: text/plain; charset=utf-8\r\n"
    + f"Content-Length: {len(_REFUSAL)}\r\nCache-Control: no-store\r\n{_VARIES}".encode("ascii"),
    _REFUSAL,
    HTTPStatus.NOT_ACCEPTABLE,
)


@dataclass(frozen=True, slots=True)
class Encoded:
    """The pages in a content coding, beside those as they are.

    Attributes:
        coding: Its name in Accept-Encoding and Content-Encoding.
        plain: One per page, as it is.
        replies: One per page; what has come compressed, or would not get smaller, as it is.
    """

    coding: str
    plain: tuple[Reply, ...]
    replies: tuple[Reply, ...]

    def reply(self, page: int, accepted: str | None) -> Reply:
        """Choose what answers a request for a page that has this Accept-Encoding."""
        index = page % len(self.plain)
        plain, encoded = self.plain[index], self.replies[index]
        if plain is encoded:
            return plain
        chosen = negotiated(accepted, self.coding)
        if chosen == self.coding:
            return encoded
        return _NOT_ACCEPTABLE if chosen is None else plain


@dataclass(frozen=True, slots=True)
class Served:
    """A configuration and all that follows from it; replaced as a whole when the configuration changes.

    Attributes:
        config: The configuration.
        replies: One per page; page id n is answered with the (n mod count)-th.
        by_path: Request path, with the bytes of the file's name, to index in `replies`; empty for a catalogue.
        problems: What of the folder is not served, and why.
        left_out: How many files and folders those are.
        delay_ns: Page id to nanoseconds.
        bandwidth_bps: Bytes per second of each body; None sends it at once.
        drawn: (page id, attempt) to the fault that it meets; None: no request queues, is refused or meets one.
        encoded: The pages in another content coding; None where they are served as they are.
    """

    config: ServerConfig
    replies: tuple[Reply, ...]
    by_path: Mapping[bytes, int]
    problems: tuple[str, ...]
    left_out: int
    delay_ns: Callable[[int], int]
    bandwidth_bps: int | None
    drawn: Drawn | None
    encoded: Encoded | None = None

    @classmethod
    def build(cls, config: ServerConfig, previous: "Served | None" = None) -> "Served":
        """Load the content and prepare the latency.

        Args:
            config: What to serve.
            previous: What was served until now; its pages are used again where they would be the same ones.

        Raises:
            ContentError: The content cannot be loaded.
            ObservedDelaysError: The file of an empirical latency cannot be used.
        """
        delay_ns = asked_delays(config)
        bandwidth_bps = config.body.bandwidth_bps if config.body else None
        drawn = drawer(config.faults, config.seed) if config.is_conditioned else None
        if previous is not None and _same_pages(config, previous.config):
            replies, encoded, by_path = previous.replies, previous.encoded, previous.by_path
            problems, left_out = previous.problems, previous.left_out
        else:
            pages = load_content(config.content, config.seed)
            (replies, encoded), problems = _replies(pages.pages, config.encoding), pages.problems
            left_out = pages.left_out
            names = () if isinstance(config.content, CatalogueContent) else pages.pages
            paths = {os.fsencode(f"/{page.name}"): index for index, page in enumerate(names)}
            by_path = {path: index for path, index in paths.items() if not _TAKEN.match(path)}
        return cls(config, replies, by_path, problems, left_out, delay_ns, bandwidth_bps, drawn, encoded)


def _same_pages(config: ServerConfig, previous: ServerConfig) -> bool:
    """A catalogue is a function of its configuration; a folder may have changed on disk."""
    if not isinstance(config.content, CatalogueContent):
        return False
    before = (previous.content, previous.seed, previous.encoding)
    return (config.content, config.seed, config.encoding) == before


def _replies(pages: Sequence[Page], coding: Encoding) -> tuple[tuple[Reply, ...], Encoded | None]:
    """Prepare each page as it is, and in the coding where there is one. Raises ContentError."""
    if coding == "identity":
        return tuple(_reply(page) for page in pages), None
    compress = compressor(coding)
    plain, encoded = [], []
    for page in pages:
        body = compress(page.body) if is_compressible(page.content_type) else page.body
        if len(body) < len(page.body):
            plain.append(_reply(page, _VARIES))
            encoded.append(_reply(replace(page, body=body), f"Content-Encoding: {coding}\r\n{_VARIES}"))
        else:
            plain.append(_reply(page))
            encoded.append(plain[-1])
    return tuple(plain), Encoded(coding, tuple(plain), tuple(encoded))


def _reply(page: Page, more: str = "") -> Reply:
    head = f"HTTP/1.1 {page.status} {_PHRASES.get(page.status, '')}\r\nContent-Type: {page.content_type}\r\n"
    if page.status not in _END_WITH_HEADERS:
        head += f"Content-Length: {len(page.body)}\r\n"
    # Each fetch is to reach the server and to wait as long as it was told.
    head += f"Cache-Control: no-store\r\n{more}"
    return Reply(head.encode("latin-1"), page.body, page.status)
