"""The functions of docs/parsers.md that the standard library has, one call each.

Loaded by the worker in every Python that the table has.
"""

import base64
import bz2
import csv
import functools
import hashlib
import html.parser
import io
import json
import lzma
import pickle
import random
import re
import sqlite3
import threading
import time
import zlib
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

MEGABYTE = 1 << 20
NAP_S = 0.005


@functools.cache
def _records() -> list[dict[str, Any]]:
    return [{"id": n, "name": f"item {n}", "price": n / 7, "tags": ["a", "b", str(n)]} for n in range(2_000)]


@functools.cache
def _pickle() -> bytes:
    return pickle.dumps(_records())


@functools.cache
def _csv() -> str:
    return "".join(f'{n},"item {n}",{n / 7}\n' for n in range(10_000))


@functools.cache
def _xml() -> bytes:
    return b"<all>" + b"".join(b'<item id="%d"><name>x</name></item>' % n for n in range(5_000)) + b"</all>"


@functools.cache
def _megabyte() -> bytes:
    draw = random.Random(7)  # noqa: S311 - content, not a secret
    return b"".join(b"%08x some words " % draw.getrandbits(24) for _ in range(MEGABYTE // 20))


@functools.cache
def _packed(compress: Callable[[bytes], bytes]) -> bytes:
    return compress(_megabyte())


@functools.cache
def _numbers() -> list[float]:
    draw = random.Random(7)  # noqa: S311 - content, not a secret
    return [draw.random() for _ in range(100_000)]


class _Thread(threading.local):
    def __init__(self) -> None:
        self.database: Any = None


_own = _Thread()


def html_parser(page: bytes) -> None:
    """Feed a page to html.parser."""
    parser = html.parser.HTMLParser()
    parser.feed(page.decode())
    parser.close()


def json_loads(page: bytes) -> None:
    """Read JSON."""
    json.loads(page)


def csv_reader(_page: bytes) -> None:
    """Read CSV."""
    for _ in csv.reader(io.StringIO(_csv())):
        pass


def re_search(_page: bytes) -> None:
    """Search a megabyte for what it does not hold."""
    re.search(rb"[a-z]+ [a-z]+ [A-Z]", _megabyte())


def pickle_loads(_page: bytes) -> None:
    """Unpickle records."""
    pickle.loads(_pickle())  # noqa: S301 - made above


def xml_etree(_page: bytes) -> None:
    """Build ElementTree's tree."""
    ET.fromstring(_xml())  # noqa: S314 - made above


def sha256(_page: bytes) -> None:
    """Hash a megabyte."""
    hashlib.sha256(_megabyte())


def zlib_compress(_page: bytes) -> None:
    """Compress a megabyte."""
    zlib.compress(_megabyte())


def zlib_decompress(_page: bytes) -> None:
    """Decompress to a megabyte."""
    zlib.decompress(_packed(zlib.compress))


def bz2_compress(_page: bytes) -> None:
    """Compress a megabyte."""
    bz2.compress(_megabyte())


def lzma_decompress(_page: bytes) -> None:
    """Decompress to a megabyte."""
    lzma.decompress(_packed(lzma.compress))


def base64_encode(_page: bytes) -> None:
    """Encode a megabyte."""
    base64.b64encode(_megabyte())


def sqlite3_select(_page: bytes) -> None:
    """Sum over a table in memory, on a connection of this thread's own."""
    if _own.database is None:
        _own.database = sqlite3.connect(":memory:")
        _own.database.execute("create table numbers (value real)")
        _own.database.executemany("insert into numbers values (?)", [(value,) for value in _numbers()])
    _own.database.execute("select sum(value * value) from numbers").fetchone()


def time_sleep(_page: bytes) -> None:
    """Sleep."""
    time.sleep(NAP_S)


def list_sort(_page: bytes) -> None:
    """Sort a list of floats."""
    sorted(_numbers())
