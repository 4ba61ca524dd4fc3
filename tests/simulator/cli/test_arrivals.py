"""Open arrivals from the command line to the document, the table and the verdict."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from simulator.cli.app import app

pytestmark = pytest.mark.scenario


def test_a_run_with_open_arrivals_says_who_keeps_up(
    scenario_file: Callable[..., Path], tmp_path: Path
) -> None:
    path = scenario_file(
        arrivals={"rate": "20000/s", "process": "constant"},
        job__pages=None,
        job__duration="100ms",
        strategies=["sequential", "asyncio"],
    )
    document = tmp_path / "result.json"
    store = str(tmp_path / "results.sqlite")
    done = CliRunner().invoke(app, ["run", str(path), "--store", store, "--json", str(document)])
    assert done.exit_code == 0, done.output
    made = json.loads(document.read_text())
    told = [finding for finding in made["findings"] if finding["kind"] == "falls_behind"]
    assert [finding["strategy"] for finding in told] == ["asyncio"]
    assert "asyncio is unstable at this rate" in " ".join(done.output.split())
    cells = made["cells"]
    assert {cell["status"] for cell in cells} == {"ok"}
    for cell in cells:
        assert cell["arrivals"]["offered"] == 2_000
        assert cell["arrivals"]["started"] < 1_000
        assert cell["arrivals"]["unstable"] is True
        assert cell["speedup"] is None
    again = CliRunner().invoke(app, ["report", "last", "--store", store])
    assert again.exit_code == 0
    assert "jobs come by themselves" in again.output
