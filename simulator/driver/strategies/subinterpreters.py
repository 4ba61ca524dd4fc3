"""Shards in subinterpreters: each has a lock of its own, so they compute at the same time in one process.

Each lives in a thread and does what a child process would do, over a pipe of the same kind. CPython has two ways of
its own to hand records over, and neither would do for a job (3.14): a call into an interpreter costs several hundred
microseconds, and a queue between interpreters is looked at every 10 ms. A pipe wakes its reader at once.
"""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from ..clients.interface import adapter
from ..parsers import load
from ..spec import Spec
from ..tickets import PipeCounter, Tickets
from .interface import Failure
from .jobs import describe
from .place import Place
from .processes import cause_of_death
from .remote import Sender, converse

IMPORT_LIMIT_S = 60
"""How long the imports of client and parser may take in a subinterpreter."""
JOIN_S = 5
START = Path(__file__).resolve().parent.parent / "__main__.py"


class Subinterpreters:
    """A subinterpreter per shard, in a thread of the driver."""

    def __init__(self, spec: Spec) -> None:
        self.notes: dict[str, Any] = {}
        self._spec = spec
        self._threads: list[threading.Thread] = []
        self._ends: dict[int, str] = {}
        self._counter: PipeCounter | None = None

    def prepare(self) -> None:
        """Make the one counter."""
        self._counter = PipeCounter.create()

    def launch(self, shard: int, first_worker: int, width: int, others: "Sequence[Connection]") -> Connection:  # noqa: ARG002 - nothing is inherited here
        """Start one subinterpreter."""
        ours, theirs = socket.socketpair()
        fd = theirs.detach()
        thread = threading.Thread(
            target=self._host, args=(fd, shard, first_worker, width), name=f"shard-{shard}", daemon=True
        )
        self._threads.append(thread)
        thread.start()
        return Connection(ours.detach())

    def obituary(self, shard: int) -> str:
        """Say with which exception a subinterpreter ended."""
        self._threads[shard].join(JOIN_S)
        return f"subinterpreter {shard} broke: {self._ends.get(shard, 'it closed its pipe')}"

    def join(self) -> None:
        """Wait until all have ended; one that does not will end with the driver."""
        for thread in self._threads:
            thread.join(JOIN_S)
        if self._counter is not None:
            self._counter.close()

    def _host(self, fd: int, shard: int, first_worker: int, width: int) -> None:
        try:
            interpreter = interpreters().create()
            interpreter.exec(bootstrap())
            ended = interpreter.call(serve, self._spec, self._counter, fd, shard, first_worker, width)
            if ended:
                interpreter.close()
        except BaseException as error:  # noqa: BLE001 - told by obituary, in the main thread
            self._ends[shard] = describe(error)
        finally:
            os.close(fd)


def serve(spec: Spec, counter: PipeCounter, fd: int, shard: int, first_worker: int, width: int) -> bool:
    """Run one shard in a subinterpreter; returns whether it came to its end."""
    from .shards import open_local  # noqa: PLC0415 - shards imports this module

    with Connection(os.dup(fd)) as pipe:
        emit = Sender(pipe, shared=width > 1 and spec.strategy.fetch == "blocking")
        place = Place(spec, Tickets(spec, counter), width, shard, first_worker, emit)
        return converse(pipe, lambda: open_local(place), spec.switch_interval_s)


def interpreters() -> Any:
    """Return the module `concurrent.interpreters`. Raises Failure where there is none."""
    try:
        return import_module("concurrent.interpreters")
    except ImportError as error:
        raise Failure(
            "unsupported",
            f"subinterpreters need Python 3.14 or newer, and {sys.executable} is {sys.implementation.name}"
            f" {sys.version.split()[0]}; choose another Python with --python, or another strategy",
        ) from error


def pool_executor(count: int) -> Any:
    """Return the executor of a pool of subinterpreters that find this package."""
    # `exec` is the one initializer that a subinterpreter can have before it finds this package.
    made = import_module("concurrent.futures").InterpreterPoolExecutor
    return made(count, initializer=exec, initargs=(bootstrap(), {}))


def bootstrap() -> str:
    """Return what a new interpreter runs to find the same modules as this one, this package among them."""
    return (
        f"import sys, runpy\nsys.path[:] = {sys.path!r}\n"
        f"runpy.run_path({str(START)!r}, run_name='__mp_main__')\n"
    )


def check_imports(spec: Spec, *, fetches: bool) -> None:
    """Try in a process of its own whether parser, and client where it `fetches`, can be imported in a subinterpreter.

    An extension module may refuse, and the failed import can leave the interpreter hanging (CPython issue 125864).

    Raises:
        Failure: `unsupported`, with the module's own reason.
    """
    interpreters()
    client = (spec.client, spec.strategy.fetch) if fetches else None
    answers_fd, child_fd = os.pipe()
    flags = [flag for flag, given in (("-I", sys.flags.isolated), ("-S", sys.flags.no_site)) if given]
    code = f"{bootstrap()}from {__name__} import tell_imports\ntell_imports()\n"
    command = [sys.executable, *flags, "-c", code, str(child_fd), json.dumps([client, spec.parser])]
    what = f"the client {spec.client} or the parser" if fetches else "the parser"
    advice = "choose another, or a strategy without subinterpreters"
    with os.fdopen(answers_fd) as answers:
        try:
            code_of_exit = subprocess.run(
                command, stdin=subprocess.DEVNULL, pass_fds=(child_fd,), timeout=IMPORT_LIMIT_S, check=False
            ).returncode
        except subprocess.TimeoutExpired as error:
            raise Failure(
                "unsupported",
                f"importing {what} in a subinterpreter did not end within {IMPORT_LIMIT_S} s; {advice}",
            ) from error
        finally:
            os.close(child_fd)
        answer = answers.read()
    if not answer:
        raise Failure(
            "unsupported",
            f"the process that imported {what} in a subinterpreter {cause_of_death(code_of_exit)}; {advice}",
        )
    reason = json.loads(answer)
    if reason:
        raise Failure("unsupported", f"{reason}; {advice}")


def tell_imports() -> None:
    """Import in a subinterpreter what the command line says; write why it cannot be, or null, and end at once."""
    fd, told = int(sys.argv[1]), json.loads(sys.argv[2])
    try:
        interpreter = interpreters().create()
        interpreter.exec(bootstrap())
        reason = interpreter.call(why_not, *told)
    except BaseException as error:  # noqa: BLE001 - is the answer
        reason = f"a subinterpreter cannot be used here: {describe(error)}"
    os.write(fd, json.dumps(reason).encode())
    os._exit(0)  # an interpreter in which an import has failed may hang when it is closed


def why_not(client: "tuple[str, str] | None", parser: "dict[str, Any]") -> "str | None":
    """Say what cannot be imported in this interpreter, or null."""
    what = ""
    try:
        if client is not None:
            what = f"the client {client[0]}"
            adapter(*client)
        what = f"the parser {parser.get('name') or parser.get('function')}"
        load(parser)
    except BaseException as error:  # noqa: BLE001 - the user's module runs its own code when it is imported
        cause = error.__cause__ if isinstance(error.__cause__, ImportError) else error
        return f"{what} cannot be imported in a subinterpreter: {type(cause).__name__}: {cause}"
    return None
