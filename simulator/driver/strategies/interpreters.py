"""Subinterpreters of this Python: are there any, how one finds this package, and what can be imported in one."""

import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from ..clients import adapter
from ..parsers import load
from ..shared.failure import Failure, describe
from ..spec import Spec
from .starting import cause_of_death

IMPORT_LIMIT_S = 60
"""How long the imports of client and parser may take in a subinterpreter."""
START = Path(__file__).resolve().parent.parent / "__main__.py"


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
    # -P: the current folder is not to be trusted with modules named runpy or json.
    flags = [
        "-P",
        *(flag for flag, given in (("-I", sys.flags.isolated), ("-S", sys.flags.no_site)) if given),
    ]
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
