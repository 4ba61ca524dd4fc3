"""The files that pages are made of, and what names them in a page's security policy."""

import base64
import hashlib
from functools import cache
from importlib.resources import files

ECHARTS = "vendor/echarts-6.1.0"


@cache
def asset(name: str) -> str:
    """Return the text of a file beside this module."""
    # Bytes, as a reader with universal newlines would change what the hash is of.
    return files("simulator.report.html").joinpath(name).read_bytes().decode()


def source_hash(script: str) -> str:
    """Return what a Content-Security-Policy calls a script by its text."""
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
