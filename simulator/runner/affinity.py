"""Binds threads of running processes to CPUs, and puts back what was there before."""

import contextlib
import os
from collections.abc import Iterator, Sequence

from simulator.runner.family import READABLE


class BindingError(Exception):
    """These processes cannot be bound; the text says why and what to do."""


class Binding:
    """The CPUs on which every thread of some processes may run.

    Threads that start later inherit the set of the one that started them.

    Args:
        pids: the processes; none where they cannot be seen from here.
        what: what messages call them.
    """

    def __init__(self, pids: Sequence[int], what: str) -> None:
        self._pids = tuple(pids)
        self._what = what
        self._bound = False
        self._before: dict[int, frozenset[int]] = {}
        """By thread id: where it could run before the first bind."""

    def bind(self, cpus: Sequence[int] | None) -> None:
        """Let them run on these CPUs only; null puts back what was before the first bind.

        Raises:
            BindingError: it is not possible; what was before has been put back.
        """
        if cpus is None:
            self.restore()
            return
        if not hasattr(os, "sched_setaffinity") or not READABLE:
            raise BindingError(f"this system does not bind {self._what} to CPUs; remove affinity.server")
        if not self._pids:
            raise BindingError(
                f"the processes of {self._what} cannot be seen from here, so they cannot be bound to CPUs; remove"
                " affinity.server, or run without --server"
            )
        wanted = frozenset(cpus)
        try:
            if not self._bound:
                # All are asked before one is bound: a thread that starts from then on may inherit a bound set.
                self._before = self._now()
                self._bound = True
            for thread in self._each_thread():
                _bind_thread(thread, wanted)
        except OSError as error:
            self.restore()
            shown = ", ".join(map(str, sorted(wanted)))
            raise BindingError(
                f"{self._what} cannot be bound to CPU {shown}: {error.strerror or error}; choose other CPUs, remove"
                " affinity.server, or use a server that this user has started"
            ) from error

    def restore(self) -> None:
        """Put back what was before the first bind; does nothing if there was none."""
        if not self._bound:
            return
        for thread, pid in list(self._threads()):
            # A thread that was started meanwhile goes where its process was.
            before = self._before.get(thread, self._before.get(pid))
            if before is not None:
                with contextlib.suppress(OSError):  # it has ended, or may no longer be told where to run
                    os.sched_setaffinity(thread, before)
        self._before.clear()
        self._bound = False

    def cpus(self) -> list[int] | None:
        """Return where the processes may run now, null where that cannot be seen."""
        found: set[int] = set()
        if not hasattr(os, "sched_getaffinity"):
            return None
        try:
            for pid in self._pids:
                found |= os.sched_getaffinity(pid)
        except OSError:  # one of them has ended
            return None
        return sorted(found) or None

    def _now(self) -> dict[int, frozenset[int]]:
        found = {}
        for thread, _ in self._threads():
            with contextlib.suppress(ProcessLookupError):  # it has ended
                found[thread] = frozenset(os.sched_getaffinity(thread))
        return found

    def _each_thread(self) -> Iterator[int]:
        """List every thread, also those that start while the others are bound."""
        seen: set[int] = set()
        while fresh := [thread for thread, _ in self._threads() if thread not in seen]:
            seen.update(fresh)
            yield from fresh

    def _threads(self) -> Iterator[tuple[int, int]]:
        """List (thread id, process id)."""
        for pid in self._pids:
            with contextlib.suppress(OSError):  # the process has ended
                for name in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208 - names, not paths
                    yield int(name), pid


def _bind_thread(thread: int, wanted: frozenset[int]) -> None:
    try:
        os.sched_setaffinity(thread, wanted)
        now = os.sched_getaffinity(thread)
    except ProcessLookupError:
        return  # it has ended; a server that is gone is noticed when it is asked
    if now != wanted:  # the kernel leaves out in silence what is not allowed
        raise OSError(0, f"only {', '.join(map(str, sorted(now)))} of these may be used")
