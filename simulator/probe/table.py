"""Writes docs/parsers.md: which common functions hold the GIL, on each Python found; `make parsers`."""

import argparse
import platform
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from simulator.environment.machine import usable_cores
from simulator.environment.pythons import find_pythons
from simulator.probe.inputs import generate_page
from simulator.probe.measure import Budget, measure
from simulator.probe.result import Measured
from simulator.probe.worker import Target
from simulator.runner.driver_process import DriverError, default_python
from simulator.text.numbers import factor, percent, share, times

FOLDER = Path(__file__).parent / "known"
MODULE = "known_functions"
NAMES = ("python3.11", "python3.12", "python3.13", "python3.14", "python3.15", "python3.13t", "python3.14t")

FUNCTIONS: Mapping[str, str] = {
    "`html.parser`": "html_parser",
    "Beautiful Soup over `html.parser`": "bs4_html_parser",
    "Beautiful Soup over lxml": "bs4_lxml",
    "lxml, the shared parser": "lxml_shared_parser",
    "lxml, a parser per thread": "lxml_own_parser",
    "selectolax (lexbor)": "selectolax",
    "`json.loads`": "json_loads",
    "`orjson.loads`": "orjson_loads",
    "`csv.reader`": "csv_reader",
    "`re.search`": "re_search",
    "`pickle.loads`": "pickle_loads",
    "`xml.etree`": "xml_etree",
    "`hashlib.sha256`, 1 MB": "sha256",
    "`zlib.compress`, 1 MB": "zlib_compress",
    "`zlib.decompress`, 1 MB": "zlib_decompress",
    "`bz2.compress`, 1 MB": "bz2_compress",
    "`lzma.decompress`, 1 MB": "lzma_decompress",
    "`base64.b64encode`, 1 MB": "base64_encode",
    "`sqlite3`, a sum over 100,000 rows": "sqlite3_select",
    "`time.sleep`": "time_sleep",
    "`sorted`, 100,000 floats": "list_sort",
    "numpy, matrix times vector": "numpy_dot",
    "numpy, `sort`": "numpy_sort",
}

INTRODUCTION = """\
# Does X release the GIL?

The share of a call's time in which it holds the GIL, with its 95 % interval: 0 % scales with threads as far as there
are cores, 100 % not at all. Where there is no GIL, what two threads gain over one stands instead (×). Another lock may
hold threads back all the same, as lxml's shared parser does: `simulator probe` names it. How this is measured stands
in [probe.md](probe.md).

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


def document(headings: Sequence[str], rows: Sequence[Sequence[str]], where: str) -> str:
    """Return the file's text."""
    lines = [
        f"| | {' | '.join(headings)} |",
        f"|---|{'---|' * len(headings)}",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]
    return f"{INTRODUCTION}Measured on {where}.\n\n" + "\n".join(lines) + "\n"


def rows_for(
    pythons: Sequence[Command], functions: Mapping[str, str], budget: Budget, say: Callable[[str], None]
) -> list[list[str]]:
    """Measure every function on every Python, one after another."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="simulator-probe-") as folder:
        page = generate_page(Path(folder), "html.parser")
        for label, name in functions.items():
            target = Target(f"{MODULE}:{name}", (page,), (str(FOLDER),))
            row = [label]
            for python in pythons:
                row.append(_cell(target, python, budget))
                say(f"{label} on {python.heading}: {row[-1]}")
            rows.append(row)
    return rows


def _cell(target: Target, python: Command, budget: Budget) -> str:
    try:
        return cell_of(measure(target, python.command, budget, lambda _step: None))
    except DriverError as error:
        return cell_of_failure(error.reason)


def where() -> str:
    """Describe this machine in a few words."""
    system = f"{platform.system()} {platform.machine()}, {usable_cores()} cores,"
    return f"{system} with the Pythons {', '.join(p.heading for p in commands())}"


def main(arguments: Sequence[str]) -> int:
    """Write the file that is named."""
    parser = argparse.ArgumentParser(prog="python -m simulator.probe.table", description=__doc__)
    parser.add_argument("file", type=Path)
    options = parser.parse_args(arguments)
    pythons = commands()
    budget = Budget(rounds=3, loop_s=0, imports=False)

    def say(line: str) -> None:
        sys.stderr.write(line + "\n")

    rows = rows_for(pythons, FUNCTIONS, budget, say)
    options.file.write_text(document([p.heading for p in pythons], rows, where()), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
