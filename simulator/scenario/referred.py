"""The files that a scenario names: whether they are there, and hold what the mock server will look for in them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mockserver.config import FolderContent
from mockserver.content import ContentError, load_content
from mockserver.delay_file import ObservedDelaysError, read_delays
from simulator.scenario.document import Keys
from simulator.scenario.explain import Mistake
from simulator.scenario.paths import files


@dataclass
class ReferredFiles:
    """Looks at each file once, however many combinations name it.

    Args:
        served_elsewhere: a server that runs already serves them, perhaps on another machine: its folder is looked at
            by nobody here, and its file of delays, of which this program makes its own list, only where it is here too.
    """

    served_elsewhere: bool = False
    _known: dict[tuple[Keys, Path], str | None] = field(default_factory=dict)

    def mistakes(self, document: Any) -> Iterator[Mistake]:
        """Find what is wrong with the files that a document names outside `cases` and `vary`."""
        for keys, path in files(document):
            if (keys, path) not in self._known:
                self._known[keys, path] = self._wrong(path, folder=keys[-1] == "path")
            wrong = self._known[keys, path]
            if wrong is not None:
                yield Mistake(keys, wrong)

    def _wrong(self, path: Path, *, folder: bool) -> str | None:
        missing = _missing(path, folder=folder)
        if self.served_elsewhere and (folder or missing is not None):
            return None
        return missing or (_unusable_folder(path) if folder else _unusable_delays(path))


def _missing(path: Path, *, folder: bool) -> str | None:
    what = "folder" if folder else "file"
    try:
        if path.is_dir() if folder else path.is_file():
            return None
        wrong = f"is not a {what}" if path.exists() else "does not exist"
    except OSError as error:
        wrong = f"cannot be looked at ({error.strerror})"
    return f"the {what} {path} {wrong}"


def _unusable_folder(path: Path) -> str | None:
    try:
        load_content(FolderContent(kind="folder", path=path), 0)
    except ContentError as error:
        return str(error)
    return None


def _unusable_delays(path: Path) -> str | None:
    try:
        read_delays(path)
    except ObservedDelaysError as error:
        return str(error)
    return None
