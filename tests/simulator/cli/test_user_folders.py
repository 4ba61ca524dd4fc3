"""A scraper's folder has an http.py: the user's module is found there, and Python's own modules where they are."""

import json
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from simulator.environment.shadowing import same_names
from tests.simulator.cli.started import simulator

pytestmark = pytest.mark.scenario

Write = Callable[..., Path]


@pytest.fixture
def shadowed(scenario_file: Write) -> Path:
    """A scenario in a folder with a file for each of Python's own modules, which breaks whoever imports it."""
    file = scenario_file(
        strategies=[
            "threads",
            "asyncio",
            "processes",
            {"name": "spawned", "base": "processes", "start_method": "spawn"},
            "asyncio_to_processes",
        ],
        job__parser="mine:parse",
    )
    for name in filter(find_spec, sys.stdlib_module_names):  # other systems have more
        (file.parent / f"{name}.py").write_text("raise RuntimeError('a module of the user')\n")
    (file.parent / "beside.py").write_text("def size(body): return len(body)\n")
    (file.parent / "mine.py").write_text(
        "import http, queue, beside\ndef parse(body): return {'n': beside.size(body)}\n"
    )
    return file


def test_every_strategy_finds_the_users_module_and_none_a_file_in_the_place_of_pythons_own(
    shadowed: Path,
) -> None:
    done = simulator(shadowed.parent, "run", shadowed, "--json", "-")
    document = json.loads(done.stdout)
    assert {c["status"] for c in document["cells"]} == {"ok"}, [c["reason"] for c in document["cells"]]
    assert len(document["cells"]) == 6
    assert "queue.py" in done.stderr
    assert "which are imported instead, under every strategy" in " ".join(done.stderr.split())


def test_a_parser_that_has_the_name_of_pythons_own_module_is_refused_before_anything_runs(
    scenario_file: Write,
) -> None:
    file = scenario_file(job__parser="queue:parse")
    (file.parent / "queue.py").write_text("def parse(body): return {}\n")
    for command in ("run", "validate"):
        done = simulator(file.parent, command, file)
        assert done.returncode == 2
        assert "queue:parse names Python's own module queue, not" in done.stderr
        assert "queue.py; rename the file" in done.stderr


def test_a_file_that_hides_a_library_of_the_job_is_refused_for_all_strategies(scenario_file: Write) -> None:
    file = scenario_file(strategies=["threads", "asyncio"], job__client={"asyncio": "aiohttp"})
    (file.parent / "aiohttp.py").write_text("")
    done = simulator(file.parent, "validate", file)
    assert done.returncode == 2
    assert "aiohttp.py hides the library aiohttp, which this job needs; rename it" in done.stderr


def test_only_what_an_import_would_find_has_a_name(tmp_path: Path) -> None:
    (tmp_path / "http").mkdir()
    (tmp_path / "types").mkdir()
    (tmp_path / "types" / "__init__.py").write_text("")
    (tmp_path / "queue.txt").write_text("")
    (tmp_path / "html.py").write_text("")
    (tmp_path / "json.cpython-311-x86_64-linux-gnu.so").write_text("")
    found = same_names([str(tmp_path), str(tmp_path / "missing")], sys.stdlib_module_names)
    assert {one.module for one in found} >= {"types", "html"}
    assert {one.module for one in found} <= {"types", "html", "json"}
