"""How a repetition ends that gives no numbers, and how an exception is shown to a person."""

from __future__ import absolute_import, division, unicode_literals

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


MOST_CHARACTERS = 200
"""Of what is kept of an exception's words: they may hold the whole page."""
MOST_OF_A_REASON = 1500
"""Of a sentence for a person, which may quote the words of somebody else."""
_MOST_OF_A_NAME = 80


class Failure(Exception):  # noqa: N818 - not an error of this program: what the job did
    """The job cannot run here (`unsupported`) or broke (`failed`); the text is for a person."""

    def __init__(self, status, reason):
        # type: (str, str) -> None
        if len(reason) > MOST_OF_A_REASON:  # what to do stands at the end
            reason = "%s ... %s" % (reason[: MOST_OF_A_REASON // 2], reason[-MOST_OF_A_REASON // 2 :])
        Exception.__init__(self, status, reason)
        self.status = status
        self.reason = reason


def raised():
    # type: () -> tuple[str, str]
    """Return (name of the type, words) of the exception that is being handled.

    On the JVM it may be one of Java's, which no `except Exception` catches.
    """
    kind, error, trace = sys.exc_info()
    return one_line(str(getattr(kind, "__name__", kind)), _MOST_OF_A_NAME), _words(kind, error, trace)


def describe(error):
    # type: (BaseException) -> str
    """Return the exception as the last line of its traceback, with the place it came from."""
    return _words(type(error), error, getattr(error, "__traceback__", None))


def one_line(text, most=MOST_CHARACTERS):
    # type: (str, int) -> str
    """Return the text on one line, with so many characters at most."""
    begin = " ".join(text[: 10 * most].split())  # a text of megabytes is not to be split into words
    return begin if len(begin) <= most and len(text) <= 10 * most else begin[: most - 4] + " ..."


def _words(kind, error, trace):
    # type: (Any, Any, Any) -> str
    import traceback  # noqa: PLC0415 - with all that it imports only where something was raised

    words = "".join(traceback.format_exception_only(kind, error)).strip()
    frames = traceback.extract_tb(trace)
    if not frames:
        return one_line(words)
    place = " (at %s:%s)" % (frames[-1][0], frames[-1][1])
    return one_line(words, max(MOST_CHARACTERS // 2, MOST_CHARACTERS - len(place))) + place
