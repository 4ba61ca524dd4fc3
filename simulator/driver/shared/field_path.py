# -*- coding: utf-8 -*-
"""How a place in a record, and what stands there, is shown to a person."""

from __future__ import absolute_import, division, unicode_literals

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_SHOWN_CHARACTERS = 80
_NAME = re.compile(r"[^\W\d]\w*\Z", re.UNICODE)


def step_to(key):
    # type: (str) -> str
    """Write one step of a path: `.price`, or `["unit price"]` for what is no name."""
    return ".%s" % key if _NAME.match(key) else "[%r]" % (key,)


def path_of(steps):
    # type: (Iterable[str]) -> str
    """Join steps from the outside in: `products[3].price`; `record` for the record itself."""
    path = "".join(steps)
    return path[path.startswith(".") :] or "record"


def shortened(text, start=0):
    # type: (str, int) -> str
    """Cut `text` to 80 characters, from about `start` on."""
    if len(text) <= _SHOWN_CHARACTERS:
        return text
    # Some of what stands before is shown too, and all of it where that is short.
    start = max(min(start - 20, len(text) - _SHOWN_CHARACTERS), 0)
    cut = text[start : start + _SHOWN_CHARACTERS]
    return ("…" if start else "") + cut + ("…" if start + _SHOWN_CHARACTERS < len(text) else "")
