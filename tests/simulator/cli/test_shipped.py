"""Every scenario that ships runs as it is, at a scale at which nothing is worth knowing but that it runs.

Each runs here, and nowhere else in the tests: those that show what no other does, always; the others, and all Pythons
of those on several, as `truth`. That every one of them is valid, and large enough, is shown beside `scenario`.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.simulator.cli.started import simulator

FOLDER = Path(__file__).parents[3] / "scenarios"
SHIPPED = sorted(FOLDER.glob("*.yaml"))
LITTLE = {
    "rounds": "1",
    "budget": "null",
    "in_flight": "2",
    "job.pages": "6",
    "job.duration": "null",
    "job.warmup": "1",
    "validity": "{min_window: 0ms, min_jobs_per_slot: 0, delay_tolerance: 1m, max_server_busy: 1000}",
}
LEVELS = 2
ALWAYS = {
    "quickstart": "what `make demo` runs",
    "hybrids": "strategies of several layers",
    "open_arrivals": "jobs that come by themselves",
    "responsive": "work beside the job",
    "real_pages": "pages from a folder",
    "recorded": "a recording, with its own delays",
}


def little(document: dict[str, Any]) -> dict[str, str]:
    """Return the settings that make a scenario small, its cases and levels included."""
    settings = dict(LITTLE)
    claims = str(document.get("expect"))
    if "items" in document["server"]["content"]:
        settings |= {"server.content.items": "4", "server.content.count": "20"}
    for name, case in (document.get("cases") or {}).items():
        smaller = {"job.pages": "6", "job.warmup": "1", "server.content.items": "8"}
        settings |= {f"cases.{name}.{path}": smaller[path] for path in case if path in smaller}
    for path, levels in (document.get("vary") or {}).items():
        # Levels that a claim names must exist.
        kept = [level for level in levels if level in levels[-LEVELS:] or f"{path}={level}" in claims]
        settings[f"vary.{path}"] = json.dumps(kept)
    return settings


@pytest.mark.scenario
@pytest.mark.timeout(620)  # those on several Pythons start a Java machine for some cells
@pytest.mark.parametrize(
    "path",
    [pytest.param(path, marks=[] if path.stem in ALWAYS else pytest.mark.truth) for path in SHIPPED],
    ids=lambda path: path.stem,
)
def test_a_shipped_scenario_runs(path: Path, tmp_path: Path) -> None:
    document = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    if path.stem == "real_pages":
        pages = tmp_path / "saved"
        pages.mkdir()
        (pages / "one.html").write_text("<title>One</title><a href='/two'>two</a>", encoding="utf-8")
        arguments = ["--set", f"server.content.path={pages}"]
    else:
        arguments = []
    for name, value in little(document).items():
        arguments += ["--set", f"{name}={value}"]
    done = simulator(tmp_path, "run", path, "--json", "-", *arguments)
    assert done.returncode in (0, 99), done.stderr
    result = json.loads(done.stdout)
    assert result["cells"]
    # So few jobs may be disturbed or refused by the gate on a busy machine, but never fail.
    ran = [cell for cell in result["cells"] if "is not here" not in (cell["reason"] or "")]
    assert {cell["status"] for cell in ran} <= {"ok", "invalid"}, done.stderr
    assert len(result["expectations"]) == len(document.get("expect") or ())
