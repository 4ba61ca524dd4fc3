"""Writing a recording: a folder of bodies with its manifest and a scenario beside it, whole or not at all."""

import hashlib
import json
import mimetypes
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from mockserver.manifest import MANIFEST, SCHEMA
from mockserver.units import format_duration
from simulator.imports.bodies import media_type
from simulator.imports.loose import printable
from simulator.imports.recording import Answer, Recording, RecordingError, known_delays, typical_ns

BODIES: Final = "pages"
DELAYS: Final = "delays.txt"
ARRIVALS: Final = "arrivals.txt"

_SUFFIXES: Final = {
    "text/html": ".html",
    "application/xhtml+xml": ".xhtml",
    "application/json": ".json",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "text/plain": ".txt",
    "text/csv": ".csv",
    "text/css": ".css",
    "text/javascript": ".js",
    "application/javascript": ".js",
    "application/x-javascript": ".js",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
}
# The table that comes with Python, not this machine's own.
_KNOWN: Final = mimetypes.MimeTypes()


def check_target(name: str, *, force: bool) -> Path:
    """Return the folder that a recording is written to, before anything is read.

    Raises:
        RecordingError: It exists, and may not be overwritten, or cannot be written.
    """
    folder = Path(name)
    plain = folder.name.isprintable() and folder.name == folder.name.strip()
    if not folder.name or folder.name.startswith(".") or not plain:
        raise RecordingError(f"{name!r} is no name for a folder; write --to shop")
    if not folder.parent.is_dir():
        raise RecordingError(f"{name}: there is no folder {folder.parent}; make it first")
    if not os.access(folder.parent, os.W_OK):
        raise RecordingError(f"{name}: nothing can be written to {folder.parent}; choose another place")
    for path in (folder, scenario_of(folder)):
        if path.exists() and not force:
            raise RecordingError(f"{path} exists; choose another name, or overwrite it with --force")
    if folder.exists() and not _is_recording(folder):
        raise RecordingError(f"{folder} is no recording, and is not overwritten; choose another name")
    return folder


def scenario_of(folder: Path) -> Path:
    """Return where the scenario of a recording is."""
    return folder.with_name(f"{folder.name}.yaml")


def _is_recording(folder: Path) -> bool:
    """Tell a folder that was written here from one that holds something else."""
    if folder.is_symlink() or not folder.is_dir():
        return False
    names = {entry.name for entry in folder.iterdir()}
    return names <= {MANIFEST, BODIES, DELAYS, ARRIVALS} and bool(names & {MANIFEST, DELAYS})


def write_recording(folder: Path, recording: Recording, scenario: str) -> None:
    """Write a recording and its scenario; what was there before is replaced only when all is written.

    Raises:
        RecordingError: It cannot be written.
    """
    path = scenario_of(folder)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_text(scenario, encoding="utf-8")
        with _appearing(folder) as partial:
            files = write_bodies(partial / BODIES, recording.answers) if recording.answers else []
            text = json.dumps(manifest(recording, files), indent=1, ensure_ascii=True)
            if recording.answers:
                (partial / MANIFEST).write_text(text + "\n", encoding="ascii")
            if recording.delays_ns:
                _write_durations(partial / DELAYS, recording.delays_ns, "from request to answer, observed")
            if recording.arrivals_ns:
                _write_durations(
                    partial / ARRIVALS, _since_first(recording.arrivals_ns), "from the first request on"
                )
        beside.replace(path)
    except OSError as error:
        raise RecordingError(f"{folder} cannot be written: {error.strerror or error}") from error
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def _appearing(folder: Path) -> Iterator[Path]:
    """Give a folder to fill; it takes the other's place when the block has ended, or is removed."""
    partial = folder.with_name(f".{folder.name}.{os.getpid()}")
    before = folder.with_name(f".{folder.name}.{os.getpid()}.before")
    partial.mkdir()
    try:
        yield partial
        if folder.exists():
            folder.rename(before)
        try:
            partial.rename(folder)
        except BaseException:
            if before.exists():
                before.rename(folder)
            raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        shutil.rmtree(before, ignore_errors=True)


def write_bodies(folder: Path, answers: Sequence[Answer]) -> list[str]:
    """Write each different body once; return each answer's file, relative to the folder's parent."""
    folder.mkdir(exist_ok=True)
    written: dict[tuple[bytes, str], str] = {}
    digits = len(str(max(0, len(answers) - 1)))
    files = []
    for number, answer in enumerate(answers):
        suffix = suffix_of(answer.content_type)
        key = (hashlib.blake2b(answer.body).digest(), suffix)
        if key not in written:
            name = f"{number:0{digits}}{suffix}"
            (folder / name).write_bytes(answer.body)
            written[key] = f"{folder.name}/{name}"
        files.append(written[key])
    return files


def suffix_of(content_type: str) -> str:
    """Return the suffix by which a folder of such files is served with this type."""
    kind = media_type(content_type)
    if kind in _SUFFIXES:
        return _SUFFIXES[kind]
    if kind.endswith("+json"):
        return ".json"
    if kind.endswith("+xml") and kind != "image/svg+xml":
        return ".xml"
    return _KNOWN.guess_extension(kind) or ".bin"


def manifest(recording: Recording, files: Sequence[str]) -> dict[str, Any]:
    """Return the document that the mock server reads (mockserver/manifest.py)."""
    answers = recording.answers
    typical = typical_ns(known_delays(answers))
    moments = [answer.at_ns for answer in answers if answer.at_ns is not None]
    first_ns = min(moments, default=0)
    return {
        "schema": SCHEMA,
        "source": {
            "kind": recording.kind,
            **{key: printable(value) for key, value in recording.source.items() if value},
        },
        "pages": [
            _page(answer, file, typical, first_ns) for answer, file in zip(answers, files, strict=True)
        ],
        "left_out": dict(recording.left_out),
    }


def _page(answer: Answer, file: str, typical: int | None, first_ns: int) -> Mapping[str, Any]:
    delay_ns = typical if answer.delay_ns is None else answer.delay_ns
    page: dict[str, Any] = {
        "url": answer.url,
        "method": answer.method,
        "status": answer.status,
        "content_type": answer.content_type,
        "encoding": answer.encoding,
        "file": file,
        "size_bytes": len(answer.body),
        "delay": None if delay_ns is None else format_duration(delay_ns),
    }
    if answer.delay_ns is None and delay_ns is not None:
        page["delay_known"] = False
    if answer.samples_ns:
        page["samples"] = [format_duration(sample) for sample in answer.samples_ns]
    if answer.at_ns is not None:
        page["at"] = format_duration(answer.at_ns - first_ns)
    return page


def _since_first(moments_ns: Sequence[int]) -> list[int]:
    first = min(moments_ns)
    return sorted(moment - first for moment in moments_ns)


def _write_durations(path: Path, durations_ns: Sequence[int], what: str) -> None:
    lines = [f"# {what}", *map(format_duration, durations_ns)]
    path.write_text("\n".join(lines) + "\n", encoding="ascii")
