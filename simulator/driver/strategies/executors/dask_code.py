"""What a cluster that runs needs to do the job: this package, and the modules of the user that lie beside the scenario.

It has neither; it needs the libraries of client and parser only. The code travels as a zip, which scheduler and workers
take up, those too that come later. Workers keep what they have imported until they end: so what an earlier repetition
has brought is forgotten first.
"""

import hashlib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...shared.failure import Failure, describe
from ...spec import Spec

PACKAGE = __name__.partition(".")[0]
FOLDER = Path(__file__).resolve().parent.parent.parent
"""Of this package."""
PREFIX = "simulator-driver-"
"""Of the name of such a zip, by which it is known among the places of modules."""
LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""A zip that says when it was made would have another name each time."""
FORGET = f"""
import os, sys
for name, module in list(sys.modules.items()):
    if {PREFIX!r} in (getattr(module, "__file__", None) or ""):
        del sys.modules[name]
for entry in list(sys.path):
    if os.path.basename(entry).startswith({PREFIX!r}):
        sys.path.remove(entry)
        if os.path.exists(entry):
            os.remove(entry)
"""
"""What each of them runs for that."""


class Sent:
    """The code on a cluster, until it is taken back."""

    def __init__(self, spec: Spec, client: Any) -> None:
        """Send it. Raises Failure where a worker cannot import it."""
        from distributed.diagnostics.plugin import SchedulerUploadFile, UploadFile  # noqa: PLC0415 - where it is used

        self._client = client
        packed = pack(spec, Path(spec.output).resolve().parent)
        self._name = packed.stem
        try:
            self._forget()
            client.register_plugin(SchedulerUploadFile(str(packed)), name=self._name)
            client.register_plugin(UploadFile(str(packed)), name=self._name)
        except Exception as error:  # what the user's module raises there
            raise Failure(
                "failed",
                f"the workers of this cluster cannot import the driver, or your modules: {describe(error)}; install"
                " what they need there",
            ) from error

    def take_back(self) -> None:
        """Have it forgotten."""
        self._client.unregister_worker_plugin(self._name)
        self._client.unregister_scheduler_plugin(self._name)
        self._forget()

    def _forget(self) -> None:
        self._client.run(exec, FORGET, {})
        self._client.run_on_scheduler(exec, FORGET, {})


def pack(spec: Spec, folder: Path) -> Path:
    """Write the zip into a folder; its name tells its content."""
    found = sorted([*_package(), *_of_user(spec)])
    told = hashlib.sha256()
    for name, data in found:
        told.update(f"{name} {len(data)} ".encode() + data)
    packed = folder / f"{PREFIX}{told.hexdigest()[:16]}.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as into:
        for name, data in found:
            into.writestr(zipfile.ZipInfo(name, LONG_AGO), data)
    return packed


def _package() -> "Iterator[tuple[str, bytes]]":
    return ((f"{PACKAGE}/{name}", data) for name, data in _modules(FOLDER))


def _of_user(spec: Spec) -> "Iterator[tuple[str, bytes]]":
    """Yield the modules of client and parser, where they lie in a folder of the scenario's: a file, or a package."""
    named = (spec.parser.get("function") or "", spec.client)
    for name in sorted({each.partition(":")[0].partition(".")[0] for each in named}):
        if not name.isidentifier():
            continue
        for folder in map(Path, spec.import_path):
            module, package = folder / f"{name}.py", folder / name
            if package.joinpath("__init__.py").is_file():
                yield from ((f"{name}/{inner}", data) for inner, data in _modules(package))
                break
            if module.is_file():
                yield module.name, module.read_bytes()
                break


def _modules(folder: Path) -> "Iterator[tuple[str, bytes]]":
    for path in sorted(folder.rglob("*.py")):
        yield path.relative_to(folder).as_posix(), path.read_bytes()
