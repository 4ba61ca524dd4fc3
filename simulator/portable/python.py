"""Which Python this is, and what the versions call the same thing."""

from __future__ import absolute_import, division, unicode_literals

import platform
import sys

PYTHON_2 = sys.version_info[0] == 2
IMPLEMENTATION = platform.python_implementation()
if sys.platform == "cli":
    IMPLEMENTATION = "IronPython"
JYTHON = IMPLEMENTATION == "Jython"
IRONPYTHON = IMPLEMENTATION == "IronPython"

if PYTHON_2:
    TEXT = unicode  # noqa: F821 - Python 2's
    INTEGERS = (int, long)  # noqa: F821 - Python 2's
    count_to = xrange  # noqa: F821 - Python 2's range builds a list
else:
    TEXT = str
    INTEGERS = (int,)
    count_to = range

AMBIGUOUS = bytes is str
"""Whether a native string may be text or bytes: in Python 2, IronPython excepted."""


def native(text):
    """Return text as `str`, for the parts of Python 2's library that take nothing else."""
    return text.encode("utf-8") if AMBIGUOUS and isinstance(text, TEXT) else text


def gil_enabled():
    """Whether this interpreter has a GIL now."""
    if JYTHON or IRONPYTHON:
        return False
    probe = getattr(sys, "_is_gil_enabled", None)
    return True if probe is None else bool(probe())
