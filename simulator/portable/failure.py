"""How a repetition ends that gives no numbers, and how an exception is shown to a person."""

from __future__ import absolute_import, division, unicode_literals

import sys
import traceback


class Failure(Exception):  # noqa: N818 - not an error of this program: what the job did
    """The job cannot run here (`unsupported`) or broke (`failed`); the text is for a person."""

    def __init__(self, status, reason):
        Exception.__init__(self, status, reason)
        self.status = status
        self.reason = reason


def raised():
    """Return (name of the type, words) of the exception that is being handled.

    The words are the last line of its traceback, with the place that it came from. On the JVM it may be one of
    Java's, which no `except Exception` catches.
    """
    kind, error, trace = sys.exc_info()
    words = "".join(traceback.format_exception_only(kind, error)).strip()
    frames = traceback.extract_tb(trace)
    if frames:
        words += " (at %s:%s)" % (frames[-1][0], frames[-1][1])
    return str(getattr(kind, "__name__", kind)), words
