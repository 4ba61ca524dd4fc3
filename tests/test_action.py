"""action.yml: the shell of its steps, run as GitHub runs it, from what a wheel holds and without a network."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from benchmarks.revisions import QUICK, plant
from tests.conftest import tiny_text
from tests.installed import ROOT, unpacked

ACTION: Any = YAML(typ="safe", pure=True).load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
BASH = shutil.which("bash") or "/bin/bash"


def given(inputs: Mapping[str, str]) -> dict[str, str]:
    """Return all inputs, by the names that they have in the action."""
    defaults = {name: str(about["default"]) for name, about in ACTION["inputs"].items()}
    return defaults | {name.replace("_", "-"): value for name, value in inputs.items()}


@dataclass(frozen=True)
class Runner:
    """A runner of GitHub's, as far as the steps can tell."""

    folder: Path
    """The workspace."""
    temporary: Path
    path: str

    def does(self, **inputs: str) -> tuple[int, dict[str, str], str]:
        """Run all steps that are shell, with these inputs; returns exit code, outputs, and what was logged."""
        outputs: dict[str, str] = {}
        log, code = "", 0
        for step in STEPS:
            if "run" not in step:
                continue
            done = self._step(step, given(inputs), outputs)
            log, code = log + done.stdout + done.stderr, done.returncode
            if code:
                break
        return code, outputs, log

    def _step(
        self, step: Mapping[str, Any], inputs: Mapping[str, str], outputs: dict[str, str]
    ) -> "subprocess.CompletedProcess[str]":
        script, written = self.temporary / "script.sh", self.temporary / "output"
        script.write_text(step["run"], encoding="utf-8")
        written.write_text("", encoding="utf-8")
        assert step["shell"] == "bash"

        def value(text: str) -> str:
            return re.sub(r"\$\{\{ (\S+) \}\}", lambda found: known[found[1]], text)

        known = {f"inputs.{name}": text for name, text in inputs.items()}
        known |= {f"steps.measure.outputs.{name}": text for name, text in outputs.items()}
        done = subprocess.run(
            [BASH, "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=self.folder,
            env={
                "PATH": self.path,
                "HOME": str(self.temporary),
                "GITHUB_ACTIONS": "true",
                "GITHUB_ACTION_PATH": str(ROOT),
                "GITHUB_OUTPUT": str(written),
                "GITHUB_STEP_SUMMARY": str(self.temporary / "summary.md"),
                "RUNNER_TEMP": str(self.temporary),
                **{name: value(text) for name, text in step.get("env", {}).items()},
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=250,
            check=False,
        )
        for line in written.read_text(encoding="utf-8").splitlines():
            name, _, said = line.partition("=")
            outputs[name] = said
        return done

    @property
    def summary(self) -> str:
        return (self.temporary / "summary.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the command `simulator`, as an installer writes it."""
    tree = unpacked(tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("installed"))
    folder = tmp_path_factory.mktemp("bin")
    program = folder / "simulator"
    start = f"import sys; sys.path.insert(0, {str(tree)!r}); from simulator.cli import main; main()"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -c "{start}" "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    return folder


@pytest.fixture
def runner(programs: Path, tmp_path: Path) -> Runner:
    folder, temporary = tmp_path / "workspace", tmp_path / "temporary"
    folder.mkdir()
    temporary.mkdir()
    (folder / "tiny.yaml").write_text(tiny_text(), encoding="utf-8")
    return Runner(folder, temporary, f"{programs}{os.pathsep}{os.environ['PATH']}")


def test_no_input_is_a_part_of_a_script() -> None:
    assert [step["name"] for step in STEPS if "${{" in step.get("run", "")] == []
    used = set(re.findall(r"inputs\.([\w-]+)", (ROOT / "action.yml").read_text(encoding="utf-8")))
    assert used == set(ACTION["inputs"])
    assert all(about["description"].endswith(".") for about in ACTION["inputs"].values())


@pytest.mark.scenario
def test_a_scenario_is_run_and_all_that_is_kept_is_written(runner: Runner) -> None:
    settings = "rounds=3\nstrategies=[sequential]\nseed=4\n"
    code, outputs, log = runner.does(scenario="tiny.yaml", set=settings, expect="cpu(sequential) < 1ns")
    assert (code, outputs["exit-code"]) == (99, "99"), log
    assert "::error title=cpu(sequential) < 1ns::not held" in log
    folder = Path(outputs["folder"])
    assert {path.name for path in folder.iterdir()} == {
        *("result.json", "page.html", "junit.xml", "summary.md", "github.json", "bencher.json")
    }
    assert json.loads((folder / "result.json").read_text(encoding="utf-8"))["scenario"]["seed"] == 4
    assert "| sequential |" in runner.summary
    assert "0 of 1 held" in runner.summary
    figures = json.loads((folder / "github.json").read_text(encoding="utf-8"))
    assert [one["name"] for one in figures] == ["tiny: sequential: throughput"]
    assert list(runner.folder.iterdir()) == [runner.folder / "tiny.yaml"]


@pytest.mark.scenario
@pytest.mark.parametrize(
    "inputs",
    [
        {"scenario": "--store=pwned"},
        {"scenario": "tiny.yaml", "expect": '"; touch pwned; "\n`touch pwned`'},
        {"probe": "'; touch pwned; $(touch pwned)'"},
        {"scenario": "tiny.yaml", "revisions": "--output=pwned..HEAD", "package": "$(touch pwned)"},
    ],
)
def test_what_is_wrong_ends_with_2_and_runs_nothing(runner: Runner, inputs: dict[str, str]) -> None:
    code, _, log = runner.does(**inputs)
    assert code == 2, log
    assert "Traceback" not in log
    assert "simulator ended with 2" in runner.summary
    assert not list(runner.folder.rglob("*pwned*"))


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"probe": "json", "set": "rounds=3"}, "set is not for a probe"),
        ({"probe": "json", "scenario": "tiny.yaml"}, "scenario is not for a probe"),
        ({"probe": "json", "revisions": "main..HEAD"}, "revisions is not for a probe"),
        (
            {"scenario": "tiny.yaml", "revisions": "a..b", "expect": "p50(a) < 1s"},
            "expect is not for revisions",
        ),
        (
            {"scenario": "tiny.yaml", "revisions": "a..b", "pages_from": "x"},
            "pages-from is not for revisions",
        ),
        ({"scenario": "tiny.yaml", "tolerance": "3%"}, "tolerance is not for what has no revisions"),
        ({"scenario": "tiny.yaml", "package": "./x"}, "package is not for what has no revisions"),
    ],
)
def test_an_input_that_nothing_would_come_of_is_refused(
    tmp_path: Path, inputs: dict[str, str], said: str
) -> None:
    (measure,) = (step for step in STEPS if step["name"] == "Measure")
    outputs: dict[str, str] = {}
    done = Runner(tmp_path, tmp_path, os.environ["PATH"])._step(measure, given(inputs), outputs)
    assert (done.returncode, outputs) == (2, {"exit-code": "2"}), done.stderr
    assert f"::error::{said}" in done.stderr


