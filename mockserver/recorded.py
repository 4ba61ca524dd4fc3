"""The bodies of a recording, as its manifest names them."""

from pathlib import Path

from mockserver.config import LARGEST_CONTENT_BYTES
from mockserver.manifest import MANIFEST, RecordedPage, read_manifest
from mockserver.page_set import ContentError, Page, PageSet
from mockserver.regular_file import read_regular
from mockserver.units import format_size


def load_recording(folder: Path) -> PageSet:
    """Read every page of a recording; those that share a file share its bytes.

    Raises:
        ContentError: The folder is no recording, or its manifest and its files do not belong together.
    """
    manifest = read_manifest(folder)
    try:
        root = folder.resolve(strict=True)
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle, before Python 3.13
        raise ContentError(f"{folder}: cannot be read ({error}); correct the path") from error
    bodies: dict[str, bytes] = {}
    room = LARGEST_CONTENT_BYTES
    pages = []
    for number, page in enumerate(manifest.pages):
        if page.file not in bodies:
            bodies[page.file] = _body(root, page, room, f"{folder / MANIFEST}: pages.{number}.file")
            room -= len(bodies[page.file])
        body = bodies[page.file]
        if len(body) != page.size_bytes:
            raise ContentError(
                f"{folder / MANIFEST}: pages.{number}: {page.file} has {len(body)} bytes, where size_bytes says"
                f" {page.size_bytes}; one of the two has been changed: import the recording anew, or correct it"
            )
        pages.append(Page(page.file, body, page.content_type, page.status))
    return PageSet(tuple(pages))


def _body(root: Path, page: RecordedPage, room: int, where: str) -> bytes:
    try:
        real = (root / page.file).resolve(strict=True)
        if not real.is_relative_to(root):
            raise ContentError(f"{where}: {page.file} is a link out of the folder; copy what it points to")
        body = read_regular(real, room + 1)
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ContentError(f"{where}: {page.file}: {reason}; import the recording anew") from error
    if len(body) > room:
        raise ContentError(
            f"{where}: the pages up to {page.file} are more than the {format_size(LARGEST_CONTENT_BYTES)} a server"
            " keeps in memory; import less of the recording"
        )
    return body
