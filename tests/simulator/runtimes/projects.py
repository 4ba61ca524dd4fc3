"""Small projects in git repositories, and environments that have them without asking pip, which takes seconds."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'


def git(folder: Path, *arguments: str) -> str:
    """Run git as somebody; returns what it printed."""
    identity = (
        "-c",
        "user.name=nobody",
        "-c",
        "user.email=nobody@localhost",
        "-c",
        "init.defaultBranch=main",
    )
    done = subprocess.run(
        [shutil.which("git") or "git", "-C", str(folder), *identity, *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def commit(folder: Path, value: str, tag: str) -> str:
    """Commit a project whose parser returns this; returns the commit, which has the tag."""
    (folder / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    (folder / "mine.py").write_text(f"def parse(body):\n    return {value}\n", encoding="utf-8")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", tag)
    git(folder, "tag", tag)
    return git(folder, "rev-parse", "HEAD")


def repository(folder: Path) -> Path:
    """Return a new one."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q")
    return folder


def environment_with(folder: Path, project: Path) -> str:
    """Make an environment that has the modules of a project; returns its interpreter."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    (site,) = folder.glob("lib/*/site-packages")
    about = site / "mine-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: mine\nVersion: 1.0\n", encoding="utf-8")
    (about / "direct_url.json").write_text(
        f'{{"url": "{project.resolve().as_uri()}", "dir_info": {{}}}}', encoding="utf-8"
    )
    names = [str(path.relative_to(project)) for path in project.rglob("*.py") if path.stem != "backend"]
    for name in names:
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(project / name, site / name)
    (about / "RECORD").write_text("".join(f"{name},,\n" for name in names), encoding="utf-8")
    return os.path.join(folder, "bin", "python")  # noqa: PTH118 - the path as venv writes it
