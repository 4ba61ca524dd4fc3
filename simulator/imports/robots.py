"""What robots.txt of a site allows: asked once for each origin, as RFC 9309 has it."""

from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

AGENT: Final = "gil-simulator"
_MOST_CRAWL_DELAY_S: Final = 60.0

Fetch = Callable[[str], tuple[int, bytes]]
"""Gives status and body of a robots.txt. Raises OSError: nothing answers."""


class Robots:
    """Knows what each origin allows; asks an origin when its first page is wanted."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._known: dict[str, RobotFileParser | str] = {}
        """Origin → its rules, or why they are not known."""

    def against(self, url: str) -> str | None:
        """Return why a page may not be fetched; null: it may."""
        rules = self._of(url)
        if isinstance(rules, str):
            return f"robots.txt cannot be asked for: {rules}"
        return None if rules.can_fetch(AGENT, url) else "forbidden by robots.txt"

    def delay_s(self, url: str) -> float:
        """Return the pause that the origin asks for, a minute at most; 0: none."""
        rules = self._of(url)
        asked = None if isinstance(rules, str) else rules.crawl_delay(AGENT)
        return 0.0 if asked is None else min(float(asked), _MOST_CRAWL_DELAY_S)

    def _of(self, url: str) -> RobotFileParser | str:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        if origin not in self._known:
            self._known[origin] = self._asked(origin)
        return self._known[origin]

    def _asked(self, origin: str) -> RobotFileParser | str:
        parser = RobotFileParser()
        try:
            status, body = self._fetch(f"{origin}/robots.txt")
        except OSError as error:
            return str(error)
        if status in range(200, 300):
            parser.parse(body.decode("utf-8", "replace").splitlines())
        elif status in range(400, 500):
            parser.parse([])  # there is none: all is allowed
        else:
            return f"it answers {status}"  # RFC 9309: then nothing is allowed
        return parser
