"""What an interpreter is, asked of itself in words that Python 2.7 and 3 share."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.runner.stop import Stop
from simulator.runtimes.commands import run
from simulator.runtimes.errors import RuntimeUnavailableError

TIME_LIMIT_S = 60.0
"""Jython takes seconds to start, and longer on a busy machine."""
OLDEST = (3, 11)
"""From this version on CPython and PyPy run the driver itself; everything else needs the portable one."""
_MARK = "simulator-facts:"
"""Stands before the answer: a start-up file may print, too."""

_ASK = f"""
import json, platform, sys
gil_disabled = False
try:
    import sysconfig
    gil_disabled = bool(sysconfig.get_config_var('Py_GIL_DISABLED'))
except Exception:
    pass
ask = getattr(sys, '_is_gil_enabled', None)
name = platform.python_implementation()
print('{_MARK}' + json.dumps(dict(
    implementation=name,
    version=platform.python_version(),
    language=list(sys.version_info[:2]),
    build=sys.version,
    free_threaded=gil_disabled,
    gil_enabled=bool(ask()) if ask is not None else name not in ('Jython', 'IronPython'),
    own_environment=getattr(sys, 'base_prefix', sys.prefix) != sys.prefix or hasattr(sys, 'real_prefix'),
)))
"""


@dataclass(frozen=True)
class Facts:
    """What a Python is."""

    implementation: str
    """CPython, PyPy, Jython, IronPython …"""
    version: str
    language: tuple[int, int]
    """Major and minor version of the language."""
    build: str
    """`sys.version`: names the compiler and the day it was built."""
    free_threaded: bool
    """Built to run without the GIL."""
    gil_enabled: bool
    """There is a GIL, before anything is imported."""
    own_environment: bool
    """It is the interpreter of a virtual environment, which is used as it is."""

    @property
    def needs_portable_driver(self) -> bool:
        """Whether the driver of CPython and PyPy from 3.11 on cannot run here."""
        return self.implementation not in ("CPython", "PyPy") or self.language < OLDEST

    @property
    def label(self) -> str:
        """Implementation and version, for a sentence."""
        return f"{self.implementation} {self.version}{' free-threaded' if self.free_threaded else ''}"


def ask(python: str, stop: Stop | None = None, *, time_limit_s: float = TIME_LIMIT_S) -> Facts:
    """Start an interpreter and let it say what it is.

    Args:
        python: its path; it may be a shell script that starts the real one, as Jython's is.
        stop: asks to give up.
        time_limit_s: after which it and all that it started is ended.

    Raises:
        RuntimeUnavailableError: it cannot be started, does not answer in time, or is no Python.
        Stopped: nobody wants to know any more.
    """
    command = [python, "-c", _ASK]
    try:
        done = run(command, stop, environ=os.environ, time_limit_s=time_limit_s)
    except OSError as error:
        raise RuntimeUnavailableError(f"{python} cannot be started: {error.strerror}") from error
    except RuntimeUnavailableError:
        raise RuntimeUnavailableError(
            f"{python} did not say what it is within {time_limit_s:g} s; is it a Python?"
        ) from None
    return read(python, done.code, done.output, done.errors)


def read(python: str, code: int, output: str, errors: str) -> Facts:
    """Understand what an interpreter printed. Raises RuntimeUnavailableError where it is not the answer."""
    answers = [line for line in output.splitlines() if line.startswith(_MARK)]
    try:
        found: Mapping[str, Any] = json.loads(answers[-1].removeprefix(_MARK))
        major, minor = found["language"]
        return Facts(
            implementation=str(found["implementation"]),
            version=str(found["version"]),
            language=(int(major), int(minor)),
            build=str(found["build"]),
            free_threaded=bool(found["free_threaded"]),
            gil_enabled=bool(found["gil_enabled"]),
            own_environment=bool(found["own_environment"]),
        )
    except (IndexError, KeyError, TypeError, ValueError) as error:
        said = (errors or output).strip().splitlines() or [f"it ended with exit code {code}"]
        # It is shown on a terminal, which must not take it for commands.
        last = "".join(filter(str.isprintable, said[-1]))[:200]
        raise RuntimeUnavailableError(f"{python} does not answer as a Python does: {last}") from error
