"""Recording pages from the web: one request at a time, a pause before each, as often as the site's robots.txt bears.

Every page is fetched some times, the whole list round by round: its delay is the median of what was waited for, and all
of it is kept. A site that answers 429 is left alone from then on.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from statistics import median
from urllib.parse import urlsplit

from simulator.imports.bodies import content_type
from simulator.imports.fetching import Fetched, Fetcher, FetchError
from simulator.imports.interface import Wanted
from simulator.imports.recording import Answer, Recording
from simulator.imports.robots import Robots
from simulator.imports.secret import COOKIES
from simulator.imports.taking import take
from simulator.text.words import counted

TOLD_TO_STOP = "of a site that answered 429 (too many requests) and was left alone"
NOT_REACHED = "not fetched before the end"


@dataclass
class _Page:
    url: str
    first: Fetched | None = None
    waits_ns: list[int] = field(default_factory=list)
    reason: str | None = None
    """Why it is not taken."""
    changes: bool = False


class Recorder:
    """Fetches a list of pages; may be stopped at any time, and then has what it has.

    Args:
        urls: in this order.
        samples: how often each.
        every_s: pause before each request, at least.
        fetcher: which fetches.
        tell: is told how far it is, after each request: done, of how many.
        sleep: waits so many seconds.
    """

    def __init__(
        self,
        urls: Sequence[str],
        *,
        samples: int,
        every_s: float,
        fetcher: Fetcher,
        tell: Callable[[int, int], None] = lambda _done, _all: None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._pages = [_Page(url) for url in urls]
        self._samples = samples
        self._every_s = every_s
        self._fetcher = fetcher
        self._tell = tell
        self._sleep = sleep
        self._robots = Robots(fetcher.robots)
        fetcher.against = self._robots.against
        self._silenced: set[str] = set()

    def run(self) -> None:
        """Fetch all, round by round. Whatever interrupts it leaves what was fetched."""
        done, total = 0, len(self._pages) * self._samples
        for _ in range(self._samples):
            for page in self._pages:
                if page.reason is None:
                    self._once(page, first=done == 0)
                done += 1
                self._tell(done, total)
            if all(page.reason is not None for page in self._pages):
                return

    def _once(self, page: _Page, *, first: bool) -> None:
        host = urlsplit(page.url).netloc
        if host in self._silenced:
            page.reason = None if page.first is not None else TOLD_TO_STOP
            return
        pause_s = max(self._every_s, self._robots.delay_s(page.url))
        if not first:
            self._sleep(pause_s)
        try:
            found = self._fetcher.fetch(page.url)
        except FetchError as error:
            if page.first is None:
                page.reason = str(error)
            return
        if found.status == HTTPStatus.TOO_MANY_REQUESTS:
            self._silenced.add(host)
            page.reason = None if page.first is not None else TOLD_TO_STOP
            return
        if page.first is None:
            page.first = found
        elif found.status != page.first.status:
            return  # a failure among samples is no sample of the page
        page.changes |= found.body != page.first.body
        page.waits_ns.append(found.wait_ns)

    def recording(self, name: str, wanted: Wanted) -> Recording:
        """Return what was fetched so far."""
        recording = Recording("record", {"file": name})
        reasons: Counter[str] = Counter()
        for page in self._pages:
            if page.first is None:
                reasons[page.reason or NOT_REACHED] += 1
                continue
            found = page.first
            recording.withheld[COOKIES] += found.cookies
            take(
                recording,
                Answer(
                    body=found.body,
                    content_type=content_type(found.content_type),
                    status=found.status,
                    encoding=found.encoding,
                    delay_ns=round(median(page.waits_ns)),
                    url=page.url,
                    samples_ns=tuple(page.waits_ns),
                ),
                wanted,
            )
        recording.left_out += reasons
        if changing := sum(page.changes for page in self._pages):
            recording.notes.append(
                f"{counted(changing, 'page')} not the same each time: the first answer is kept"
            )
        return recording
