"""The user's folders: where the parser is looked for, and what in them has a name that is taken."""

from collections.abc import Iterable
from pathlib import Path

from simulator.driver.clients import CLIENTS
from simulator.driver.parsers import BUILT_IN
from simulator.environment.shadowing import hides, is_standard, never_found, same_names, standard_names
from simulator.scenario.cells import Cell
from simulator.scenario.problem import Problem, ScenarioError


def import_path(source_dir: Path | None) -> tuple[str, ...]:
    """Return where the user's parser is looked for: beside the scenario, then in the current folder."""
    folders = [] if source_dir is None else [str(source_dir)]
    here = str(Path.cwd())
    return tuple(folders if here in folders else [*folders, here])


def taken_names(cells: Iterable[Cell], folders: tuple[str, ...]) -> str | None:
    """Say which files there have names of Python's own modules, where a parser of the user's is looked for; null: none.

    Raises:
        ScenarioError: a file would hide a library that the cells need, or the parser itself has such a name.
    """
    cells = tuple(cells)
    functions = {cell.job.parser.function for cell in cells if cell.job.parser.function is not None}
    wanted = [hides(same) for same in same_names(folders, _libraries(cells))]
    same = standard_names(folders) if functions else ()
    wanted += [
        f"job.parser: {function} names Python's own module {one.module}, not {one.path}; rename the file"
        for function in sorted(functions)
        if (one := is_standard(function, same)) is not None
    ]
    if wanted:
        raise ScenarioError([Problem("", None, None, "", message) for message in wanted])
    return never_found(same) if same else None


def _libraries(cells: Iterable[Cell]) -> set[str]:
    """Return the top-level modules of the libraries that the cells need, Python's own excepted."""
    needed = set()
    for cell in cells:
        parser = cell.job.parser.name
        client = None if cell.client is None else CLIENTS[cell.client]
        if client is not None and client.packages:
            needed.add(client.module.partition(".")[0])
        if parser is not None and BUILT_IN[parser].package is not None:
            needed |= {library.partition(".")[0] for library in BUILT_IN[parser].libraries}
        if cell.plan.loop == "uvloop":
            needed.add("uvloop")
    return needed
