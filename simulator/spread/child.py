"""A unit that is measured in a process of its own, and what it has told so far."""

import asyncio
import contextlib
import os
import selectors
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from threading import Thread
from typing import IO

LEASE_S = 60.0
"""A unit that nobody has asked after for so long is stopped: who gave the order is gone."""
PATIENCE_S = 30.0
"""For a unit to end that was asked to: its drivers are sent away within some seconds."""
LAST_WORDS_BYTES = 2_000
PIECE_BYTES = 1 << 20


class Child:
    """Starts the unit of an order; made in a running event loop, whose coroutines ask for its news.

    A process of its own: what watches over a worker, and what talks to it, takes no part in what is measured.

    Args:
        order: as text, one line.
        folder: its current one; where it is not there, that for temporary files.
        lease_s: see LEASE_S.
    """

    def __init__(self, order: str, folder: str, *, lease_s: float = LEASE_S) -> None:
        self._lease_s = lease_s
        self._asked_at_s = time.monotonic()
        self._lines: list[str] = []
        self._forgotten = 0
        self._ended = False
        self._words = ""
        self._loop = asyncio.get_running_loop()
        self._changed = asyncio.Event()
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the process has ended
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "simulator.spread"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            cwd=folder if Path(folder).is_dir() else tempfile.gettempdir(),
            start_new_session=True,  # Ctrl-C is for the worker, whose end it sees
        )
        Thread(target=self._listen, args=(order.encode("ascii") + b"\n",), daemon=True).start()

    async def news(self, seen: int, patience_s: float) -> tuple[list[str], bool, str]:
        """Return the lines after those that were seen, whether no more come, and then what it said as errors.

        Args:
            seen: lines that are not asked for again.
            patience_s: how long to wait where there are none yet.
        """
        self._asked_at_s = time.monotonic()
        del self._lines[: max(0, seen - self._forgotten)]
        self._forgotten = max(self._forgotten, seen)
        self._changed.clear()
        if not self._lines and not self._ended:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), patience_s)
        self._asked_at_s = time.monotonic()
        return list(self._lines), self._ended, self._words

    def end(self) -> None:
        """Ask it to stop; what it has to say until then is still told."""
        stdin = self._process.stdin
        if stdin is not None:
            with contextlib.suppress(OSError):
                stdin.close()

    def _listen(self, order: bytes) -> None:
        stdin = self._process.stdin
        if stdin is not None:
            with contextlib.suppress(OSError, ValueError):  # it is gone already, or is to end
                stdin.write(order)
                stdin.flush()
        self._hear()
        try:
            self._process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self.end()
        if self._process.returncode:
            self._errors.seek(max(0, self._errors.seek(0, os.SEEK_END) - LAST_WORDS_BYTES))
            said = self._errors.read().decode(errors="replace").strip().rpartition("\n")[2]
            self._words = said or f"it ended with exit code {self._process.returncode}"
        self._errors.close()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._ended = True
        self._tell()

    def _hear(self) -> None:
        """Take its lines until it closes its end; stop it when nobody asks any more, and end it if it does not stop."""
        stdout = self._process.stdout
        asked_to_end_s: float | None = None
        rest = b""
        with selectors.DefaultSelector() as selector:
            if stdout is None:
                return
            selector.register(stdout, selectors.EVENT_READ)
            while True:
                left_s = self._asked_at_s + self._lease_s - time.monotonic()
                if left_s <= 0:
                    if asked_to_end_s is None:
                        asked_to_end_s = time.monotonic()
                        self.end()
                    elif time.monotonic() - asked_to_end_s > PATIENCE_S:
                        return
                    left_s = 1.0
                if not selector.select(left_s):
                    continue
                piece = os.read(stdout.fileno(), PIECE_BYTES)
                if not piece:
                    return
                *lines, rest = (rest + piece).split(b"\n")
                if lines:
                    self._lines += [line.decode("ascii") for line in lines]
                    self._tell()

    def _tell(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is gone, and so is who asked
            self._loop.call_soon_threadsafe(self._changed.set)
