"""How the name of a file is written, whatever it holds: in a URL, and in a sentence.

A file system holds bytes. Python gives those that are no UTF-8 as lone surrogates, which nothing can print.
"""

import os
from urllib.parse import quote_from_bytes


def as_target(path: bytes) -> str:
    """Write a path for a request: percent-encoded, and so safe in a shell too."""
    return quote_from_bytes(path, safe="/")


def printable(name: str) -> str:
    """Write a name for a person: what cannot be seen or printed comes as an escape."""
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii") for letter in text
    )
