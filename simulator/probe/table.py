"""Writes docs/parsers.md: which common functions hold the GIL, on each Python found; `make parsers`."""

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from simulator.environment.machine import usable_cores
from simulator.environment.pythons import find_pythons
from simulator.probe.functions import FOLDER, FROM_SOURCE, FUNCTIONS, Function, libraries
from simulator.probe.inputs import generate_page
from simulator.probe.measure import Budget, measure
from simulator.probe.result import Measured
from simulator.probe.worker import Target
from simulator.runner.driver_process import DriverError, default_python
from simulator.runtimes.environments import Environments, default_cache, shipped_constraints
from simulator.runtimes.errors import RuntimeUnavailableError
from simulator.runtimes.facts import ask
from simulator.text.numbers import factor, percent, share, times

NAMES = ("python3.11", "python3.12", "python3.13", "python3.14", "python3.15", "python3.13t", "python3.14t")

INTRODUCTION = """\
# Does X release the GIL?

The share of a call's time in which it holds the GIL, with its 95 % interval: 0 % scales with threads as far as there
are cores, 100 % not at all. Where there is no GIL, what two threads gain over one stands instead (×). Another lock may
hold threads back all the same, as lxml's shared parser does: `simulator probe` names it. How this is measured stands
in [probe.md](probe.md). The page is one of the mock server's catalogue, 40 products; the JSON has as much text.
Each library is in a virtual environment of its own.

`make parsers` writes this file anew, from the machine and the Pythons at hand; do not edit it.

"""


@dataclass(frozen=True)
class Command:
    """A Python of the table."""

    command: str
    heading: str


def commands() -> list[Command]:
    """Return this Python and those on PATH, one of each version."""
    found = [Command(default_python(), _heading(platform.python_version()))]
    for python in find_pythons(NAMES):
        heading = _heading(python.version or "", free_threaded=bool(python.free_threaded))
        if python.version is not None and heading not in {one.heading for one in found}:
            found.append(Command(python.command, heading))
    return found


def _heading(version: str, *, free_threaded: bool = False) -> str:
    return f"{'.'.join(version.split('.')[:2])}{'t' if free_threaded else ''}"


def cell_of(measured: Measured) -> str:
    """Return what the table says of one function on one Python."""
    held, two = measured.gil_held, measured.speedup.get(2)
    if held is not None:
        return f"{share(held.median)} ({percent(held.low)}–{share(held.high)})"
    if measured.python.without_gil and two is not None:
        return f"{times(two.median)} ({factor(two.low)}–{factor(two.high)})"
    return measured.reasons["gil_held"].partition(":")[0]


def cell_of_failure(reason: str) -> str:
    """Return what the table says where the function could not be called."""
    missing = "ModuleNotFoundError" in reason or "FeatureNotFound" in reason
    return "not installed" if missing else f"fails: {' '.join(reason.split()).replace('|', '/')[:60]}"


def cell_of_missing(reason: str) -> str:
    """Return what the table says where a library cannot be installed."""
    why = reason.removeprefix("cannot install ").partition(": ")[2] or reason
    return f"not installed: {why.partition(',')[0].partition(' (pip')[0].replace('|', '/')}"


def document(headings: Sequence[str], rows: Sequence[Sequence[str]], where: str) -> str:
    """Return the file's text."""
    lines = [
        f"| | {' | '.join(headings)} |",
        f"|---|{'---|' * len(headings)}",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]
    return f"{INTRODUCTION}Measured on {where}.\n\n" + "\n".join(lines) + "\n"


def rows_for(
    pythons: Sequence[Command],
    functions: Mapping[str, Function],
    budget: Budget,
    say: Callable[[str], None],
    equipped: Callable[[Command, tuple[str, ...]], str] = lambda python, _: python.command,
) -> list[list[str]]:
    """Measure every function on every Python, one after another.

    Args:
        pythons: the columns.
        functions: the rows, by what they are called.
        budget: of each.
        say: told each cell.
        equipped: returns a Python with what a function requires; raises RuntimeUnavailableError.
    """
    rows = []
    with tempfile.TemporaryDirectory(prefix="simulator-probe-") as folder:
        pages = {
            "html": generate_page(Path(folder), "html.parser"),
            "json": generate_page(Path(folder), "json"),
        }
        for label, function in functions.items():
            target = Target(function.target, (pages[function.page],), (str(FOLDER),))
            row = [label]
            for python in pythons:
                try:
                    command = equipped(python, function.requires) if function.requires else python.command
                    row.append(_cell(target, command, budget))
                except RuntimeUnavailableError as error:
                    row.append(cell_of_missing(str(error)))
                say(f"{label} on {python.heading}: {row[-1]}")
            rows.append(row)
    return rows


def _cell(target: Target, python: str, budget: Budget) -> str:
    try:
        return cell_of(measure(target, python, budget, lambda _step: None))
    except DriverError as error:
        return cell_of_failure(error.reason)


def environments(say: Callable[[str], None]) -> Callable[[Command, tuple[str, ...]], str]:
    """Return what makes an environment for each set of requirements: libraries may be at odds with one another."""
    made = Environments(default_cache(os.environ), shipped_constraints(), from_source=FROM_SOURCE)

    def equipped(python: Command, requires: tuple[str, ...]) -> str:
        def tell() -> None:
            say(f"installing {', '.join(requires)} for {python.heading}")

        return made.python(python.command, ask(python.command), requires, tell)

    return equipped


def where(pythons: Sequence[Command]) -> str:
    """Describe this machine and the libraries in a few words."""
    pinned = (line.partition("==") for line in shipped_constraints().splitlines())
    versions = ", ".join(f"{name} {version}" for name, _, version in pinned if name in libraries())
    system = f"{platform.system()} {platform.machine()}, {usable_cores()} cores,"
    return f"{system} with the Pythons {', '.join(p.heading for p in pythons)}; {versions}"


def main(arguments: Sequence[str]) -> int:
    """Write the file that is named."""
    parser = argparse.ArgumentParser(prog="python -m simulator.probe.table", description=__doc__)
    parser.add_argument("file", type=Path)
    options = parser.parse_args(arguments)
    pythons = commands()
    budget = Budget(rounds=3, loop_s=0, imports=False)

    def say(line: str) -> None:
        sys.stderr.write(line + "\n")

    rows = rows_for(pythons, FUNCTIONS, budget, say, environments(say))
    text = document([p.heading for p in pythons], rows, where(pythons))
    options.file.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
