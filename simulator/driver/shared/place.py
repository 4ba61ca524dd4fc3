"""What an exception means that says where a parser runs: outside of a main thread, or inside an event loop."""

from __future__ import absolute_import, division, unicode_literals

import sys
import threading

THREAD = (
    "main thread",
    "same thread",
    "different thread",
    "other thread",
    "another thread",
    "loop in thread",
)
"""What is said, among other words, by what must run in a main thread, or in the one in which it was made."""
LOOP = ("event loop", "asyncio", "loop is running")
"""What is said by what runs a loop of its own."""


ONLY_IN_MAIN = "the parser works only in a main thread: "
OWN_LOOP = "the parser %s, which cannot run inside the event loop of asyncio strategies: "
CALLS, RUNS = "calls asyncio.run", "runs an event loop of its own"


def is_explained(words):
    # type: (str) -> bool
    """Whether these are words that `explained` has found something to say to."""
    return words.startswith((ONLY_IN_MAIN, OWN_LOOP % CALLS, OWN_LOOP % RUNS))


def explained(words):
    # type: (str) -> str
    """Return the words of an exception, raised by a parser in this thread, with what the place has to do with it."""
    lower = words.lower()
    if not in_main_thread() and any(said in lower for said in THREAD):
        return "%s%s; threads (and subinterpreters) run it elsewhere" % (ONLY_IN_MAIN, words)
    if in_event_loop() and any(said in lower for said in LOOP):
        return OWN_LOOP % (CALLS if "asyncio.run" in lower else RUNS) + words
    return words


def in_main_thread():
    # type: () -> bool
    """Whether this is the thread that Python takes for the main one; Python 2 has no call for it."""
    return type(threading.current_thread()).__name__ == "_MainThread"


def in_event_loop():
    # type: () -> bool
    """Whether an event loop runs in this thread."""
    asyncio = sys.modules.get("asyncio")
    current = getattr(asyncio, "_get_running_loop", None)
    return current is not None and current() is not None
