"""CPUs kept for one measurement at a time, whoever asks for them: a lock on a file for each."""

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from simulator.runner.stop import Stop

LOOKS_EVERY_S = 0.5


@contextlib.contextmanager
def reserved(
    cpus: Iterable[int], folder: Path, stop: Stop, waiting: Callable[[], None] = lambda: None
) -> Iterator[None]:
    """Hold these CPUs; whoever wants one of them waits. The kernel lets go of them when this process is gone.

    Args:
        cpus: their numbers; where a system has none, all processes share one.
        folder: of the locks, one for each user of the machine.
        stop: gives up waiting.
        waiting: called once, where one is not free.

    Raises:
        OSError: there can be no locks.
        Stopped: nobody wants it any more.
    """
    told = False
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as held:
        # In one order, so that no two wait for each other.
        for cpu in sorted(cpus) or [0]:
            descriptor = os.open(folder / f"cpu-{cpu}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            held.callback(os.close, descriptor)
            while not _locked(descriptor):
                if not told:
                    told = True
                    waiting()
                stop.wait(LOOKS_EVERY_S)
        yield


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
