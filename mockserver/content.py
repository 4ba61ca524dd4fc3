"""Where the bodies come from: a generated catalogue, a folder of saved pages, or a recording.

Everything is read or built before the first request and kept in memory: a request costs no file access, and
no request can name a file that was not listed here.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from mockserver.catalogue import page_of_items, page_of_size
from mockserver.charset import encoding
from mockserver.config import LARGEST_CONTENT_BYTES, CatalogueContent, Content, FolderContent, RecordedContent
from mockserver.file_name import printable
from mockserver.manifest import MANIFEST, SCHEMA
from mockserver.page_set import ContentError, Page, PageSet, listed
from mockserver.page_type import BEGINNING_BYTES, HTML, NoPageError, is_part, media_type
from mockserver.recorded import load_recording
from mockserver.regular_file import read_regular
from mockserver.units import format_size

__all__ = ["ContentError", "Page", "PageSet", "load_content"]

_MOST_NAMED: Final = 3
"""Reasons that the sentence of an empty folder gives."""


def load_content(content: Content, seed: int) -> PageSet:
    """Build or read every page.

    Args:
        content: Where they come from.
        seed: Fixes a catalogue; a folder and a recording are what they are.

    Raises:
        ContentError: There is no page, the folder cannot be read, or a catalogue's pages are too small.
    """
    if isinstance(content, FolderContent):
        return _folder(content.path)
    if isinstance(content, RecordedContent):
        return load_recording(content.path)
    return _catalogue(content, seed)


def _catalogue(content: CatalogueContent, seed: int) -> PageSet:
    try:
        bodies = [
            page_of_items(seed, index, content.items or 0)
            if content.size_bytes is None
            else page_of_size(seed, index, content.size_bytes)
            for index in range(content.count)
        ]
    except ValueError as error:
        raise ContentError(str(error)) from error
    return PageSet(
        tuple(Page(str(index), body, "text/html; charset=utf-8") for index, body in enumerate(bodies))
    )


class _File(NamedTuple):
    name: str
    path: Path
    """Where it really is: no part of it is a link."""


class _LeftOut:
    """What of a folder is not served."""

    def __init__(self) -> None:
        self._names: dict[str, list[str]] = {}

    def add(self, name: str, reason: str) -> None:
        self._names.setdefault(reason, []).append(printable(name))

    @property
    def count(self) -> int:
        return sum(map(len, self._names.values()))

    def sentences(self) -> tuple[str, ...]:
        """Say it once for each reason: `a.css, b.png, c.js and 9 more: no page, by its name`."""
        return tuple(sorted(f"{listed(names)}: {reason}" for reason, names in self._names.items()))


def _folder(folder: Path) -> PageSet:
    root = _root(folder)
    left_out = _LeftOut()
    pages: list[Page] = []
    room = LARGEST_CONTENT_BYTES
    for file, kind in _typed(sorted(_files(root, root, left_out)), left_out):
        try:
            page = _page(file, kind)
        except OSError as error:
            left_out.add(file.name, error.strerror or str(error))
            continue
        except NoPageError as error:
            left_out.add(file.name, str(error))
            continue
        room -= len(page.body)
        if room < 0:
            raise ContentError(
                f"{folder}: its pages are more than the {format_size(LARGEST_CONTENT_BYTES)} "
                "a server keeps in memory; serve a smaller folder"
            )
        pages.append(page)
    problems = left_out.sentences()
    if not pages:
        found = "".join(f"; {problem}" for problem in problems[:_MOST_NAMED])
        raise ContentError(f"{folder}: no page in it{found}; save some there or name another folder")
    return PageSet(tuple(pages), problems, left_out.count)


def _typed(files: list[_File], left_out: _LeftOut) -> list[tuple[_File, str]]:
    """Give each file that is a page with its media type."""
    typed = []
    for file in files:
        try:
            beginning = read_regular(file.path, BEGINNING_BYTES)
            if file.name == MANIFEST and SCHEMA.encode() in beginning:
                raise NoPageError(_RECORDING)  # noqa: TRY301 (all that is no page is left out alike)
            typed.append((file, media_type(file.name, beginning)))
        except OSError as error:
            left_out.add(file.name, error.strerror or str(error))
        except NoPageError as error:
            left_out.add(file.name, str(error))
    if not any(kind in HTML for _, kind in typed):
        return typed
    for file, kind in typed:
        if is_part(file.name, kind):
            left_out.add(file.name, _PART)
    return [(file, kind) for file, kind in typed if not is_part(file.name, kind)]


_RECORDING: Final = "says how pages were recorded; content: {kind: recorded} serves them so"
_PART: Final = "no page beside HTML, by its type; put it into a folder of its own to have it served"


def _page(file: _File, kind: str) -> Page:
    """Read a page; OSError and NoPageError say why that cannot be done."""
    if file.path.stat().st_size > LARGEST_CONTENT_BYTES:
        raise NoPageError(f"larger than the {format_size(LARGEST_CONTENT_BYTES)} a server keeps in memory")
    body = read_regular(file.path)
    # JSON is UTF-8 by definition (RFC 8259), so its media type has no charset.
    text = kind in HTML or kind.startswith("text/")
    return Page(file.name, body, f"{kind}; charset={encoding(body)}" if text else kind)


def _root(folder: Path) -> Path:
    try:
        root = folder.resolve(strict=True)
        if not root.is_dir():
            raise ContentError(f"{folder}: not a folder; name the folder that holds the pages")
        with os.scandir(root):
            return root
    except FileNotFoundError as error:
        raise ContentError(f"{folder}: no such folder; save the pages there or correct the path") from error
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle, before Python 3.13
        reason = getattr(error, "strerror", None) or error
        raise ContentError(
            f"{folder}: cannot be read ({reason}); change its permissions or the path"
        ) from error


def _files(root: Path, folder: Path, left_out: _LeftOut) -> Iterator[_File]:
    """List the files below `folder`, a real folder at or below `root`, and note what is left out."""
    try:
        with os.scandir(folder) as listing:
            entries = list(listing)
    except OSError as error:
        left_out.add(f"{folder.relative_to(root).as_posix()}/", error.strerror or str(error))
        return
    for entry in entries:
        name = Path(entry.path).relative_to(root).as_posix()
        try:
            found = _file_or_folder(root, entry)
            within = found.is_dir()
        except OSError as error:
            left_out.add(name, error.strerror or str(error))
        except NoPageError as reason:
            left_out.add(name, str(reason))
        else:
            if within:
                yield from _files(root, found, left_out)
            else:
                yield _File(name, found)


def _file_or_folder(root: Path, entry: os.DirEntry[str]) -> Path:
    """Return where an entry really is, a file or a folder; NoPageError says why it is not served."""
    path = Path(entry.path)
    if entry.name.startswith("."):
        # What programs keep for themselves, as .git or .docker/config.json, is nobody's saved page.
        raise NoPageError("hidden, as its name begins with a dot; rename it to have it served")
    if entry.is_symlink():
        return _linked_page(root, path)
    if not entry.is_dir(follow_symlinks=False) and not entry.is_file(follow_symlinks=False):
        raise NoPageError("not a file")
    return path


def _linked_page(root: Path, link: Path) -> Path:
    try:
        target = link.resolve(strict=True)
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle, before Python 3.13
        raise NoPageError("a link that leads nowhere; correct or remove it") from error
    if not target.is_relative_to(root):
        raise NoPageError("a link that leads out of the folder; copy what it points to")
    if any(part.startswith(".") for part in target.relative_to(root).parts):
        raise NoPageError("a link to what is hidden; copy what it points to")
    if target.is_dir():
        # Not followed: links to folders can form circles, and what is inside is listed anyway.
        raise NoPageError("a link to a folder; its pages are served under their own paths")
    if not target.is_file():
        raise NoPageError("a link to something that is not a file")
    return target
