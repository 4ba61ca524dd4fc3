"""What one configuration serves, prepared: the bytes of every page, and the delay of every page id."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from mockserver.config import CatalogueContent, ServerConfig
from mockserver.content import Page, load_content
from mockserver.delays import asked_delays
from mockserver.faults import Drawn, drawer

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
    """

    config: ServerConfig
    replies: tuple[Reply, ...]
    by_path: Mapping[bytes, int]
    problems: tuple[str, ...]
    left_out: int
    delay_ns: Callable[[int], int]
    bandwidth_bps: int | None
    drawn: Drawn | None

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
            replies, by_path = previous.replies, previous.by_path
            problems, left_out = previous.problems, previous.left_out
        else:
            pages = load_content(config.content, config.seed)
            replies, problems = tuple(_reply(page) for page in pages.pages), pages.problems
            left_out = pages.left_out
            names = () if isinstance(config.content, CatalogueContent) else pages.pages
            paths = {os.fsencode(f"/{page.name}"): index for index, page in enumerate(names)}
            by_path = {path: index for path, index in paths.items() if not _TAKEN.match(path)}
        return cls(config, replies, by_path, problems, left_out, delay_ns, bandwidth_bps, drawn)


def _same_pages(config: ServerConfig, previous: ServerConfig) -> bool:
    """A catalogue is a function of its configuration; a folder may have changed on disk."""
    if not isinstance(config.content, CatalogueContent):
        return False
    return (config.content, config.seed) == (previous.content, previous.seed)


def _reply(page: Page) -> Reply:
    head = f"HTTP/1.1 {page.status} {_PHRASES.get(page.status, '')}\r\nContent-Type: {page.content_type}\r\n"
    if page.status not in _END_WITH_HEADERS:
        head += f"Content-Length: {len(page.body)}\r\n"
    # Each fetch is to reach the server and to wait as long as it was told.
    head += "Cache-Control: no-store\r\n"
    return Reply(head.encode("latin-1"), page.body, page.status)
