"""The registry of clients and what is derived from it."""

import subprocess
import sys
from typing import get_args

import pytest

from simulator.driver.clients import CLIENTS, adapter, names
from simulator.driver.libraries import LIBRARIES
from simulator.scenario import job


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name in CLIENTS for kind in CLIENTS[name].kinds])
def test_each_row_names_an_adapter_of_each_kind_and_what_it_imports(name: str, kind: str) -> None:
    assert {"fetch", "close"} <= set(dir(adapter(name, kind)))
    assert CLIENTS[name].module in sys.modules


def test_a_scenario_allows_what_there_is() -> None:
    assert get_args(job.BlockingClient) == names("blocking")
    assert get_args(job.AsyncioClient) == names("asyncio")
    assert get_args(job.ClientName) == tuple(CLIENTS)


def test_the_registries_import_no_library() -> None:
    program = (
        "import sys, simulator.driver.libraries; print(*sorted({n.partition('.')[0] for n in sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    loaded = set(done.stdout.split())
    assert loaded.isdisjoint({"aiohttp", "bs4", "httpx", "lxml", "selectolax", "uvloop"})
    assert "aiohttp" in LIBRARIES
