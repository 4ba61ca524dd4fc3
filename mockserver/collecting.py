"""Garbage collection in a worker that thousands are connected to.

Python's collector looks at all that lives whenever a quarter as much has become old. What 15,000 connections and their
requests are made of is half a million objects and more, which takes some tenths of a second in which nobody is
answered, every few seconds. So before such a window all is collected once, what lives is set aside, and in the window
only what is young is looked at, until the crowd has gone. A worker with few connections is left as it is.
"""

import gc

CROWD = 1_000
"""Connections from which on this is worth it."""
_NEVER = 1_000_000_000


class Collecting:
    """How the collector of this process is set."""

    def __init__(self) -> None:
        self._usual = gc.get_threshold()
        self._set = False

    def settle(self, connections: int) -> None:
        """Set it for a window that so many connections are open in; between two windows."""
        if connections < CROWD:
            self.undo()
            return
        self._set_aside()
        young, middle, _ = self._usual
        gc.set_threshold(young, middle, _NEVER)
        self._set = True

    def undo(self) -> None:
        """Set it as usual again: a crowd that there was has gone."""
        if self._set:
            self._set_aside()
            gc.set_threshold(*self._usual)
            self._set = False

    def _set_aside(self) -> None:
        # What was set aside for an earlier window may be garbage by now.
        gc.unfreeze()
        gc.collect()
        gc.freeze()
