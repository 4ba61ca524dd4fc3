"""`compare --revisions`: revisions side by side in one run; what cannot be had ends with 2, and nothing is left."""

import json
import re
import shlex
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from simulator.runner.stop import Stop
from simulator.runtimes.environments import Environments
from simulator.runtimes.errors import RuntimeUnavailableError
from simulator.runtimes.facts import Facts
from tests.conftest import tiny_text
from tests.installed import ROOT
from tests.simulator.cli.started import simulator
from tests.simulator.runtimes.projects import commit, environment_with, git, repository

(DOCUMENTED,) = (
    shlex.split(found[1])
    for found in re.finditer(
        r"^\$ (simulator compare --revisions main..HEAD parse.yaml .*)$",
        (ROOT / "docs" / "ci.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
)
SLEEPS = "__import__('time').sleep(0.02)"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """What lies in the folder, in no commit, would fail: it must not be what is measured."""
    folder = repository(tmp_path / "project")
    commit(folder, "None", "v1")
    git(folder, "checkout", "-qb", "work")
    commit(folder, SLEEPS, "v2")
    (folder / "mine.py").write_text(
        "raise RuntimeError('of the working tree')\n\ndef parse(body): ...\n", "utf-8"
    )
    text = tiny_text(job__client="http.client", job__parser="mine:parse", rounds=3, strategies=["sequential"])
    (folder / "tiny.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def required() -> list[tuple[str, ...]]:
    """What environments were to have."""
    return []


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, required: list[tuple[str, ...]]) -> list[str]:
    """Environments without pip: which were made."""
    pythons: list[str] = []

    def python(
        self: Environments, _python: str, _facts: Facts, wanted: Sequence[str], _tell: object, _stop: Stop
    ) -> str:
        required.append((*wanted,))
        pythons.append(environment_with(self.folder / f"made-{len(pythons)}", Path(wanted[-1])))
        return pythons[-1]

    monkeypatch.setattr(Environments, "python", python)
    return pythons


@pytest.mark.scenario
def test_what_became_slower_from_one_revision_to_the_next_is_a_regression(
    project: Path, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    (project / "tiny.yaml").rename(project / "parse.yaml")
    files = ("--benchmark", "github:change.bench.json", "--markdown")
    done = simulator(project, *DOCUMENTED[1:], *files)
    assert done.returncode == 99, done.stderr + done.stdout
    document = json.loads((project / "change.json").read_text(encoding="utf-8"))
    (cell,) = document["cells"]
    assert (cell["verdict"], cell["regression"], document["a"]["id"], document["b"]["id"]) == (
        *("slower", True, "main", "HEAD"),
    )
    assert (document["b"]["name"], document["b"]["commit"]) == ("tiny", git(project, "rev-parse", "v2"))
    assert "runtime" not in cell["factors"]
    suite = ET.parse(project / "change.xml").getroot()[0]  # noqa: S314 - made here
    assert (suite.get("failures"), suite.get("id")) == ("1", "HEAD")
    (figure,) = json.loads((project / "change.bench.json").read_text(encoding="utf-8"))
    assert figure["name"] == "tiny: sequential: throughput-change"
    assert figure["value"] < 0.8
    assert "::error title=sequential%3A throughput::slower in B, a regression" in done.stderr
    assert ". has changes that are in no commit: they are not measured" in done.stderr
    assert done.stdout.startswith("**HEAD (B) against main (A)")
    assert len(made) == 2
    assert not any(Path(python).parents[2].exists() for python in made), "nothing is left"
    again = simulator(project, "report", document["run"], "--markdown")
    assert "compare parse.yaml --revisions main..HEAD --package ." in again.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--revisions", "v1..nix", "tiny.yaml"), "has no revision 'nix'"),
        (("--revisions", "v1", "tiny.yaml"), "--revisions v1: write two of them, as in main..HEAD"),
        (("--revisions", "v1..v2", "tiny.yaml", "--package", "nix"), "--package nix is no folder"),
        (("--revisions", "v1..v2", "tiny.yaml", "--package", ".."), "is in no git repository"),
        (("--revisions", "v1..v2", "tiny.yaml", "last"), "--revisions is with one scenario"),
        (("--revisions", "v1..v2", "nix.yaml"), "nix.yaml is not a scenario that can be run"),
        (("--revisions", "v1..v2", "tiny.yaml", "--across"), "--across is for two runs"),
        (("--revisions", "v1..v2", "tiny.yaml", "--tolerance", "5"), "write a percentage"),
        (
            ("--revisions", "v1..v2", "tiny.yaml", "--set", "runtimes=[current, 3.99t]"),
            "lists the runtimes current and 3.99t, and revisions are compared on one Python",
        ),
        (
            ("--revisions", "v1..v2", "tiny.yaml", "--set", "runtimes=[{python: current, with: [./other]}]"),
            "project/other installed, which is in no revision; of paths only that of --package can be",
        ),
        (
            ("--revisions", "v1..v2", "tiny.yaml", "--json", "-", "--markdown"),
            "--json and --markdown take standard output",
        ),
        (("last",), "compare last with what?"),
        (("last~1", "last", "--rounds", "5"), "--rounds is for what is measured now: give --revisions too"),
        (("last~1", "last", "--set", "rounds=5"), "--set is for what is measured now"),
    ],
)
def test_what_is_wrong_is_said_and_ends_with_2(
    project: Path, made: list[str], arguments: tuple[str, ...], said: str
) -> None:
    done = simulator(project, "compare", *arguments)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert said in done.stderr
    assert made == []


def test_a_revision_that_cannot_be_built_is_named(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def python(*_: object) -> str:
        raise RuntimeUnavailableError("cannot install it: no compiler")

    monkeypatch.setattr(Environments, "python", python)
    done = simulator(project, "compare", "--revisions", "v1..v2", "tiny.yaml")
    assert done.returncode == 2
    commit_ = git(project, "rev-parse", "--short=12", "v1")
    assert f"simulator: revision v1 ({commit_}): cannot install it: no compiler" in done.stderr


def test_what_only_one_revision_installs_is_not_taken_from_the_working_tree(
    project: Path, made: list[str]
) -> None:
    (project / "added.py").write_text("", encoding="utf-8")
    commit(project, "None", "v3")
    done = simulator(project, "compare", "--revisions", "v1..v3", "tiny.yaml")
    assert (done.returncode, len(made)) == (2, 2), done.stderr
    assert "revision v1" in done.stderr
    assert (
        f"it installs no added, as the other revision does, and would import {project}/added.py"
        in done.stderr
    )


def test_what_the_scenario_installs_beside_the_project_both_revisions_have(
    project: Path, made: list[str], required: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise RuntimeUnavailableError("that is enough")

    monkeypatch.setattr("simulator.cli.revisions.check_installed", stopped)
    runtimes = "runtimes=[{python: current, with: [beside>=2, .]}]"
    for revisions in ("v1..v2", "v2..v1"):
        done = simulator(project, "compare", "--revisions", revisions, "tiny.yaml", "--set", runtimes)
        assert (done.returncode, "that is enough" in done.stderr) == (2, True), done.stderr
    assert [wanted[:-1] for wanted in required] == [("beside>=2",)] * len(made)


def test_interrupted_when_all_is_prepared_nothing_is_measured(
    project: Path, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def check(_python: str, _project: Path, stop: Stop, also: Sequence[str] = ()) -> tuple[str, ...]:
        if also:
            stop.set()
        return ("mine",)

    monkeypatch.setattr("simulator.cli.revisions.check_installed", check)
    done = simulator(project, "compare", "--revisions", "v1..v2", "tiny.yaml")
    assert (done.returncode, len(made)) == (130, 2), done.stderr
    assert "interrupted; nothing was measured" in done.stderr


def test_interrupted_while_an_environment_is_made_nothing_is_left(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders: list[Path] = []

    def python(self: Environments, *rest: object) -> str:
        folders.append(self.folder)
        stop = rest[-1]
        assert isinstance(stop, Stop)
        stop.set()
        stop.check()
        raise AssertionError

    monkeypatch.setattr(Environments, "python", python)
    done = simulator(project, "compare", "--revisions", "v1..v2", "tiny.yaml")
    assert (done.returncode, len(folders)) == (130, 1)
    assert "interrupted; nothing was measured" in done.stderr
    assert not folders[0].exists()
    assert not (project / "results.sqlite").exists()


@pytest.mark.truth
def test_pip_builds_what_is_measured(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from benchmarks.revisions import BACKEND  # noqa: PLC0415 - what the benchmark builds with

    monkeypatch.setenv("PIP_NO_INDEX", "1")
    for value, tag in (("None", "v3"), (SLEEPS, "v4")):
        (project / "backend.py").write_text(BACKEND.replace("planted", "mine"), encoding="utf-8")
        commit(project, value, tag)
    done = simulator(project, "compare", "--revisions", "v3..v4", "tiny.yaml")
    assert done.returncode == 99, done.stderr + done.stdout
    broken = simulator(project, "compare", "--revisions", "v1..v4", "tiny.yaml")
    assert broken.returncode == 2
    assert "revision v1" in broken.stderr
    assert "cannot install" in broken.stderr
