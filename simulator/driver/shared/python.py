"""Which Python this is, and what the versions call the same thing."""

from __future__ import absolute_import, division, unicode_literals

import json
import platform
import re
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PYTHON_2 = sys.version_info[0] == 2
IMPLEMENTATION = "IronPython" if sys.platform == "cli" else platform.python_implementation()
JYTHON = IMPLEMENTATION == "Jython"
IRONPYTHON = IMPLEMENTATION == "IronPython"

if sys.version_info[0] == 2:
    TEXT = unicode  # noqa: F821 - Python 2's
    INTEGERS = (int, long)  # noqa: F821 - Python 2's
    count_to = xrange  # noqa: F821 - Python 2's range builds a list
else:
    TEXT = str
    INTEGERS = (int,)
    count_to = range

if IRONPYTHON:
    # Its own escape of text takes characters of U+0080 to U+00FF for bytes of UTF-8.
    _encoded = json.JSONEncoder(ensure_ascii=False).encode

    def to_json(value):
        # type: (Any) -> str
        """Return JSON in ASCII."""
        return re.sub("[^ -~]", lambda found: "\\u%04x" % ord(found.group()), _encoded(value))

else:
    to_json = json.JSONEncoder(ensure_ascii=True).encode  # type: ignore[assignment]

AMBIGUOUS = isinstance(b"", str)
"""Whether a native string may be text or bytes: in Python 2, IronPython excepted."""


def native(text):
    # type: (Any) -> str
    """Return text as `str`, for the parts of Python 2's library that take nothing else."""
    if AMBIGUOUS and isinstance(text, TEXT):
        return text.encode("utf-8")  # type: ignore[return-value] # what bytes are called there
    return text  # type: ignore[no-any-return] # as it came


def gil_enabled():
    # type: () -> bool
    """Whether this interpreter has a GIL now."""
    if JYTHON or IRONPYTHON:
        return False
    ask = getattr(sys, "_is_gil_enabled", None)  # Python 3.13 and later
    return True if ask is None else bool(ask())
