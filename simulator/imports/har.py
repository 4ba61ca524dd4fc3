"""HAR: what browsers, proxies and Playwright save of a page load. Bodies are text or base64, in it or beside it.

What programs write differs: a byte order mark (Fiddler, Charles), waits of -1 for "does not apply" and of ten digits
for "never", status 0 for what was blocked, texts that are called base64 and are not, bodies as files in a zip
(Playwright). `wait` is what a page's delay is made of: from the request sent to the first byte received.
"""

import base64
import binascii
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import webencodings

from mockserver.charset import encoding as found_charset
from mockserver.regular_file import read_regular
from simulator.imports.bodies import BodyError, content_type, inflated, media_type
from simulator.imports.interface import Wanted
from simulator.imports.loose import entries, mapping, number, text, whole
from simulator.imports.recording import Answer, Recording, RecordingError
from simulator.imports.secret import authorises
from simulator.imports.source import LARGEST_BYTES, parse_json, read_whole
from simulator.imports.taking import take
from simulator.imports.times import NS_PER_MS, moment_ns, plausible_ns
from simulator.text.words import counted

_ZIP: Final = b"PK\x03\x04"
_GZIP: Final = b"\x1f\x8b"
# As Playwright names bodies: anything else could be any file of the folder.
_ATTACHED: Final = re.compile(r"[0-9a-f]{40}\.[A-Za-z0-9]{1,10}")
_CHARSET: Final = re.compile(r"""charset\s*=\s*["']?([^\s"';,]+)""", re.IGNORECASE)

Attached = Callable[[str], bytes | None]
"""Gives the body that is a file of its own; None: there is none of that name."""


def read_har(path: Path, wanted: Wanted) -> Recording:
    """Read a HAR, also a zipped or gzipped one. Raises RecordingError."""
    data = read_whole(path)
    if data.startswith(_GZIP):
        try:
            data = inflated(data, 31, LARGEST_BYTES)
        except BodyError as error:
            raise RecordingError(f"{path}: {error}; save it anew") from error
    if not data.startswith(_ZIP):
        return convert(parse_json(data, str(path)), path.name, wanted, _beside(path.parent))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            name, har = _only_har(archive, path)
            return convert(parse_json(har, f"{path}: {name}"), path.name, wanted, _in(archive))
    except RecordingError:
        raise
    except Exception as error:  # a broken archive raises whatever its broken numbers lead to
        raise RecordingError(f"{path}: cannot be unpacked ({error}); save it anew") from error


def _only_har(archive: zipfile.ZipFile, path: Path) -> tuple[str, bytes]:
    names = [name for name in archive.namelist() if name.endswith(".har")]
    if len(names) != 1:
        raise RecordingError(
            f"{path}: has {len(names)} files *.har in it, where one is needed; unpack it and name one"
        )
    with archive.open(names[0]) as stream:
        found = stream.read(LARGEST_BYTES + 1)
    if len(found) > LARGEST_BYTES:
        raise RecordingError(f"{path}: {names[0]} becomes larger than a recording may be")
    return names[0], found


def _in(archive: zipfile.ZipFile) -> Attached:
    names = frozenset(archive.namelist())
    room = LARGEST_BYTES

    def attached(name: str) -> bytes | None:
        nonlocal room
        if name not in names:
            return None
        with archive.open(name) as stream:
            found = stream.read(room + 1)
        if len(found) > room:
            raise RecordingError("its bodies become larger than a recording may be; record less at a time")
        room -= len(found)
        return found

    return attached


def _beside(folder: Path) -> Attached:
    def attached(name: str) -> bytes | None:
        if not _ATTACHED.fullmatch(name):
            return None
        try:
            return read_regular(folder / name)
        except OSError:
            return None

    return attached


