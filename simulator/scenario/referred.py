"""The files that a scenario names: whether they are there, and hold what the mock server will look for in them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mockserver.config import Content, FolderContent, RecordedContent, ServerConfig
from mockserver.content import ContentError, load_content
from mockserver.delay_file import ObservedDelaysError, read_delays
from mockserver.manifest import read_manifest
from simulator.scenario.arrivals import Arrivals
from simulator.scenario.document import Keys
from simulator.scenario.explain import Mistake
from simulator.scenario.paths import files, get
from simulator.scenario.recorded_times import RecordedTimesError, recorded_times


@dataclass
class ReferredFiles:
    """Looks at each file once, however many combinations name it.

    Args:
        served_elsewhere: a server that runs already serves them, perhaps on another machine: its folder is looked at
            by nobody here, and its file of delays, of which this program makes its own list, only where it is here too.
    """

    served_elsewhere: bool = False
    _known: dict[tuple[Keys, Path, str], str | None] = field(default_factory=dict)

    def mistakes(self, document: Any) -> Iterator[Mistake]:
        """Find what is wrong with the files that a document names outside `cases` and `vary`."""
        sound = True
        for keys, path in files(document):
            if keys[0] == "arrivals":
                continue
            kind = _kind(document) if keys[-1] == "path" else _DELAYS
            if (keys, path, kind) not in self._known:
                self._known[keys, path, kind] = self._wrong(path, kind)
            wrong = self._known[keys, path, kind]
            if wrong is not None:
                sound = False
                yield Mistake(keys, wrong)
        if sound and (wrong := _unusable_times(document)) is not None:
            yield Mistake(("arrivals",), wrong)

    def _wrong(self, path: Path, kind: str) -> str | None:
        folder = kind != _DELAYS
        missing = _missing(path, folder=folder)
        if self.served_elsewhere and (folder or missing is not None):
            return None
        return missing or (_unusable_folder(path, kind) if folder else _unusable_delays(path))


_DELAYS, _FOLDER, _RECORDED, _WITH_DELAYS = "delays", "folder", "recorded", "recorded, its delays too"


def _kind(document: Any) -> str:
    """Tell what the pages' folder has to hold: a recording without another latency also says how long pages took."""
    server = get(document, ("server",))
    if get(server, ("content", "kind")) != "recorded":
        return _FOLDER
    latency = get(server, ("latency",))
    own = latency in (None, "recorded") or get(latency, ("kind",)) == "recorded"
    return _WITH_DELAYS if own else _RECORDED


def _missing(path: Path, *, folder: bool) -> str | None:
    what = "folder" if folder else "file"
    try:
        if path.is_dir() if folder else path.is_file():
            return None
        wrong = f"is not a {what}" if path.exists() else "does not exist"
    except OSError as error:
        wrong = f"cannot be looked at ({error.strerror})"
    return f"the {what} {path} {wrong}"


def _unusable_folder(path: Path, kind: str) -> str | None:
    content: Content = (
        FolderContent(kind="folder", path=path)
        if kind == _FOLDER
        else RecordedContent(kind="recorded", path=path)
    )
    try:
        load_content(content, 0)
        if kind == _WITH_DELAYS:
            read_manifest(path).delays_ns(path)
    except ContentError as error:
        return str(error)
    return None


def _unusable_times(document: Any) -> str | None:
    """Say why recorded arrivals cannot be replayed. They are read here, whoever serves the pages."""
    written, content = get(document, ("arrivals",)), get(document, ("server", "content"))
    if written != "recorded" and get(written, ("process",)) != "recorded":
        return None
    try:
        served = ServerConfig.model_validate({} if content is None else {"content": content}).content
        recorded_times(Arrivals.model_validate(written), served)
    except ValidationError:
        return None  # which is said where it stands
    except RecordedTimesError as error:
        return str(error)
    return None


def _unusable_delays(path: Path) -> str | None:
    try:
        read_delays(path)
    except ObservedDelaysError as error:
        return str(error)
    return None
