"""Whether an environment that was made is still the one that is asked for."""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from simulator.runtimes.facts import Facts
from simulator.runtimes.location import is_path

_NOT_SOURCE = frozenset({"__pycache__", "build", "dist", "node_modules", "venv", "htmlcov"})
"""Folders that a project makes from its sources; hidden ones and *.egg-info are none of them either."""


def key_of(python: str, facts: Facts, requirements: Sequence[str], constraints: str) -> str:
    """Return a name for an environment, another one when anything that it is made of changes.

    Args:
        python: the interpreter that it is made with.
        facts: what that is.
        requirements: what is installed; of a project's folder, size and time of every file count.
        constraints: the text of pip's constraints.
    """
    parts = [
        str(Path(python).resolve()),
        facts.build,
        sorted(requirements),
        constraints,
        [list(_files(Path(path))) for path in sorted(requirements) if is_path(path)],
    ]
    return hashlib.blake2b(json.dumps(parts).encode(), digest_size=8).hexdigest()


def _files(project: Path) -> Iterator[tuple[str, int, int]]:
    if project.is_file():
        found = project.stat()
        yield str(project), found.st_size, found.st_mtime_ns
    for folder, folders, names in os.walk(project):
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and not name.endswith(".egg-info") and name not in _NOT_SOURCE
        )
        for name in sorted(names):
            path = Path(folder, name)
            try:
                found = path.stat()
            except OSError:  # removed meanwhile, or a link that leads nowhere
                continue
            yield str(path.relative_to(project)), found.st_size, found.st_mtime_ns
