"""A scenario with a client of the user's own, in whose folder it is."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.simulator.cli.started import simulator

pytestmark = pytest.mark.scenario

Write = Callable[..., Path]
MINE = """
import asyncio
from http.client import HTTPConnection

class Blocking:
    def __init__(self, base_url):
        self.connection = HTTPConnection(base_url.partition("://")[2])
        self.skip = len(base_url)
    def fetch(self, url, headers=None):
        self.connection.request("GET", url[self.skip:], headers=headers or {})
        response = self.connection.getresponse()
        return response.status, response.headers, response.read()
    def close(self): self.connection.close()

class OnALoop:
    def __init__(self, settings):
        self.host, _, self.port = settings.base_url.partition("://")[2].partition(":")
        self.streams = None
    async def fetch(self, url, headers=None):
        if self.streams is None:
            self.streams = await asyncio.open_connection(self.host, int(self.port))
        reader, writer = self.streams
        writer.write(f"GET /{url.split('/', 3)[3]} HTTP/1.1\\r\\nHost: {self.host}\\r\\n\\r\\n".encode())
        head = (await reader.readuntil(b"\\r\\n\\r\\n")).decode().lower()
        length = int(head.partition("content-length:")[2].partition("\\r\\n")[0])
        return int(head.split()[1]), {}, await reader.readexactly(length)
    async def close(self):
        self.streams[1].close()

class Text(Blocking):
    def fetch(self, url, headers=None):
        return super().fetch(url)[2].decode()
"""


@pytest.fixture
def write(scenario_file: Write) -> Write:
    def written(**changes: object) -> Path:
        file = scenario_file(**changes)
        (file.parent / "mine.py").write_text(MINE, encoding="utf-8")
        return file

    return written


def test_every_strategy_fetches_with_it(write: Write) -> None:
    file = write(
        strategies=["threads", "asyncio", "processes", "asyncio_to_processes"],
        job__client={"blocking": "mine:Blocking", "asyncio": "mine:OnALoop"},
    )
    document = json.loads(simulator(file.parent, "run", file, "--json", "-").stdout)
    assert {c["status"] for c in document["cells"]} == {"ok"}, [c["reason"] for c in document["cells"]]
    assert len({c["digest"] for c in document["cells"]}) == 1
    assert document["cells"][0]["calibration"]["client_cpu_s"]["blocking:mine:Blocking"] > 0


def test_a_kind_that_it_has_not_is_unsupported_and_what_is_no_response_fails(write: Write) -> None:
    file = write(
        strategies=["threads", "asyncio"],
        job__client=None,
        vary={"job.client": ["mine:Blocking", "mine:Text"]},
    )
    document = json.loads(simulator(file.parent, "run", file, "--json", "-").stdout)
    found = {(c["factors"]["job.client"], c["factors"]["strategy"]): c for c in document["cells"]}
    assert found["mine:Blocking", "threads"]["status"] == "ok"
    assert found["mine:Blocking", "asyncio"]["status"] == "unsupported"
    assert "this strategy needs one of kind asyncio" in found["mine:Blocking", "asyncio"]["reason"]
    assert found["mine:Text", "threads"]["status"] == "failed"
    assert (
        "fetch of mine:Text returned an object of type str; return (status"
        in found["mine:Text", "threads"]["reason"]
    )


def test_a_name_that_is_not_there_is_said_before_anything_runs(write: Write) -> None:
    file = write(job__client={"blocking": "mine:Blockng"})
    done = simulator(file.parent, "validate", file)
    assert done.returncode == 2
    assert "mine has no 'Blockng'" in done.stderr
    assert "did you mean Blocking?" in done.stderr
    assert "job.client.blocking" in done.stderr
