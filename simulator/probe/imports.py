"""Whether the target loads in a subinterpreter, and whether it keeps the GIL off: asked of a Python that can tell."""

from collections.abc import Iterable
from dataclasses import dataclass

from simulator.environment.pythons import FoundPython, find_pythons
from simulator.probe.worker import Target, check
from simulator.runner.driver_process import DriverError, TimeLimitError

TIME_LIMIT_S = 5.0
SUBINTERPRETERS_FROM = (3, 14)
NAMES = ("python3.14", "python3.15", "python3.14t", "python3.15t", "python3.13t")


@dataclass(frozen=True)
class Answer:
    """True, false or not known, with how it was found out."""

    value: bool | None
    reason: str


@dataclass(frozen=True)
class Pythons:
    """A command for each of the two questions; null where none was found."""

    subinterpreters: str | None
    free_threaded: str | None


def choose(measured: str, described: FoundPython, found: Iterable[FoundPython]) -> Pythons:
    """Prefer the Python that is measured, else take the first on PATH that can answer."""
    usable = [(measured, described), *((python.command, python) for python in found)]
    with_interpreters = (command for command, python in usable if _has_interpreters(python))
    without_gil = (command for command, python in usable if python.free_threaded)
    return Pythons(next(with_interpreters, None), next(without_gil, None))


def search(measured: str, described: FoundPython) -> Pythons:
    """Choose among the Pythons on PATH."""
    return choose(measured, described, find_pythons(NAMES))


def ask_others(measured: str, described: FoundPython, target: Target) -> tuple[Answer, Answer]:
    """Return whether it loads in a subinterpreter, and whether it keeps the GIL off, asked of Pythons that can tell."""
    others = search(measured, described)
    return loads_in_subinterpreter(others.subinterpreters, target), keeps_gil_off(
        others.free_threaded, target
    )


def _has_interpreters(python: FoundPython) -> bool:
    if python.implementation != "CPython" or python.version is None:
        return False
    major, minor = python.version.split(".")[:2]
    return (int(major), int(minor)) >= SUBINTERPRETERS_FROM


def loads_in_subinterpreter(python: str | None, target: Target) -> Answer:
    """Import it in a subinterpreter of a throwaway process."""
    if python is None:
        return Answer(None, "no Python 3.14 or later was found on PATH; name one with --python")
    return _ask(python, target, "subinterpreter")


def keeps_gil_off(python: str | None, target: Target) -> Answer:
    """Import it in a throwaway process of a free-threaded build, and call it on every page."""
    if python is None:
        return Answer(None, "no free-threaded Python was found on PATH; name one with --python")
    return _ask(python, target, "gil")


def _ask(python: str, target: Target, task: str) -> Answer:
    try:
        answer = check(python, target, task, time_limit_s=TIME_LIMIT_S)
    except TimeLimitError:
        what = "the import" if task == "subinterpreter" else "importing it and calling it on every page"
        return Answer(None, f"{python}: {what} did not end within {TIME_LIMIT_S:g} s")
    except DriverError as error:
        return Answer(None, f"{python}: {error.reason}")
    return Answer(answer["value"], f"{python}: {answer['reason']}")
