"""Where the page is looked at: which Pythons and CPUs are here, and whether anything can be measured."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from simulator.environment.machine import usable_cores, usable_cpus
from simulator.environment.pythons import NAMES, find_pythons
from simulator.lab.opening import current_python

OFFERED = ("3.11", "3.12", "3.13", "3.13t", "3.14", "3.14t")
_INTERPRETERS = (3, 14)


@dataclass(frozen=True)
class Python:
    """One that can be chosen."""

    name: str
    gil: bool
    interpreters: bool
    """Subinterpreters, each with a GIL of its own."""
    here: bool
    """It can be measured on this machine."""


@dataclass(frozen=True)
class Setting:
    """Where the page is looked at."""

    pythons: Sequence[Python]
    cpus: Sequence[int]
    """Numbers of those that may be used."""
    binds: bool
    """Processes can be bound to some of them."""
    current: str
    """Version of the Python that runs this."""
    served: bool
    """By a server that measures; false: a file."""


def of_a_file() -> Setting:
    """Return the setting of a page that lies in a file."""
    return Setting(_pythons(()), (), binds=False, current=current_python(), served=False)


def here() -> Setting:
    """Return the setting of a page that this machine serves; asks the Pythons on PATH what they are."""
    found = find_pythons([name for name in NAMES if name.startswith("python")])
    names = {one.command.removeprefix("python") for one in found if one.version is not None}
    numbers = sorted(usable_cpus())
    cpus = tuple(numbers or range(usable_cores()))[: usable_cores()]
    return Setting(
        _pythons(names | {current_python()}), cpus, binds=bool(numbers), current=current_python(), served=True
    )


def _pythons(found: Collection[str]) -> tuple[Python, ...]:
    names = sorted({*OFFERED, *found, current_python()}, key=_version)
    return tuple(
        Python(name, not name.endswith("t"), _version(name)[:2] >= _INTERPRETERS, name in found)
        for name in names
    )


def _version(name: str) -> tuple[int, int, bool]:
    major, minor = name.removesuffix("t").split(".")
    return int(major), int(minor), name.endswith("t")
