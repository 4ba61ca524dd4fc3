"""A lab that is killed leaves nothing running, and nothing lying about."""

import json
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.simulator.lab.served import LONG, ended, left, running, serving
from tests.simulator.lab.test_server import ASKED

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


def test_a_killed_lab_leaves_nothing(tmp_path: Path) -> None:
    with serving(tmp_path, LONG) as (url, process):
        body = json.dumps(ASKED).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{url}measure", body, headers)  # noqa: S310 - our own
        urllib.request.urlopen(request, timeout=30).close()  # noqa: S310
        with urllib.request.urlopen(f"{url}events", timeout=60) as events:  # noqa: S310
            for line in events:
                if b"measuring " in line:
                    break
        started = running(tmp_path)
        assert any("simulator.lab.child" in words for words in started.values())
        assert len(started) > 1
        process.kill()
        assert ended(started)
    assert (running(tmp_path), left(tmp_path)) == ({}, [])
