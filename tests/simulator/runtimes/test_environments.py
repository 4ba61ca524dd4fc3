"""Environments that are made once, kept, and never taken for whole when they are not."""

import fcntl
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from benchmarks.revisions import BACKEND, PROJECT
from simulator.runner.stop import Stop, Stopped
from simulator.runtimes.environments import (
    WHOLE,
    Environments,
    default_cache,
    reason_of,
    shipped_constraints,
    without,
)
from simulator.runtimes.errors import RuntimeUnavailableError
from simulator.runtimes.facts import Facts, ask
from simulator.runtimes.fingerprint import key_of


@pytest.fixture(scope="module")
def facts() -> Facts:
    return ask(sys.executable)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that is built by itself: no index is asked for anything."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    (folder / "backend.py").write_text(BACKEND, encoding="utf-8")
    (folder / "planted.py").write_text("ANSWER = 42\n", encoding="utf-8")
    return folder


def test_an_environment_is_made_once_and_has_what_is_required(
    tmp_path: Path, project: Path, facts: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What the program is tested with says nothing of a project of the user's.
    made = Environments(tmp_path / "cache", "tinyproject==2.0\n", ("--no-index",))
    told: list[str] = []

    def python() -> str:
        return made.python(sys.executable, facts, (str(project),), lambda: told.append("made"))

    # Two at once: one makes it, the other waits and finds it made.
    found: list[str] = []
    both = [threading.Thread(target=lambda: found.append(python())) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert told == ["made"]
    assert found[0] == found[1]
    said = subprocess.run(
        [found[0], "-c", "import planted; print(planted.ANSWER)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == "42\n"

    place = Path(found[0]).parents[1]
    (place / WHOLE).unlink()  # as if it had been interrupted
    monkeypatch.setattr(Environments, "_make", lambda _self, place, *_: place.mkdir())
    assert python() == found[0]
    assert told == ["made", "made"]
    assert [path.name for path in place.iterdir()] == [WHOLE]


def test_what_cannot_be_installed_is_said_in_one_sentence_and_not_kept(
    tmp_path: Path, project: Path, facts: Facts
) -> None:
    (project / "backend.py").write_text(
        "def build_wheel(*a, **k): raise ValueError('no compiler')\n", encoding="utf-8"
    )
    made = Environments(tmp_path / "cache", "", ("--no-index",))
    with pytest.raises(RuntimeUnavailableError) as error:
        made.python(sys.executable, facts, (str(project),), lambda: None)
    assert str(error.value).startswith(f"cannot install {project}: ")
    assert "\n" not in str(error.value)
    assert not [path for path in (tmp_path / "cache" / "environments").iterdir() if path.is_dir()]


def test_a_python_without_venv_says_so(tmp_path: Path, facts: Facts) -> None:
    script = tmp_path / "python"
    script.write_text("#!/bin/sh\necho 'No module named venv'\nexit 1\n", encoding="utf-8")
    script.chmod(0o755)
    with pytest.raises(RuntimeUnavailableError, match="cannot make an environment: No module named venv"):
        Environments(tmp_path / "cache", "").python(str(script), facts, ("httpx",), lambda: None)


def test_making_one_is_given_up_when_it_is_not_wanted_any_more(
    tmp_path: Path, facts: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "python"
    script.write_text('#!/bin/sh\necho > "$TMPDIR/left"; sleep 60 & wait\n', encoding="utf-8")
    script.chmod(0o755)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    stop = Stop()
    made = Environments(tmp_path / "cache", "")
    with pytest.raises(Stopped):
        made.python(str(script), facts, ("httpx",), stop.set, stop)
    assert list(temporary.iterdir()) == [], "nor is anything of it left"
    # Who waits for another process that makes it gives up as well.
    (lock,) = (tmp_path / "cache" / "environments").glob("*.lock")
    with lock.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(Stopped):
            made.python(str(script), facts, ("httpx",), lambda: None, stop)


def test_a_cache_that_cannot_be_written_names_its_variable(tmp_path: Path, facts: Facts) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(RuntimeUnavailableError, match="SIMULATOR_CACHE"):
        Environments(tmp_path / "file", "").python(sys.executable, facts, ("httpx",), lambda: None)


def test_the_cache_is_where_the_variable_says(tmp_path: Path) -> None:
    assert default_cache({"SIMULATOR_CACHE": str(tmp_path)}) == tmp_path
    assert default_cache({"SIMULATOR_CACHE": ""}).name == "gil-simulator"


def test_another_environment_is_made_when_anything_changes(project: Path, facts: Facts) -> None:
    def key(*requirements: str, constraints: str = "") -> str:
        return key_of(sys.executable, facts, requirements, constraints)

    before = key(str(project))
    assert key("httpx") != before
    assert key(str(project), constraints="idna==3.20\n") != before
    (project / "build").mkdir()
    (project / "build" / "lib.py").write_text("", encoding="utf-8")
    assert key(str(project)) == before, "what building leaves behind is no change of the project"
    (project / "planted.py").write_text("ANSWER = 4242\n", encoding="utf-8")
    assert key(str(project)) != before


def test_a_version_of_the_users_own_wins_over_the_constraints() -> None:
    constraints = "aiohttp==3.14.5\npydantic_core==2.50.4\nidna==3.20\n"
    assert without(constraints, ["aiohttp>=3.9", "pydantic-core==2.0"]) == "idna==3.20\n"
    assert without(constraints, ["aiohttp", "/some/project"]) == constraints


def test_the_constraints_are_part_of_the_package() -> None:
    assert "httpx==" in shipped_constraints()


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (
            "ERROR: Could not find lxml==6.1.3\nERROR: No matching distribution found for lxml==6.1.3\n",
            "there is no wheel of lxml==6.1.3 for it (pip: No matching distribution found for lxml==6.1.3)",
        ),
        (
            "WARNING: Retrying (Retry(total=0))\nERROR: No matching distribution found for httpx==0.28.1\n",
            "the package index cannot be reached (looked for httpx==0.28.1)",
        ),
        (
            "Collecting x\nERROR: Cannot install x because these package versions have conflicting dependencies.\n",
            "Cannot install x because these package versions have conflicting dependencies",
        ),
        (
            "ERROR: Cannot install lxml\nno matching distributions available for your environment:\n    lxml\n",
            "there is no wheel of lxml for it, in the version that this program is tested with",
        ),
        (
            "ERROR: Cannot install lxml\n  The user requested lxml\n  The user requested (constraint) lxml==6.1.3\n",
            "there is no wheel of lxml==6.1.3 for it, in the version that this program is tested with",
        ),
        ("Killed\n", "Killed"),
        ("", "it said nothing"),
    ],
)
def test_pips_reason_is_one_sentence(said: str, reason: str) -> None:
    assert reason_of(said) == reason
