"""How child processes start, find out that their parent is gone, and what is said of how they ended."""

import json
import multiprocessing
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Iterable
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

from ..clients import library_of
from ..parsers import modules
from ..shared.failure import Failure
from ..spec import Spec


def cause_of_death(exit_code: "int | None") -> str:
    """Say how a process ended, from multiprocessing's or subprocess's exit code (negative: a signal)."""
    if exit_code is None:
        return "closed its pipe but still runs"
    if exit_code >= 0:
        return f"ended with exit code {exit_code}"
    try:
        name = signal.Signals(-exit_code).name
    except ValueError:
        name = f"signal {-exit_code}"
    return f"was killed by {name}"


PATHS_FOLDER = Path(__file__).resolve().parent.parent / "fork_server"
PATHS_MODULE = "simulator_driver_paths"
LOOK_S = 1.0
"""Between two looks at whether the driver lives, where the system does not tell."""
ON_A_LOOP = ("asyncio", "ctypes")
"""What a shard with an event loop imports, whatever its client."""


def prepared_context(spec: Spec, *, fetches: bool) -> Any:
    """Return the multiprocessing context of the strategy's start method, a fork server's imports chosen.

    Args:
        spec: the job.
        fetches: whether its processes do, or only parse.

    Raises:
        Failure: there is no such start method here.
    """
    context = context_of(spec.strategy.start_method)
    if context.get_start_method() == "forkserver":
        # What the job needs, and nothing else: it is the memory of each process.
        client = (library_of(spec.client).module,) if fetches else ()
        loop = ON_A_LOOP if fetches and spec.strategy.fetch == "asyncio" else ()
        context.set_forkserver_preload([PATHS_MODULE, *client, *loop, *modules(spec.parser)])
        start_fork_server()
    return context


def start_fork_server() -> None:
    """Start the fork server of this process with this one's module search path, so that it can preload all of it."""
    inherited = os.environ.get("PYTHONPATH")
    os.environ["SIMULATOR_DRIVER_PATHS"] = json.dumps({"path": sys.path, "inherited": inherited})
    os.environ["PYTHONPATH"] = str(PATHS_FOLDER)
    try:
        forkserver.ensure_running()
    finally:
        del os.environ["SIMULATOR_DRIVER_PATHS"]
        if inherited is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = inherited


def context_of(method: "str | None") -> Any:
    """Return the multiprocessing context of this start method; null: forkserver where there is one."""
    available = multiprocessing.get_all_start_methods()
    if method is None:
        method = "forkserver" if "forkserver" in available else "spawn"
    if method not in available:
        raise Failure(
            "unsupported", f"start_method {method} does not exist here; there is {', '.join(available)}"
        )
    return multiprocessing.get_context(method)


def end_with_parent() -> None:
    """End this process when its parent dies, also when its own main thread is busy in the parser."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def end_with_driver(pid: int) -> None:
    """End this process when the driver of this process id dies, whoever has started it."""
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        os._exit(1)
    except (AttributeError, OSError):  # macOS, or a sandbox that has no such call
        fd = None

    def watch() -> None:
        if fd is not None:
            dead = select.poll()
            dead.register(fd, select.POLLIN)
            dead.poll()
        else:
            while is_alive(pid):
                time.sleep(LOOK_S)
        os._exit(1)

    threading.Thread(target=watch, name="driver-watch", daemon=True).start()


def is_alive(pid: int) -> bool:
    """Whether there is a process of this id."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def first_death(
    children: "Iterable[Any]", what: str, by_executor: signal.Signals = signal.SIGTERM
) -> "str | None":
    """Say which of some processes died, and of what; null where none did by itself.

    Args:
        children: of multiprocessing.
        what: each is.
        by_executor: with what an executor ends the others where one dies.
    """
    ends = [(child.pid, child.exitcode) for child in children]
    found = [end for end in ends if end[1] not in (None, 0, -by_executor)] or [end for end in ends if end[1]]
    if not found:
        return None
    pid, exit_code = found[0]
    return f"{what} (pid {pid}) {cause_of_death(exit_code)}"
