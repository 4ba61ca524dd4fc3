"""Folders for what a driver needs and leaves: removed with it, or by the next run where this one was killed.

A file in each is locked as long as its owner lives, in whatever container: the kernel lets go of the lock however it
ends. So a folder whose file can be locked is nobody's.
"""

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PREFIX = "simulator-run-"
LOCK = "owner.lock"
LONGEST = 60
"""Characters of a path below which a Unix socket of multiprocessing, 34 more, has room: it takes 103 on macOS."""


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """Make a folder with a short path, and remove it and all that is in it at the end."""
    base = _base()
    _sweep_once(base)
    with contextlib.ExitStack() as stack:
        while True:
            made = tempfile.TemporaryDirectory(prefix=PREFIX, dir=base, ignore_cleanup_errors=True)
            folder = Path(stack.enter_context(made))
            try:
                stack.enter_context(_locked(folder / LOCK, os.O_CREAT))
                break
            except OSError:  # another run took it for nobody's before it was locked, and removes it
                if folder.exists() and not (folder / LOCK).exists():
                    raise
        yield folder


def _base() -> str:
    usual = tempfile.gettempdir()
    return usual if len(usual) + len(PREFIX) + 9 <= LONGEST or not os.access("/tmp", os.W_OK) else "/tmp"  # noqa: S108


@cache
def _sweep_once(base: str) -> None:
    sweep(Path(base))


def sweep(base: Path) -> None:
    """Remove the folders that this user's killed runs have left."""
    for folder in base.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):  # somebody else removes it, or owns it, or is at work in it
            told = folder.lstat()
            if told.st_uid != os.getuid() or folder.is_symlink():
                continue
            with _locked(folder / LOCK, 0):
                shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _locked(file: Path, flags: int) -> Iterator[None]:
    """Hold a file's lock. Raises OSError: there is no such file, or another holds it."""
    descriptor = os.open(file, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | flags, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)
