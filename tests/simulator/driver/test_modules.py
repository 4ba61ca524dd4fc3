"""A job loads what it needs: modules are memory, and time to start."""

import json
import subprocess
import sys
from typing import Any

import pytest

from simulator.runner.driver_process import DRIVER
from tests.simulator.driver.jobs import JOB

PROGRAM = """
import json, runpy, sys
told = runpy.run_path(sys.argv[1], run_name="simulator_driver_main")
from simulator_driver.main import open_shard, from_mapping
from simulator_driver.strategies.shards import open_local
from simulator_driver.strategies.interface import ShardPlan
from simulator_driver.strategies.jobs import open_parse, opener
spec = from_mapping(json.loads(sys.argv[2]))
open_shard(spec)
opener(spec, 4)()
open_parse(spec)
print(json.dumps([name for name in sys.modules if not name.startswith("simulator_driver")]))
"""
JOB_ITSELF = """
import http.client, html.parser, json, sys
print(json.dumps(list(sys.modules)))
"""
OWN = {
    "sequential": {"widths": [1]},
    "threads": {"widths": [4]},
}


def loaded(program: str, *arguments: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program, *arguments], capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout))


def job(**strategy: Any) -> str:
    return json.dumps({**JOB, "parser": {"name": "html.parser"}, "strategy": {**JOB["strategy"], **strategy}})


@pytest.fixture(scope="module")
def needed() -> set[str]:
    """What fetching with http.client and parsing with html.parser loads by itself."""
    return loaded(JOB_ITSELF)


@pytest.mark.parametrize("name", ["sequential", "threads"])
def test_a_blocking_job_loads_next_to_nothing_beside_what_it_fetches_and_parses_with(
    name: str, needed: set[str]
) -> None:
    more = loaded(PROGRAM, str(DRIVER / "__main__.py"), job(**OWN[name])) - needed
    assert not {"asyncio", "multiprocessing", "concurrent", "subprocess", "decimal", "uuid", "difflib"} & more
    assert len(more) <= 40, sorted(more)


def test_plain_http_loads_no_tls_and_no_decoding() -> None:
    of_socket = json.dumps({**json.loads(job(**OWN["sequential"])), "client": "socket"})
    found = loaded(PROGRAM, str(DRIVER / "__main__.py"), of_socket)
    assert not {"ssl", "_ssl", "gzip", "zlib"} & found
