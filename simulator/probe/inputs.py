"""The pages that the target gets: files, all files of a folder, or generated ones."""

import json
from collections.abc import Sequence
from pathlib import Path

from mockserver.catalogue import page_of_items

ITEMS = 40
MOST_FILES = 1000


class InputError(ValueError):
    """An input cannot be used; one sentence that names it and says what to do."""


def find_pages(inputs: Sequence[Path]) -> tuple[Path, ...]:
    """List the files, those of folders in the order of their names, hidden ones left out. Raises InputError."""
    pages: list[Path] = []
    for given in inputs:
        if given.is_dir():
            below = sorted(
                path for path in given.rglob("*") if path.is_file() and not path.name.startswith(".")
            )
            if not below:
                raise InputError(
                    f"--pages-from {given}: the folder has no files; give a page, or a folder of pages"
                )
            pages += below
        elif given.is_file():
            pages.append(given)
        else:
            raise InputError(f"--pages-from {given} does not exist; give a page, or a folder of pages")
    for page in pages:
        try:
            with page.open("rb"):
                pass
        except OSError as error:
            raise InputError(
                f"--pages-from {page} cannot be read: {error.strerror}; choose another page"
            ) from error
    if len(pages) > MOST_FILES:
        raise InputError(
            f"--pages-from: {len(pages)} files are too many; give {MOST_FILES} at most, they are all read"
        )
    return tuple(page.resolve() for page in pages)


def generate_page(folder: Path, parser: str) -> Path:
    """Write a page of the mock server's catalogue, or, for the `json` parser, a document of the same size."""
    page = page_of_items(0, 0, ITEMS)
    if parser != "json":
        path = folder / "page.html"
        path.write_bytes(page)
        return path
    path = folder / "page.json"
    path.write_text(json.dumps({"products": json_products(page)}), encoding="utf-8")
    return path


def json_products(page: bytes) -> list[dict[str, object]]:
    """Return the lines of a page as records."""
    lines = page.decode().splitlines()
    return [{"id": number, "text": line, "words": line.split()} for number, line in enumerate(lines)]
