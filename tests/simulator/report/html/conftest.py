"""One browser for all tests that look at a page."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from benchmarks.browser import NoBrowserError, chromium


@pytest.fixture(scope="module")
def browser() -> Iterator["object"]:
    """Return a browser that is installed here; nothing is downloaded.

    Not for longer than needed: while it is driven, no other event loop can run in this thread.
    """
    with ExitStack() as stack:
        try:
            started = stack.enter_context(chromium())
        except NoBrowserError as error:
            pytest.skip(str(error))
        yield started
