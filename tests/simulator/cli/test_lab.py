"""`simulator lab` without its server: what it begins with, what it writes, and what a person got wrong."""

import socket
from dataclasses import replace
from pathlib import Path

import pytest

from simulator.result.document import to_json
from simulator.scenario.load import load_text
from tests.conftest import tiny_text
from tests.simulator.analysis.builders import matrix
from tests.simulator.cli.started import simulator


def test_the_page_is_written_to_a_file_or_to_standard_output(tmp_path: Path) -> None:
    done = simulator(tmp_path, "lab", "quickstart", "--html", "lab.html")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "lab: lab.html\n")
    page = (tmp_path / "lab.html").read_text(encoding="utf-8")
    assert "<h1>quickstart</h1>" in page
    assert '<optgroup label="Your scenario">' in page
    assert simulator(tmp_path, "lab", "quickstart", "--html", "-").stdout == page


def test_it_begins_with_a_scenario_of_yours_or_with_a_run(tmp_path: Path) -> None:
    scenario = load_text(tiny_text(), "tiny", tmp_path).document()
    document = replace(matrix({"5ms": {"5ms": {"threads": [90.0] * 3}}}, {"5ms": 0.005}), scenario=scenario)
    (tmp_path / "run.json").write_text(to_json(document), encoding="utf-8")
    page = simulator(tmp_path, "lab", "./run.json", "--html", "-").stdout
    assert '<optgroup label="Your run">' in page
    assert f"what run {document.id} found out" in page
    assert simulator(tmp_path, "init", "mine").returncode == 0
    assert "<h1>mine</h1>" in simulator(tmp_path, "lab", "mine.yaml", "--html", "-").stdout


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["nowhere.yaml"], "nowhere.yaml is not a scenario:"),
        (["nowhere.json"], "nowhere.json cannot be read"),
        (["last"], "there is no results database"),
        (["./a/b"], "./a/b is neither a scenario (NAME.yaml) nor a result document (NAME.json)"),
        (["--html", "nowhere/lab.html"], "there is no folder nowhere"),
        (["real_pages", "--html", "-"], "server.content.path"),
    ],
)
def test_what_was_got_wrong_is_named(words: list[str], why: str, tmp_path: Path) -> None:
    done = simulator(tmp_path, "lab", "--no-open", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert why in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = simulator(tmp_path, "lab", "--no-open", "--port", port)
    assert done.returncode == 2
    assert f"--port {port} cannot be had" in done.stderr
