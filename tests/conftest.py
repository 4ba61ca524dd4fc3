"""What every test may use: tiny scenarios, a mock server, and proof that no process is left behind."""

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from simulator.runner import yardstick
from simulator.runner.servers import Servers
from simulator.scenario.cells import Cell, expand
from simulator.scenario.load import load_text

pytest_plugins = ["tests.machine"]

# How long an example takes says how busy the machine is: a test as a whole has a time limit.
settings.register_profile("beside others", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("beside others")

TINY: dict[str, Any] = {
    "name": "tiny",
    "seed": 3,
    "server": {"latency": "3ms", "content": {"kind": "catalogue", "count": 5, "items": 2}, "loop": "asyncio"},
    "job": {
        "client": {"blocking": "http.client", "asyncio": "aiohttp"},
        "parser": "html.parser",
        "pages": 12,
        "warmup": 1,
    },
    "strategies": ["threads"],
    "in_flight": 3,
    "parallelism": 2,
    "rounds": 1,
    "time_limit": "60s",
    "validity": {
        "min_window": "0ms",
        "min_jobs_per_slot": 0,
        "delay_tolerance": "1m",
        "max_server_busy": 1000,
    },
}
"""So small, and run on machines so busy, that the validity gate must be told to let it pass."""


def tiny_text(**changes: Any) -> str:
    """Return the tiny scenario as YAML (JSON is YAML); dotted names reach inside, as `job__pages=4`."""
    document = copy.deepcopy(TINY)
    for name, value in changes.items():
        place = document
        *parents, last = name.split("__")
        for parent in parents:
            place = place.setdefault(parent, {})
        if value is None:
            place.pop(last, None)
        else:
            place[last] = value
    return json.dumps(document, indent=1)


def tiny_cells(folder: Path, **changes: Any) -> dict[str, Cell]:
    """Return the tiny scenario's cells by strategy name."""
    scenario = load_text(tiny_text(**changes), "tiny.yaml", folder)
    return {str(cell.factors["strategy"]): cell for cell in expand(scenario, 2)}


@pytest.fixture
def scenario_file(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes the tiny scenario, changed, and returns its path."""

    def write(**changes: Any) -> Path:
        path = tmp_path / "tiny.yaml"
        path.write_text(tiny_text(**changes), encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session", autouse=True)
def short_yardsticks() -> Iterator[None]:
    """Take less than a tenth of the time for what no test of a repetition looks at: how fast the machine is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yardstick, "SPIN_SLICES", 1)
        patch.setattr(yardstick, "BEYOND_CACHE", 0.0)
        yield


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """Return the mock servers of the whole test run."""
    with Servers() as running:
        yield running


@pytest.fixture
def parsers(tmp_path: Path) -> Path:
    """Return a folder with a module `mine` of parsers, good and bad."""
    (tmp_path / "mine.py").write_text(
        """
import os, signal, sys, itertools, ctypes
from dataclasses import dataclass

@dataclass
class Record:
    size: int

def good(body): return {"size": len(body)}
def record(body): return Record(len(body))
def titles(text):
    for line in text.splitlines():
        if "<title" in line: yield line.strip()
def with_url(body, url): return url.rsplit("/", 1)[1].split("?")[0]
def raises(body): raise ValueError("no such <thing>")
def sometimes(body, url):
    if url.endswith("/3"): raise KeyError("third")
    return len(body)
def unpicklable(body): return lambda: body
def exits(body): sys.exit(7)
def prints(body):
    print("hello from the parser"); sys.stderr.write("and its stderr\\n")
    return len(body)
def troubled(body, url):
    print("hello from the parser")
    if url.endswith("/3"): raise KeyError("third")
    if url.endswith("/5"): sys.exit(7)
    return len(body)
class Sticky:
    def __reduce__(self): return int, ("not a number",)
def sticky(body): return Sticky()
def interval(body): return sys.getswitchinterval()
counter = itertools.count()
def different(body): return {"size": len(body), "n": next(counter)}
def segfaults(body): ctypes.string_at(0)
def dies(body): os.kill(os.getpid(), signal.SIGKILL)
def never(body):
    while True: pass
def dies_in_window(body, url):
    if url.endswith("/9"): os.kill(os.getpid(), signal.SIGKILL)
    return len(body)
def never_in_window(body, url):
    if url.endswith("/9"):
        open(__file__.replace("mine.py", "spinning"), "w").close()
        while True: pass
    return len(body)
""",
        encoding="utf-8",
    )
    return tmp_path
