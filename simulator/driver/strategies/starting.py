"""How child processes start, find out that their parent is gone, and what is said of how they ended."""

import multiprocessing
import os
import signal
import threading
from typing import Any

from ..clients import CLIENTS
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


STANDARD_IMPORTS = (
    "http.client",
    "html.parser",
    "json",
    "hashlib",
    "threading",
    "ctypes",
    "asyncio",
    "traceback",
)


def prepared_context(spec: Spec) -> Any:
    """Return the multiprocessing context of the strategy's start method, a fork server's imports chosen.

    Raises Failure.
    """
    context = context_of(spec.strategy.start_method)
    if context.get_start_method() == "forkserver":
        context.set_forkserver_preload(
            [CLIENTS[spec.client].module, *modules(spec.parser), *STANDARD_IMPORTS]
        )
    return context


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
