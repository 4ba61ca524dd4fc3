"""A HAR that Chromium itself makes of pages of the mock server, imported: the same bodies, the same delays."""

from pathlib import Path

import pytest

from benchmarks.browser import NoBrowserError, chromium
from mockserver.config import ServerConfig
from mockserver.content import load_content
from mockserver.latency import sampler
from mockserver.process import MockServer
from simulator.imports.importing import read
from simulator.imports.interface import Wanted
from simulator.imports.recording import Recording
from tests.simulator.imports.recordings import MS

PAGES = 12
CONFIG = ServerConfig.model_validate(
    {
        "latency": {"kind": "uniform", "low": "5ms", "high": "80ms"},
        "content": {"kind": "catalogue", "count": PAGES, "items": 4},
        "seed": 11,
    }
)


def recorded(path: Path) -> Recording:
    """Record the pages with a browser, one after the other; skip the test where there is none."""
    try:
        with MockServer.start(CONFIG) as server, chromium() as browser:
            context = browser.new_context(record_har_path=str(path))
            for number in range(PAGES):
                # In a tab of its own: a tab that goes on forgets bodies that have not been saved yet.
                context.new_page().goto(f"{server.url}/pages/{number}")
            context.close()
    except NoBrowserError as error:
        pytest.skip(str(error))
    recording = read("har", path, Wanted())
    recording.answers[:] = [answer for answer in recording.answers if "/pages/" in answer.url]
    return recording


@pytest.mark.parametrize("name", ["pages.har", "pages.zip"])
def test_bodies_and_delays_are_those_of_the_server(name: str, tmp_path: Path) -> None:
    recording = recorded(tmp_path / name)
    assert [answer.body for answer in recording.answers] == [
        page.body for page in load_content(CONFIG.content, CONFIG.seed).pages
    ]
    delay_ns = sampler(CONFIG.latency, CONFIG.seed)
    # How late a loaded machine is says nothing of the recording.
    assert all(
        answer.delay_ns is not None and answer.delay_ns > delay_ns(number) - 2 * MS
        for number, answer in enumerate(recording.answers)
    )


@pytest.mark.truth
def test_delays_are_within_two_milliseconds(tmp_path: Path) -> None:
    delay_ns = sampler(CONFIG.latency, CONFIG.seed)
    late_ms = sorted(
        ((answer.delay_ns or 0) - delay_ns(number)) / MS
        for number, answer in enumerate(recorded(tmp_path / "pages.har").answers)
    )
    assert -2 < late_ms[PAGES // 2] < 2, late_ms
