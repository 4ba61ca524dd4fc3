"""Workers that start together, do each step together, are parked in between and end together: a thread for each."""

from __future__ import absolute_import, division, unicode_literals

import sys
import threading

from .failure import Failure, raised

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any


class _Order(object):
    """What all members are told next; they wait for it parked."""

    def __init__(self):
        # type: () -> None
        self.given = threading.Event()
        self.method = None  # type: str | None
        self.arguments = ()  # type: tuple[Any, ...]
        self.following = None  # type: Any


class Alone(object):
    """A team of one member, which does everything in the thread that calls: the main one, where that does."""

    def __init__(self, what, opener):
        # type: (str, Callable[[], Any]) -> None
        """Make a team, not yet started; arguments as of `ThreadTeam`."""
        self._what, self._opener = what, opener
        self._member = None  # type: Any

    def start(self):
        # type: () -> list[Any]
        """Open the member; return what its `start` did. Raises Failure."""
        try:
            self._member = self._opener()
            return [self._member.start()]
        except:  # noqa: E722 - on the JVM it may be one of Java's
            raise broken(self._what)

    def tell(self, method, *arguments):
        # type: (str, Any) -> None
        """Let the member do this. Raises Failure."""
        try:
            getattr(self._member, method)(*arguments)
        except:  # noqa: E722 - as above
            raise broken(self._what)

    def release(self):
        # type: () -> None
        """Let the member end."""
        member, self._member = self._member, None
        if member is not None:
            member.release()


def team(what, openers, names, daemon):
    # type: (str, Sequence[Callable[[], Any]], Sequence[str], bool) -> Alone | ThreadTeam
    """Return a team; arguments as of `ThreadTeam`. One that works alone needs no thread beside the one that waits."""
    if len(openers) == 1:
        return Alone(what, openers[0])
    return ThreadTeam(what, openers, names, daemon)


class ThreadTeam(object):
    """A thread for each member: an object that is opened in it, and starts, does what it is told and ends there."""

    def __init__(self, what, openers, names, daemon):
        # type: (str, Sequence[Callable[[], Any]], Sequence[str], bool) -> None
        """Make a team, not yet started.

        Args:
            what: What a member is, for a person.
            openers: Each returns a member. It has `start()`, `release()`, safe at any time, and what it can be told.
            names: Of the threads, as native strings.
            daemon: Whether the threads may end with their interpreter, from the midst of what they do.
        """
        self._what, self._openers, self._names, self._daemon = what, openers, names, daemon
        self._threads = []  # type: list[threading.Thread]
        self._started = [None] * len(openers)  # type: list[Any]
        self._failures = []  # type: list[Failure]
        self._lock = threading.Lock()
        self._pending = 0
        self._settled = threading.Event()
        self._order = _Order()

    def start(self):
        # type: () -> list[Any]
        """Start the threads; return what `start` of each member did, in their order. Raises Failure."""
        self._pending = len(self._openers)
        for index, name in enumerate(self._names):
            thread = threading.Thread(target=self._live, args=(index, self._order), name=name)
            thread.daemon = self._daemon
            self._threads.append(thread)
            thread.start()
        self._settle()
        return self._started

    def tell(self, method, *arguments):
        # type: (str, Any) -> None
        """Let all members do this with these arguments and wait until each is parked again. Raises Failure."""
        self._pending = len(self._openers)
        self._settled.clear()
        self._give(method, arguments)
        self._settle()

    def release(self):
        # type: () -> None
        """Let the threads end and wait until they have."""
        self._give(None, ())
        for thread in self._threads:
            thread.join()

    def _give(self, method, arguments):
        # type: (str | None, tuple[Any, ...]) -> None
        order = self._order
        order.method, order.arguments = method, arguments
        order.following = self._order = _Order()
        order.given.set()

    def _live(self, index, order):
        # type: (int, _Order) -> None
        member = None
        try:
            member = self._openers[index]()
            self._started[index] = member.start()
            self._arrive()
            order.given.wait()
            while order.method is not None:
                getattr(member, order.method)(*order.arguments)
                self._arrive()
                order = order.following
                order.given.wait()
        except:  # noqa: E722 - carried to the main thread; on the JVM it may be one of Java's
            self._arrive(broken(self._what))
        finally:
            if member is not None:
                member.release()

    def _arrive(self, failure=None):
        # type: (Failure | None) -> None
        with self._lock:
            if failure is not None:
                self._failures.append(failure)
            self._pending -= 1
            if self._pending == 0 or failure is not None:
                self._settled.set()

    def _settle(self):
        # type: () -> None
        self._settled.wait()
        if self._failures:
            raise self._failures[0]


def broken(what):
    # type: (str) -> Failure
    """Return the exception that is being handled as a failure of a member; a failure is one already."""
    error = sys.exc_info()[1]
    if isinstance(error, Failure):
        return error
    return Failure("failed", "a %s broke: %s" % (what, raised()[1]))