def test_what_is_undecided_may_be_let_pass(runner: Runner) -> None:
    (end,) = (step for step in STEPS if step["name"] == "End")
    for undecided, code in (("fail", 98), ("pass", 0)):
        done = runner._step(end, {"undecided": undecided}, {"exit-code": "98"})
        assert done.returncode == code, done.stderr


@pytest.mark.truth
def test_a_function_is_probed(runner: Runner) -> None:
    code, outputs, log = runner.does(probe="json", expect="cost < 10s")
    assert code == 0, log
    assert "json: " in runner.summary
    assert (Path(outputs["folder"]) / "probe.json").is_file()


@pytest.mark.truth
@pytest.mark.timeout(300)
def test_revisions_are_compared(runner: Runner) -> None:
    plant(runner.folder / "project")
    (runner.folder / "planted.yaml").write_text(QUICK, encoding="utf-8")
    code, outputs, log = runner.does(
        scenario="planted.yaml",
        revisions="first..same",
        package="project",
        tolerance="80%",
        undecided="pass",
    )
    assert code == 0, log
    assert "same (B) against first (A)" in runner.summary
    names = {path.name for path in Path(outputs["folder"]).iterdir()}
    assert {"comparison.json", "page.html", "junit.xml", "github.json", "bencher.json"} <= names
