"""Files of a user's that have the name of a module that Python or a library brings.

A folder of the user's is searched after Python's own modules and before installed packages. So the first kind is only
named: such a file is never found by its name. The second would take a library's place.
"""

import sys
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from importlib.machinery import all_suffixes
from pathlib import Path

from simulator.text.words import listed


@dataclass(frozen=True)
class SameName:
    """A file or package that is called like a module from elsewhere."""

    path: Path
    module: str


def standard_names(folders: Iterable[str]) -> tuple[SameName, ...]:
    """Return what lies in these folders under names of Python's own modules."""
    return same_names(folders, sys.stdlib_module_names)


def same_names(folders: Iterable[str], modules: Collection[str]) -> tuple[SameName, ...]:
    """Return what an import would find in these folders, by name, that is called like one of these modules."""
    found = []
    for folder in folders:
        try:
            entries = sorted(Path(folder or ".").iterdir())
        except OSError:  # a folder that is not there shadows nothing
            continue
        for entry in entries:
            name = _imported_as(entry)
            if name is not None and name in modules:
                found.append(SameName(entry, name))
    return tuple(found)


def _imported_as(entry: Path) -> str | None:
    """Return by which name an import finds a file or folder; null: by none.

    A folder without `__init__.py` gives way to a module of the same name anywhere.
    """
    if (entry / "__init__.py").is_file():
        return entry.name
    suffix = next((end for end in all_suffixes() if entry.name.endswith(end)), None)
    return entry.name.removesuffix(suffix).partition(".")[0] if suffix and entry.is_file() else None


def never_found(same: Sequence[SameName]) -> str:
    """Say what becomes of files that have names of Python's own modules."""
    names = listed([one.module for one in same])
    files = listed([str(one.path) for one in same])
    return (
        f"{files} {'has the name' if len(same) == 1 else 'have the names'} of Python's own"
        f" {names}, which {'is' if len(same) == 1 else 'are'} imported instead, under every strategy; rename"
        f" {'it if the parser needs it' if len(same) == 1 else 'what the parser needs'}"
    )


def hides(same: SameName) -> str:
    """Say what a file does that has the name of a library that the job needs."""
    return f"{same.path} hides the library {same.module}, which this job needs; rename it"


def is_standard(target: str, same: Sequence[SameName]) -> SameName | None:
    """Return the file that `package.module:function` means, where it has the name of a module of Python's own."""
    top = target.partition(":")[0].partition(".")[0]
    return next((one for one in same if one.module == top), None)
