"""One browser for all tests that look at the lab."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from benchmarks.browser import NoBrowserError, chromium


@pytest.fixture(scope="module")
def browser() -> Iterator["object"]:
    """Return a browser that is installed here; nothing is downloaded."""
    with ExitStack() as stack:
        try:
            started = stack.enter_context(chromium())
        except NoBrowserError as error:
            pytest.skip(str(error))
        yield started
