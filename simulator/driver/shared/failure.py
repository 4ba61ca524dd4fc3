"""How a repetition ends that gives no numbers, and how an exception is shown to a person."""

from __future__ import absolute_import, division, unicode_literals

import sys
import traceback

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Failure(Exception):  # noqa: N818 - not an error of this program: what the job did
    """The job cannot run here (`unsupported`) or broke (`failed`); the text is for a person."""

    def __init__(self, status, reason):
        # type: (str, str) -> None
        Exception.__init__(self, status, reason)
        self.status = status
        self.reason = reason


def raised():
    # type: () -> tuple[str, str]
    """Return (name of the type, words) of the exception that is being handled.

    On the JVM it may be one of Java's, which no `except Exception` catches.
    """
    kind, error, trace = sys.exc_info()
    return str(getattr(kind, "__name__", kind)), _words(kind, error, trace)


def describe(error):
    # type: (BaseException) -> str
    """Return the exception as the last line of its traceback, with the place it came from."""
    return _words(type(error), error, getattr(error, "__traceback__", None))


def _words(kind, error, trace):
    # type: (Any, Any, Any) -> str
    words = "".join(traceback.format_exception_only(kind, error)).strip()
    frames = traceback.extract_tb(trace)
    return words if not frames else "%s (at %s:%s)" % (words, frames[-1][0], frames[-1][1])
