"""What a run has left behind, however it ended: processes, files, a database. For `benchmarks.campaign`."""

import os
import secrets
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

PROC = Path("/proc")
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - looked into, not written to
MARK = "CAMPAIGN_MARK"
PATIENCE_S = 20.0
"""So long a process may take to end after its reason to live has gone; a slow machine is no fault."""
LONGEST_S = 120.0
_TOLD = 400
_LOOKS = 20
_OF_MULTIPROCESSING = ("sem.mp-", "psm_", "mp-")


_OURS = secrets.token_hex(8)
"""Marks all that this process starts, and all that that starts."""


@dataclass(frozen=True)
class World:
    """A folder in which runs live, with all that they start and write."""

    folder: Path
    mark: str = _OURS
    shared_before: frozenset[str] = field(default_factory=lambda: frozenset(_shared_memory()))

    @property
    def store(self) -> Path:
        """Where what is measured is kept."""
        return self.folder / "results.sqlite"

    @property
    def scratch(self) -> Path:
        """What the system calls its folder for temporary files."""
        return self.folder / "tmp"

    def start(
        self,
        *arguments: str,
        program: str = "simulator",
        file_limit: int | None = None,
        store: Path | None = None,
    ) -> "subprocess.Popen[str]":
        """Start a program.

        Args:
            arguments: of it.
            program: which module it is.
            file_limit: the most bytes that a file of it may have.
            store: another database.
        """
        self.scratch.mkdir(exist_ok=True)
        command = [sys.executable, "-m", program, *arguments]
        if file_limit is not None:
            limited = (
                "import os, resource as r, sys; n = int(sys.argv[1]); r.setrlimit(r.RLIMIT_FSIZE, (n, n));"
            )
            limited += "os.execv(sys.argv[2], sys.argv[2:])"
            command = [sys.executable, "-c", limited, str(file_limit), *command]
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env={
                **os.environ,
                MARK: self.mark,
                "TMPDIR": str(self.scratch),
                "SIMULATOR_STORE": str(store or self.store),
                "PYTHONPATH": os.pathsep.join(sys.path[:1]),
                "NO_COLOR": "1",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )

    def running(self) -> dict[int, str]:
        """Return the processes that a run of this world has started and that still run, with their command lines."""
        mark = f"{MARK}={self.mark}".encode()
        found = {}
        for path in PROC.glob("[0-9]*"):
            with suppress(OSError):
                if mark in (path / "environ").read_bytes().split(b"\0"):
                    line = (path / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                    found[int(path.name)] = line.strip()
        return found

    def end_all(self, patience_s: float = PATIENCE_S) -> list[str]:
        """Wait until nothing runs any more; return what had to be ended, by its command line."""
        deadline = time.monotonic() + patience_s
        while (left := self.running()) and time.monotonic() < deadline:
            time.sleep(0.05)
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return [f"still runs: {line[:_TOLD]}" for line in left.values()]

    def lying_about(self) -> list[str]:
        """Return what is in the folder for temporary files, and what is new in shared memory."""
        files = [f"lies about: {path.relative_to(self.scratch)}" for path in sorted(self.scratch.rglob("*"))]
        return [*files, *(f"lies in shared memory: {name}" for name in _ours(self.shared_before))]


def _shared_memory() -> Iterator[str]:
    with suppress(OSError):
        yield from (path.name for path in SHARED_MEMORY.iterdir())


def _ours(before: frozenset[str]) -> list[str]:
    """Return what multiprocessing has left there since and no process has any more, whoever's it was."""
    for _ in range(_LOOKS):
        new = {name for name in _shared_memory() if name.startswith(_OF_MULTIPROCESSING)} - before
        held = "".join(_mapped()) if new else ""
        left = {name for name in new if f"{SHARED_MEMORY}/{name}" not in held}
        if not left & set(_shared_memory()):
            return []
        time.sleep(0.2)  # another program may be about to take it up, or to remove it
    return sorted(left)


def _mapped() -> Iterator[str]:
    for path in PROC.glob("[0-9]*/maps"):
        with suppress(OSError):
            yield path.read_text("utf-8", "replace")


def damage(store: Path) -> Iterator[str]:
    """Say what is wrong with a database."""
    if not store.exists() or store.stat().st_size == 0:
        return
    with closing(sqlite3.connect(store, timeout=20)) as connection:
        for pragma, right in (("integrity_check", [("ok",)]), ("foreign_key_check", [])):
            if (told := connection.execute(f"PRAGMA {pragma}").fetchall()) != right:
                yield f"the database is damaged: {pragma}: {told[:3]}"


def kept(store: Path, run: str | None = None) -> list[tuple[str, int]]:
    """Return (cell, round) of each repetition of the last run, or of this one, that is in a database."""
    if not store.exists() or store.stat().st_size == 0:
        return []
    query = "SELECT cell, round FROM repetitions WHERE run = (SELECT max(seq) FROM runs)"
    if run is not None:
        query = "SELECT cell, round FROM repetitions WHERE run = (SELECT seq FROM runs WHERE id = ?)"
    with closing(sqlite3.connect(store, timeout=20)) as connection:
        try:
            return connection.execute(query, () if run is None else (run,)).fetchall()
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                return []  # it was killed before there were any
            raise


def ended(process: "subprocess.Popen[str]") -> tuple[int, str]:
    """Wait for a command; return its exit code and what it wrote to standard error."""
    try:
        _, errors = process.communicate(timeout=LONGEST_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return -1, f"it did not end within {LONGEST_S:.0f} s"
    return process.returncode, errors


def ended_badly(code: int, errors: str, allowed: Sequence[int]) -> Iterator[str]:
    """Say what is wrong with how a command ended."""
    if "Traceback" in errors:
        yield f"a traceback: …{errors[errors.index('Traceback') :][-_TOLD:]}"
    if code not in allowed:
        yield f"exit code {code}: {errors.strip()[-_TOLD:]}"
    elif code and not errors.strip():
        yield f"exit code {code}, and no word about it"


def tell(how_far: str) -> None:
    """Say on standard error how far it is."""
    sys.stderr.write(f"\r{how_far:40}\r")
    sys.stderr.flush()
