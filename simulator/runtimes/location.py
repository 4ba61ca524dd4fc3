"""From what a scenario writes to the path of an interpreter, or to what was looked for and where."""

import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from simulator.scenario.runtimes import CURRENT, Runtime

_VERSION = re.compile(r"\d+\.\d+t?")
_IN_ENVIRONMENT = ("bin/python", "bin/pypy3", "bin/jython")
"""Where the interpreter of a virtual environment's folder may be."""


@dataclass(frozen=True)
class Located:
    """A runtime that is here."""

    name: str
    python: str
    """The interpreter's path; not resolved, since a virtual environment is known by its link."""
    requirements: tuple[str, ...]
    """What it needs beside client and parser; paths are absolute."""
    current: bool
    """It is the interpreter of --python."""


@dataclass(frozen=True)
class Places:
    """Where runtimes are looked for."""

    current: str
    """What `current` stands for."""
    base_dir: Path
    """The folder in which relative paths start: that of the scenario file."""
    search_path: str | None = None
    """Folders of commands; null: those of PATH."""


def locate_all(
    runtimes: Iterable[Runtime], places: Places
) -> tuple[Mapping[str, Located], Mapping[str, str]]:
    """Return the runtimes that are here by level, and why each of the others is not. Nothing is started."""
    here: dict[str, Located] = {}
    missing: dict[str, str] = {}
    for runtime in runtimes:
        found = _find(runtime.python, places)
        if isinstance(found, _Missing):
            missing[runtime.level] = found.reason
            continue
        requirements = tuple(_requirement(text, places.base_dir) for text in runtime.requirements)
        here[runtime.level] = Located(runtime.level, found, requirements, runtime.python == CURRENT)
    return here, missing


def is_path(requirement: str) -> bool:
    """Whether a requirement is the path of a project, and no name."""
    return requirement.startswith(("/", ".", "~")) or requirement.endswith("/")


@dataclass(frozen=True)
class _Missing:
    reason: str


def _find(written: str, places: Places) -> str | _Missing:
    if written == CURRENT:
        return places.current
    if "/" in written or written.startswith(("~", ".")):
        return _at(_absolute(written, places.base_dir), written)
    command = f"python{written}" if _VERSION.fullmatch(written) else written
    found = shutil.which(command, path=places.search_path)
    if found is not None:
        return str(Path(found).absolute())
    folder = places.base_dir / written
    if folder.is_dir():
        return _at(folder, written)
    return _Missing(
        f"runtime {written} is not here: no command {command} on PATH; install it, or give its path"
    )


def _at(path: Path, written: str) -> str | _Missing:
    if path.is_dir():
        for name in _IN_ENVIRONMENT:
            if (path / name).is_file():
                return str(path / name)
        listed = " or ".join(_IN_ENVIRONMENT)
        return _Missing(f"runtime {written} is no virtual environment: {path} has no {listed}")
    found = shutil.which(str(path))
    if found is None:
        wrong = "is not executable" if path.exists() else "does not exist"
        return _Missing(f"runtime {written} is not here: {path} {wrong}")
    return found


def _requirement(text: str, base_dir: Path) -> str:
    # Resolved, unlike an interpreter: it is the project that counts, not the way to it.
    return str(_absolute(text, base_dir).resolve()) if is_path(text) else text


def _absolute(written: str, base_dir: Path) -> Path:
    try:
        path = Path(written).expanduser()
    except RuntimeError:  # there is no home folder: taken as it is written
        path = Path(written)
    return (base_dir / path).absolute()
