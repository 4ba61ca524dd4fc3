"""Whatever a server is loading: it serves meanwhile, takes it whole or not at all, and ends when it is told to."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mockserver.process import MockServer

Start = Callable[..., MockServer]
Get = Callable[..., tuple[int, dict[str, str], bytes]]

SERVER = """
import os, sys, threading
from mockserver.served import Served

build = Served.build.__func__

def built(cls, config, previous=None):
    if config.seed == 66:
        print("stuck", file=sys.stderr, flush=True)
        threading.Event().wait()
    if config.seed == 77:
        try:
            os.mkdir(sys.argv[1])
        except FileExistsError:
            raise MemoryError("secret")  # the second worker that comes
    return build(cls, config, previous)

Served.build = classmethod(built)
from mockserver.cli import app
app(["serve", "--port", "0", "--count", "2", "--items", "1", *sys.argv[2:]])
"""


class Running:
    def __init__(self, process: "subprocess.Popen[str]", url: str) -> None:
        self.process, self.url, self.token = process, url, ""


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    running: list[subprocess.Popen[str]] = []

    def start(*options: str) -> Running:
        command = [sys.executable, "-c", SERVER, str(tmp_path / "first"), *options]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        running.append(process)
        assert process.stdout is not None
        return Running(process, process.stdout.readline().split()[-1])

    yield start
    for process in running:
        process.kill()
        process.communicate()


def test_all_workers_take_a_configuration_or_none(started: Callable[..., Running], get: Get) -> None:
    server: Any = started("--workers", "2")
    status, _, body = get(server, "/__admin/config", method="PUT", body='{"seed": 77, "latency": "7ms"}')
    (sentence,) = json.loads(body)["errors"]
    assert status == 503
    assert sentence.endswith("could not prepare it: it met with MemoryError; nothing has changed")
    for _ in range(2):  # each worker in turn
        _, headers, body = get(server, "/__admin/config")
        assert (json.loads(body)["seed"], headers["X-Generation"]) == (0, "0")
        assert get(server, "/pages/0")[1]["Server-Timing"].startswith("intended;dur=0,")
    assert get(server, "/__admin/config", method="PUT", body='{"seed": 8, "latency": "7ms"}')[0] == 200
    for _ in range(2):
        assert get(server, "/pages/0")[1]["Server-Timing"].startswith("intended;dur=7,")
    assert get(server, "/__admin/config")[1]["X-Generation"] == "1"


@pytest.mark.parametrize(("workers", "number", "code"), [("1", signal.SIGTERM, 0), ("2", signal.SIGINT, 130)])
def test_a_signal_ends_it_while_it_loads_and_pages_are_served(
    started: Callable[..., Running], get: Get, workers: str, number: signal.Signals, code: int
) -> None:
    server: Any = started("--workers", workers)
    asking = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, urllib.request as r; r.urlopen(r.Request(sys.argv[1], b'{\"seed\": 66}', method='PUT'))",
            f"{server.url}/__admin/config",
        ],
        stderr=subprocess.DEVNULL,
    )
    assert server.process.stderr.readline() == "stuck\n"
    for _ in range(2):
        assert get(server, "/pages/0")[0] == 200
    server.process.send_signal(number)
    assert server.process.wait(60) == code
    asking.wait()


def test_only_regular_files_are_opened(start: Start, get: Get, tmp_path: Path) -> None:
    server = start()
    os.mkfifo(tmp_path / "pipe")
    os.mkfifo(tmp_path / "pipe.html")
    for document, reason in (
        ({"latency": {"kind": "empirical", "file": str(tmp_path / "pipe")}}, "not a regular file"),
        ({"content": {"kind": "folder", "path": str(tmp_path)}}, "pipe.html: not a file"),
        ({"content": {"kind": "folder", "path": str(tmp_path / "pipe")}}, "not a folder"),
    ):
        status, _, body = get(server, "/__admin/config", method="PUT", body=json.dumps(document))
        assert (status, reason in json.loads(body)["error"]) == (422, True), body
