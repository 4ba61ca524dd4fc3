"""What is installed from a wheel has all that a checkout has."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.installed import ROOT, unpacked


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpacked(tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("installed"))


def test_shipped_scenarios_are_found_by_their_names(installed: Path, tmp_path: Path) -> None:
    named = ["quickstart", "article", "recorded"]  # the others have a parser, and a recording, beside them
    done = subprocess.run(
        [sys.executable, "-c", "from simulator.cli import main; main()", "validate", *named],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert [line.split(",")[0] for line in done.stdout.splitlines() if ": ok" in line] == [
        "quickstart: ok",
        "article: ok",
        "recorded: ok",
    ]


def test_it_holds_every_file_that_is_shipped_and_nothing_loose(installed: Path) -> None:
    shipped = installed / "simulator" / "scenario" / "shipped"
    assert {path.relative_to(shipped) for path in shipped.rglob("*") if path.is_file()} == {
        path.relative_to(ROOT / "scenarios")
        for path in (ROOT / "scenarios").rglob("*")
        if path.is_file() and path.parent.name != "__pycache__"
    }
    loose = {path.name for path in installed.iterdir() if not path.name.endswith(".dist-info")}
    assert loose == {"simulator", "mockserver"}


def test_it_says_that_it_has_types(installed: Path) -> None:
    assert (installed / "simulator" / "py.typed").is_file()
    assert (installed / "mockserver" / "py.typed").is_file()
    (about,) = installed.glob("*.dist-info/METADATA")
    assert "Classifier: Typing :: Typed" in about.read_text("utf-8")
