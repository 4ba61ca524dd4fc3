"""WARC, plain or gzipped: what crawlers and archives write. Read with warcio, record by record.

A WARC says when an answer was fetched and what it was, byte for byte, but not how long it took: only Heritrix notes
that (`fetchTimeMs`), and of the whole fetch. Names in it are never taken for files.
"""

import contextlib
import importlib
import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from mockserver.regular_file import open_regular
from simulator.imports.bodies import LARGEST_BODY_BYTES, BodyError, content_type, decoded, looks_encoded
from simulator.imports.interface import Wanted
from simulator.imports.recording import Answer, Recording, RecordingError, known_delays
from simulator.imports.secret import authorises
from simulator.imports.taking import MOST_ANSWERS, TOO_LARGE, TOO_MANY, take
from simulator.imports.times import NS_PER_MS, moment_ns, plausible_ns

INSTALL: Final = "pip install 'gil-simulator[imports]'"

_MOST_HEADER_BYTES: Final = 1 << 20
_MOST_TOTAL_BYTES: Final = 1 << 30
"""Of all bodies together: as much as a server keeps."""
_MOST_METADATA_BYTES: Final = 1 << 16


class _TooMuchError(RecordingError):
    """The bodies are more than a server keeps."""


def read_warc(path: Path, wanted: Wanted) -> Recording:
    """Read a WARC; one that is cut off is read as far as it goes. Raises RecordingError."""
    try:
        iterator: Any = importlib.import_module("warcio.archiveiterator")
        readers: Any = importlib.import_module("warcio.bufferedreaders")
    except ImportError as error:
        raise RecordingError(f"a WARC is read with warcio, which is not installed; {INSTALL}") from error
    try:
        opened = open_regular(path)
    except OSError as error:
        raise RecordingError(f"{path}: {error.strerror or error}; name a file that can be read") from error
    archive = _Archive(Recording("warc", {"file": path.name}), readers)
    with opened as stream, contextlib.redirect_stderr(io.StringIO()):
        try:
            records = iterator.ArchiveIterator(stream)
            records.reader = _bounded(readers.DecompressingBufferedReader)(stream)
            for record in records:
                archive.add(record)
        except _TooMuchError as error:
            raise RecordingError(f"{path}: {error}") from error
        except Exception as error:  # whatever the library meets in a file that is none, or is cut off
            if archive.records == 0:
                raise RecordingError(
                    f"{path}: is no WARC ({_first_line(error)}); name a *.warc or *.warc.gz"
                ) from error
            archive.recording.notes.append(
                f"broken after {archive.records} records: what comes after them is not read"
            )
    return archive.taken(wanted)


class _Archive:
    """What was found in the records so far: answers, and what other records say of them."""

    def __init__(self, recording: Recording, readers: Any) -> None:
        self.recording = recording
        self.records = 0
        self._readers = readers
        self._room = _MOST_TOTAL_BYTES
        self._answers: list[tuple[str, Answer]] = []
        """With the id that other records name them by."""
        self._delays_ns: dict[str, int] = {}
        self._methods: dict[str, str] = {}

    def add(self, record: Any) -> None:
        """Take one record apart, as far as it says something of an answer."""
        self.records += 1
        headers = record.rec_headers
        concerns = headers.get_header("WARC-Concurrent-To") or headers.get_header("WARC-Refers-To") or ""
        if record.rec_type == "metadata":
            taken_ns = _fetch_time_ns(record.raw_stream.read(_MOST_METADATA_BYTES))
            if concerns and taken_ns is not None:
                self._delays_ns[concerns] = taken_ns
            return
        for name, _ in record.http_headers.headers if record.http_headers is not None else ():
            if kind := authorises(str(name)):
                self.recording.withheld[kind] += 1
        if record.rec_type == "request":
            self._methods[concerns] = str(getattr(record.http_headers, "protocol", "") or "GET").upper()
        elif record.rec_type == "revisit":
            self.recording.left_out["seen before: the body is in another recording"] += 1
        elif record.rec_type in {"response", "resource"}:
            self._add_answer(record)

    def _add_answer(self, record: Any) -> None:
        if len(self._answers) >= MOST_ANSWERS:
            self.recording.left_out[TOO_MANY] += 1
            return
        try:
            answer = _answer(record, self._readers)
        except BodyError as error:
            self.recording.left_out[str(error)] += 1
            return
        self._room -= len(answer.body)
        if self._room < 0:
            raise _TooMuchError("its answers are more than the 1 GiB that a server keeps in memory; cut it")
        self._answers.append((record.rec_headers.get_header("WARC-Record-ID") or "", answer))

    def taken(self, wanted: Wanted) -> Recording:
        """Return the recording, with what later records said of its answers."""
        for record, answer in self._answers:
            known = replace(
                answer,
                delay_ns=self._delays_ns.get(record),
                method=self._methods.get(record, answer.method) if record else answer.method,
            )
            take(self.recording, known, wanted)
        if known_delays(self.recording.answers):
            self.recording.notes.append(
                "delays are of whole fetches (fetchTimeMs): a WARC does not say when the first byte came"
            )
        return self.recording


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:80] or type(error).__name__


def _bounded(reader: Any) -> Any:
    """Derive a reader that refuses headers without an end, which would fill the memory."""

    class Bounded(reader):  # type: ignore[misc] # a class of warcio's, which has no types
        headers = 0

        def read(self, length: int | None = None) -> bytes:
            self.headers = 0
            got: bytes = super().read(length)
            return got

        def readline(self, length: int | None = None) -> bytes:
            most = _MOST_HEADER_BYTES if length is None else min(length, _MOST_HEADER_BYTES)
            line: bytes = super().readline(most)
            self.headers += len(line)
            if self.headers > _MOST_HEADER_BYTES:
                raise RecordingError("a record's headers are longer than headers are; this is no WARC")
            return line

    return Bounded


def _answer(record: Any, readers: Any) -> Answer:
    """Return a record's answer. Raises BodyError."""
    headers, http = record.rec_headers, record.http_headers
    encoding = (http.get_header("content-encoding") or "") if http is not None else ""
    chunked = http is not None and "chunked" in (http.get_header("transfer-encoding") or "").lower()
    # Not the library's own stream, which decompresses whole chunks whatever they become.
    stream = readers.ChunkedDataReader(record.raw_stream) if chunked else record.raw_stream
    body = stream.read(LARGEST_BODY_BYTES + 1)
    if len(body) > LARGEST_BODY_BYTES:
        raise BodyError(TOO_LARGE)
    kind = (http.get_header("content-type") if http is not None else record.content_type) or ""
    status = str(http.get_statuscode() if http is not None else "200")
    return Answer(
        body=decoded(body, encoding) if looks_encoded(body, encoding) else body,
        content_type=content_type(kind),
        status=int(status) if re.fullmatch(r"\d{3}", status, re.ASCII) else 0,
        encoding=encoding.lower() or "identity",
        at_ns=moment_ns(headers.get_header("WARC-Date") or ""),
        url=(headers.get_header("WARC-Target-URI") or headers.get_header("uri") or "").strip("<>"),
    )


def _fetch_time_ns(fields: bytes) -> int | None:
    for line in fields.decode("utf-8", "replace").splitlines():
        name, _, value = line.partition(":")
        if name.strip().lower() == "fetchtimems" and value.strip().isascii() and value.strip().isdigit():
            return plausible_ns(float(value), NS_PER_MS)
    return None
