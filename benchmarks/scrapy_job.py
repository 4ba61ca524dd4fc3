"""The job as a Scrapy spider does it, for `benchmarks.foreign`: prints pages/s and CPU per page (s), as JSON.

Runs in an environment of its own, which has Scrapy and not this program: the parser comes from a folder that is named.
"""

import json
import sys
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import scrapy
from scrapy.crawler import CrawlerProcess

URL, IN_FLIGHT, PAGES, ROOT = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
sys.path.insert(0, ROOT)

from simulator.driver.parsers.lxml_html import parse as parse_page  # noqa: E402

WARM = 4 * IN_FLIGHT
"""Pages that do not count: connections are opened, Scrapy's queues are filled."""


class Spider(scrapy.Spider):  # type: ignore[misc] # it is not installed where types are checked
    """Fetches pages and parses each, as Scrapy's tutorial does."""

    name = "pages"

    def __init__(self) -> None:
        super().__init__()
        self.done = 0
        self.begun = (0.0, 0.0)

    async def start(self) -> "AsyncIterator[Any]":
        """Ask for every page."""
        for page in range(WARM + PAGES):
            yield scrapy.Request(f"{URL}/pages/{page}", dont_filter=True)

    def parse(self, response: Any) -> "Iterator[Any]":
        """Parse one page."""
        record = parse_page(response.body, response.url)
        self.done += 1
        if self.done == WARM:
            self.begun = (time.perf_counter(), time.process_time())
        elif self.done == WARM + PAGES:
            wall_s, cpu_s = time.perf_counter() - self.begun[0], time.process_time() - self.begun[1]
            print(json.dumps({"pages_per_s": PAGES / wall_s, "cpu_per_page_s": cpu_s / PAGES}), flush=True)
        yield {"title": record["title"]}


process = CrawlerProcess(
    settings={
        "CONCURRENT_REQUESTS": IN_FLIGHT,
        "CONCURRENT_REQUESTS_PER_DOMAIN": IN_FLIGHT,
        "DOWNLOAD_DELAY": 0,
        "ROBOTSTXT_OBEY": False,
        "COOKIES_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "RETRY_ENABLED": False,
        "LOG_ENABLED": False,
        "COMPRESSION_ENABLED": False,
    }
)
process.crawl(Spider)
process.start()
