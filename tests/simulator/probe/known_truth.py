"""Functions of which it is known how much of their time they hold the GIL; loaded by the probe's worker."""

import bz2
import hashlib
import importlib
import json
import os
import pickle
import re
import threading
import time
import zlib

try:
    from lxml import etree
    from lxml import html as lxml_html
except ImportError:  # a Python for which there is no lxml
    etree = lxml_html = None

_BLOCK = bytes(range(256)) * 4096
_RECORDS = [{"id": n, "name": f"item {n}", "tags": ["a", "b"]} for n in range(2_000)]
_JSON = json.dumps(_RECORDS)
_PICKLE = pickle.dumps(_RECORDS)
_TURN_S = 0.004


_LONG_TEXT = b"a" * 600
_LONG_JSON = json.dumps([{"id": n, "text": "x" * 20} for n in range(100_000)])
_FLOATS = [(n * 7_919) % 1_000_003 / 7 for n in range(400_000)]


class _Own(threading.local):
    def __init__(self) -> None:
        self.parser = None if etree is None else etree.HTMLParser()


_own = _Own()


def json_loads() -> object:
    return json.loads(_JSON)


def re_search() -> object:
    return re.search(rb"\x01\x02[^\x00]+\x01\xff", _BLOCK)


def re_search_long() -> object:
    """A tenth of a second or more in one call of C that never lets go of the GIL."""
    return re.search(rb"(?:a|b)+(?:a|b)+c", _LONG_TEXT)


def json_loads_long() -> object:
    return json.loads(_LONG_JSON)


def sorts_long() -> object:
    return sorted(_FLOATS)


def pickle_loads() -> object:
    return pickle.loads(_PICKLE)  # noqa: S301 - made above


def sha256() -> object:
    return hashlib.sha256(_BLOCK).digest()


def sleep() -> None:
    time.sleep(0.005)


def bz2_compress() -> object:
    return bz2.compress(_BLOCK)


def zlib_compress() -> object:
    return zlib.compress(_BLOCK)


def lxml_shared(page: bytes) -> object:
    return lxml_html.fromstring(page)


def lxml_own(page: bytes) -> object:
    return etree.fromstring(page, _own.parser)


def _hold(loops: int) -> None:
    value = 1
    for _ in range(loops):
        value = (value * 1_664_525 + 1_013_904_223) & 0xFFFF_FFFF


def _cost_s(work: object, *arguments: object) -> float:
    """CPU time of one call, the least of many: what the machine does besides is not in it."""
    costs = []
    for _ in range(15):
        before = time.thread_time()
        work(*arguments)  # type: ignore[operator]
        costs.append(time.thread_time() - before)
    return min(costs)


_LOOPS_PER_S = 20_000 / _cost_s(_hold, 20_000)
_BLOCKS_PER_S = 1 / _cost_s(hashlib.sha256, _BLOCK)


def _alternate(share: float) -> None:
    """Hold it for a share of the time: so many loops, and for the rest so many bytes to hash."""
    _hold(int(_LOOPS_PER_S * _TURN_S * share))
    size = int(_BLOCKS_PER_S * _TURN_S * (1 - share) * len(_BLOCK))
    work = hashlib.sha256()
    while size > 0:
        work.update(memoryview(_BLOCK)[: min(size, len(_BLOCK))])
        size -= len(_BLOCK)


def holds_20() -> None:
    _alternate(0.2)


def holds_50() -> None:
    _alternate(0.5)


def holds_80() -> None:
    _alternate(0.8)


def fails() -> None:
    raise KeyError("no such field")


def measures(page: bytes) -> int:
    return len(page)


_calls = [0]


def dies() -> None:
    """Ends its process when it has been called for a while, in whichever phase that is."""
    time.sleep(0.01)
    _calls[0] += 1
    if _calls[0] > 15:
        print("goodbye", flush=True)  # noqa: T201 - its last words
        os._exit(7)


def imports_oldext_late(page: bytes) -> int:
    """Loads an extension that does not declare that it can do without the GIL, when it has been called for a while."""
    _calls[0] += 1
    if _calls[0] > 200:
        importlib.import_module("oldext")
    elif _calls[0] <= 20:
        time.sleep(0.01)
    return len(page)


def imports_oldext(page: bytes) -> int:
    importlib.import_module("oldext")
    return len(page)


def prints() -> None:
    print('{"event": "answer"}')  # noqa: T201 - what must not be mixed with answers


def two(page: bytes, other: bytes) -> None:
    raise AssertionError(page, other)
