"""Where the bodies come from: a generated catalogue, or a folder of saved pages.

Everything is read or built before the first request and kept in memory: a request costs no file access, and
no request can name a file that was not listed here.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, NamedTuple

from mockserver.catalogue import page_of_items, page_of_size
from mockserver.charset import encoding
from mockserver.config import LARGEST_CONTENT_BYTES, CatalogueContent, FolderContent
from mockserver.regular_file import read_regular
from mockserver.units import format_size

_MEDIA_TYPES: Final = {
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "application/xhtml+xml",
    ".json": "application/json",
}

# JSON is UTF-8 by definition (RFC 8259), so its media type has no charset.
_WITH_CHARSET: Final = frozenset({"text/html", "application/xhtml+xml"})


class ContentError(ValueError):
    """There is nothing to serve; one sentence that names the input and says what to do."""


@dataclass(frozen=True)
class Page:
    """One body."""

    name: str
    """Relative path below the folder, with `/`; or `"0"` to `"N-1"` in a catalogue."""
    body: bytes
    content_type: str
    """Value of the Content-Type header."""


@dataclass(frozen=True)
class PageSet:
    """All that a server has to serve."""

    pages: tuple[Page, ...]
    """At least one, in the order of the page ids."""
    problems: tuple[str, ...] = ()
    """What could not be read, and why; one sentence each."""

    @cached_property
    def by_name(self) -> dict[str, Page]:
        """The pages by their names."""
        return {page.name: page for page in self.pages}


def load_content(content: CatalogueContent | FolderContent, seed: int) -> PageSet:
    """Build or read every page.

    Args:
        content: Where they come from.
        seed: Fixes a catalogue; a folder is what it is.

    Raises:
        ContentError: There is no page, the folder cannot be read, or a catalogue's pages are too small.
    """
    if isinstance(content, FolderContent):
        return _folder(content.path)
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


def _folder(folder: Path) -> PageSet:
    root = _root(folder)
    problems: list[str] = []
    pages: list[Page] = []
    files = sorted(_files(root, root, problems))
    room = LARGEST_CONTENT_BYTES
    for file in files:
        try:
            body = read_regular(file.path)
        except OSError as error:
            problems.append(f"{file.name}: {error.strerror or error}")
            continue
        room -= len(body)
        if room < 0:
            raise ContentError(
                f"{folder}: its pages are more than the {format_size(LARGEST_CONTENT_BYTES)} "
                "a server keeps in memory; serve a smaller folder"
            )
        pages.append(Page(file.name, body, _content_type(file.name, body)))
    # Bytes of a file name that are no UTF-8 would make the sentence impossible to print.
    problems = sorted(problem.encode("utf-8", "backslashreplace").decode() for problem in problems)
    if not pages:
        if problems:
            raise ContentError(
                f"{folder}: none of its pages can be read: {_listing(problems)}; "
                "make them readable or name another folder"
            )
        suffixes = ", ".join(f"*{suffix}" for suffix in _MEDIA_TYPES)
        raise ContentError(f"{folder}: no page in it ({suffixes}); save some there or name another folder")
    return PageSet(tuple(pages), tuple(problems))


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


def _files(root: Path, folder: Path, problems: list[str]) -> Iterator[_File]:
    """List the pages below `folder`, a real folder at or below `root`, and note what is left out."""
    try:
        with os.scandir(folder) as listing:
            entries = list(listing)
    except OSError as error:
        problems.append(f"{folder.relative_to(root).as_posix()}/: {error.strerror or error}")
        return
    for entry in entries:
        name = Path(entry.path).relative_to(root).as_posix()
        try:
            found = _page_or_folder(root, entry)
        except OSError as error:
            problems.append(f"{name}: {error.strerror or error}")
        except _LeftOutError as reason:
            problems.append(f"{name}: {reason}")
        else:
            if found is None:
                continue
            if found.is_dir():
                yield from _files(root, found, problems)
            else:
                yield _File(name, found)


class _LeftOutError(Exception):
    """Why an entry of the folder is not served."""


def _page_or_folder(root: Path, entry: os.DirEntry[str]) -> Path | None:
    """Return where the page or folder `entry` really is; None for what is neither, as a style sheet."""
    path = Path(entry.path)
    is_page = path.suffix.lower() in _MEDIA_TYPES
    if entry.name.startswith("."):
        # What programs keep for themselves, as .git or .docker/config.json, is nobody's saved page.
        if is_page or path.is_dir():
            raise _LeftOutError("hidden, as its name begins with a dot; rename it to have it served")
        return None
    if entry.is_symlink():
        return _linked_page(root, path) if is_page or path.is_dir() else None
    if entry.is_dir(follow_symlinks=False):
        return path
    if not is_page:
        return None
    if not entry.is_file(follow_symlinks=False):
        raise _LeftOutError("not a file")
    if not path.relative_to(root).as_posix().isprintable():
        raise _LeftOutError("its path has characters that cannot stand in a URL; rename it")
    return path


def _linked_page(root: Path, link: Path) -> Path:
    try:
        target = link.resolve(strict=True)
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle, before Python 3.13
        raise _LeftOutError("a link that leads nowhere; correct or remove it") from error
    if not target.is_relative_to(root):
        raise _LeftOutError("a link that leads out of the folder; copy what it points to")
    if any(part.startswith(".") for part in target.relative_to(root).parts):
        raise _LeftOutError("a link to what is hidden; copy what it points to")
    if target.is_dir():
        # Not followed: links to folders can form circles, and what is inside is listed anyway.
        raise _LeftOutError("a link to a folder; its pages are served under their own paths")
    if not target.is_file():
        raise _LeftOutError("a link to something that is not a file")
    return target


def _listing(problems: list[str]) -> str:
    shown = problems[:3]
    more = len(problems) - len(shown)
    return "; ".join(shown) + (f"; and {more} more" if more else "")


def _content_type(name: str, body: bytes) -> str:
    media_type = _MEDIA_TYPES[Path(name).suffix.lower()]
    return f"{media_type}; charset={encoding(body)}" if media_type in _WITH_CHARSET else media_type
