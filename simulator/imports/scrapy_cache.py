"""Scrapy's HTTP cache in files (FilesystemCacheStorage), also its gzipped form. Never unpickled: `meta` says the same.

    httpcache/SPIDER/ab/ab12…/meta, pickled_meta, request_headers, request_body, response_headers, response_body

It has when an answer was kept, not how long it took. Names of folders mean nothing; links are not followed.
"""

import ast
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from mockserver.regular_file import read_regular
from simulator.imports.bodies import (
    LARGEST_BODY_BYTES,
    BodyError,
    content_type,
    decoded,
    inflated,
    looks_encoded,
)
from simulator.imports.interface import Wanted
from simulator.imports.loose import mapping, number, text, whole
from simulator.imports.recording import Answer, Recording, RecordingError
from simulator.imports.secret import authorises
from simulator.imports.taking import TOO_LARGE, take
from simulator.text.words import listed

_PICKLED: Final = (
    "is Scrapy's cache in a database (DbmCacheStorage), which keeps pickles; they run code when they are read, so they"
    " are not: set HTTPCACHE_STORAGE = 'scrapy.extensions.httpcache.FilesystemCacheStorage' and crawl again"
)
_GZIP: Final = b"\x1f\x8b"
_LARGEST_META_BYTES: Final = 64 << 10
_MOST_TOTAL_BYTES: Final = 1 << 30


def read_scrapy(path: Path, wanted: Wanted) -> Recording:
    """Read the cache of one spider. Raises RecordingError."""
    if path.is_file():
        what = (
            _PICKLED
            if ".db" in path.suffixes
            else "is a file; name the folder of a spider below .scrapy/httpcache"
        )
        raise RecordingError(f"{path} {what}")
    folder = _spider(path)
    recording = Recording("scrapy", {"file": folder.name, "program": "Scrapy"})
    total = 0
    for entry in _entries(folder):
        try:
            answer = _answer(entry, recording)
        except BodyError as error:
            recording.left_out[str(error)] += 1
            continue
        total += len(answer.body)
        if total > _MOST_TOTAL_BYTES:
            raise RecordingError(
                f"{path}: its answers are more than the 1 GiB that a server keeps in memory; import less"
            )
        take(recording, answer, wanted)
    return recording


def _folders(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as listing:
            found = [Path(entry.path) for entry in listing if entry.is_dir(follow_symlinks=False)]
    except OSError as error:
        raise RecordingError(
            f"{folder}: {error.strerror or error}; name a folder that can be read"
        ) from error
    return sorted(found)


def _is_spider(folder: Path) -> bool:
    return any(len(shard.name) == 2 and any(map(_is_entry, _folders(shard))) for shard in _folders(folder))  # noqa: PLR2004


def _is_entry(folder: Path) -> bool:
    return (folder / "response_body").is_file()


def _spider(path: Path) -> Path:
    """Find the folder of the one spider, where the folder above it is named."""
    if _is_spider(path):
        return path
    spiders = [folder for folder in _folders(path) if _is_spider(folder)]
    if len(spiders) == 1:
        return spiders[0]
    if spiders:
        raise RecordingError(
            f"{path}: has the caches of {listed([one.name for one in spiders])}; name the folder of one"
        )
    databases = sorted(path.glob("*.db*"))
    if databases:
        raise RecordingError(f"{databases[0]} {_PICKLED}")
    raise RecordingError(
        f"{path}: is no HTTP cache of Scrapy; name the folder of a spider below .scrapy/httpcache"
    )


def _entries(folder: Path) -> Iterator[Path]:
    for shard in _folders(folder):
        yield from filter(_is_entry, _folders(shard))


def _answer(entry: Path, recording: Recording) -> Answer:
    meta = _meta(entry)
    headers = _headers(entry / "response_headers", recording)
    _headers(entry / "request_headers", recording)
    encoding = headers.get("content-encoding", "")
    body = _read(entry / "response_body", LARGEST_BODY_BYTES)
    stored = number(meta.get("timestamp"))
    in_time = stored is not None and 0 <= stored < 1 << 33
    return Answer(
        body=decoded(body, encoding) if looks_encoded(body, encoding) else body,
        content_type=content_type(headers.get("content-type", "")),
        status=whole(meta.get("status")) or 0,
        encoding=encoding.lower() or "identity",
        at_ns=round(stored * 1e6) * 1_000 if stored is not None and in_time else None,
        url=text(meta.get("response_url")) or text(meta.get("url")),
        method=text(meta.get("method")).upper() or "GET",
    )


def _meta(entry: Path) -> Mapping[str, Any]:
    written = _read(entry / "meta", _LARGEST_META_BYTES)
    try:
        return mapping(ast.literal_eval(written.decode()))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise BodyError("whose meta cannot be read") from error


def _headers(path: Path, recording: Recording) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in _read(path, _LARGEST_META_BYTES).decode("latin-1").splitlines():
        name, colon, value = line.partition(":")
        if not colon:
            continue
        if kind := authorises(name):
            recording.withheld[kind] += 1
        found.setdefault(name.strip().lower(), value.strip())
    return found


def _read(path: Path, most_bytes: int) -> bytes:
    """Read a file of an entry, gzipped or not. Raises BodyError."""
    if path.is_symlink():
        raise BodyError("that is a link to somewhere else")
    try:
        data = read_regular(path, most_bytes + 1)
    except OSError as error:
        raise BodyError("of which a file is missing") from error
    if len(data) > most_bytes:
        raise BodyError(TOO_LARGE)
    # A body that came gzipped is so, whether or not the cache is: which it is, its other files say.
    if data.startswith(_GZIP) and _is_gzipped(path.with_name("meta")):
        return inflated(data, 31, most_bytes)
    return data


def _is_gzipped(meta: Path) -> bool:
    try:
        return read_regular(meta, len(_GZIP)) == _GZIP
    except OSError:
        return False
