"""A Chromium that is here already, looked at with Playwright; none is ever downloaded."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class NoBrowserError(RuntimeError):
    """There is no browser here, or nothing to drive it with; says what to do."""


@contextmanager
def chromium() -> Iterator[Any]:
    """Start a Chromium. Raises NoBrowserError."""
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 - what needs no browser runs without it
    except ImportError as error:
        raise NoBrowserError("Playwright is not installed; pip install playwright") from error
    path = find()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        try:
            yield browser
        finally:
            browser.close()


def find() -> str:
    """Return the path of the first browser on PATH. Raises NoBrowserError."""
    for name in NAMES:
        path = shutil.which(name)
        if path is not None:
            return path
    raise NoBrowserError(f"none of {', '.join(NAMES)} is on PATH; install one, as with apt install chromium")