def convert(document: Any, name: str, wanted: Wanted, attached: Attached = lambda _: None) -> Recording:
    """Make a recording of a HAR's document.

    Args:
        document: What its JSON says.
        name: Of the file, for people.
        wanted: What to take.
        attached: Gives bodies that are files of their own.

    Raises:
        RecordingError: It is no HAR.
    """
    log = mapping(mapping(document).get("log"))
    if not isinstance(log.get("entries"), list):
        raise RecordingError(
            f"{name}: is no HAR: it has no log.entries; save it with `Save all as HAR with content`"
        )
    program = " ".join(
        filter(None, (text(mapping(log.get("creator")).get(key)) for key in ("name", "version")))
    )
    recording = Recording("har", {"file": name, "program": program[:200]})
    for entry in log["entries"]:
        _take_entry(mapping(entry), recording, wanted, attached)
    if cached := recording.left_out.pop(_CACHED, 0):
        recording.notes.append(
            f"{counted(cached, 'page')} from the browser's cache: how long the server takes is not known"
        )
    if cut := recording.left_out.pop(_CUT, 0):
        recording.notes.append(
            f"{counted(cut, 'body', 'bodies')} cut off in the recording: shorter than it says itself"
        )
    return recording


_CACHED: Final = "cached"
_CUT: Final = "cut"


def _take_entry(entry: Any, recording: Recording, wanted: Wanted, attached: Attached) -> None:
    request, response = mapping(entry.get("request")), mapping(entry.get("response"))
    content = mapping(response.get("content"))
    for message in (request, response):
        for header in entries(message.get("headers")):
            if kind := authorises(text(mapping(header).get("name"))):
                recording.withheld[kind] += 1
    named = _header(response, "content-type") or text(content.get("mimeType"))
    try:
        body, sent = _body(content, content_type(named), attached)
    except BodyError as error:
        recording.left_out[str(error)] += 1
        return
    delay_ns = plausible_ns(number(mapping(entry.get("timings")).get("wait")), NS_PER_MS)
    before = len(recording.answers)
    from_cache = bool(entry.get("_fromCache")) or entry.get("_fetchedViaServiceWorker") is True
    take(
        recording,
        Answer(
            body=body,
            content_type=sent,
            status=whole(response.get("status")) or 0,
            encoding=(_header(response, "content-encoding") or "identity").lower(),
            delay_ns=None if from_cache else delay_ns,
            at_ns=moment_ns(text(entry.get("startedDateTime"))),
            url=text(request.get("url")),
            method=text(request.get("method")).upper() or "GET",
        ),
        wanted,
    )
    if len(recording.answers) > before:
        recording.left_out[_CACHED] += from_cache
        size = whole(content.get("size"))
        # Sizes count bytes, some programs characters: a little less is no cut.
        recording.left_out[_CUT] += size is not None and len(body) < 0.9 * size


def _header(message: Any, name: str) -> str:
    for header in entries(message.get("headers")):
        if text(mapping(header).get("name")).lower() == name:
            return text(mapping(header).get("value"))
    return ""


def _body(content: Any, kind: str, attached: Attached) -> tuple[bytes, str]:
    """Return the body, and the Content-Type that its bytes have. Raises BodyError."""
    written = content.get("text")
    file = text(content.get("_file"))
    if file and not isinstance(written, str):
        return attached(file) or b"", kind
    if not isinstance(written, str) or not written:
        return b"", kind
    if text(content.get("encoding")).lower() == "base64":
        try:
            packed = re.sub(r"\s+", "", written).encode("ascii")
            return base64.b64decode(packed + b"=" * (-len(packed) % 4), validate=True), kind
        except (UnicodeEncodeError, binascii.Error) as error:
            raise BodyError("called base64, which its text is not") from error
    return _encoded(written, kind)


def _encoded(written: str, kind: str) -> tuple[bytes, str]:
    """Give a text the bytes that it had: those of the named character set, where it can be written in it."""
    written = written.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    plain = written.encode()
    named = _CHARSET.search(kind)
    label = named[1] if named else found_charset(plain) if "html" in media_type(kind) else "utf-8"
    found = webencodings.lookup(label)
    if found is not None and found.name != "utf-8":
        try:
            return written.encode(found.codec_info.name), kind
        except (UnicodeEncodeError, LookupError):
            pass
        return plain, f"{media_type(kind)}; charset=utf-8"
    return plain, kind
