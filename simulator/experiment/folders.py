"""The user's folders: whether the parser is there, and what in them has a name that is taken."""

from collections.abc import Iterable
from pathlib import Path

from simulator.driver.clients import CLIENTS
from simulator.driver.parsers import BUILT_IN
from simulator.environment.finding import why_not_found
from simulator.environment.shadowing import (
    SameName,
    hides,
    is_standard,
    never_found,
    same_names,
    standard_names,
)
from simulator.runner.driver_process import default_python
from simulator.scenario.cells import Cell
from simulator.scenario.model import Scenario
from simulator.scenario.problem import Problem, ScenarioError


def import_path(source_dir: Path | None) -> tuple[str, ...]:
    """Return where the user's parser is looked for: beside the scenario, then in the current folder."""
    folders = [] if source_dir is None else [str(source_dir)]
    here = str(Path.cwd())
    return tuple(folders if here in folders else [*folders, here])


def look_through(scenario: Scenario, cells: Iterable[Cell], python: str) -> str | None:
    """Look for the parsers of a scenario's cells, without running them, and for files whose names are taken.

    Args:
        scenario: its folder, and the current one, are looked through.
        cells: what is to be measured.
        python: the interpreter of cells without a runtime.

    Returns:
        Which files there have names of Python's own modules; null: none, or no parser of the user's is looked for.

    Raises:
        ScenarioError: a parser cannot be found or has such a name, or a file would hide a library that the cells need.
    """
    cells, folders = tuple(cells), import_path(scenario.source_dir)
    # Function -> whether this interpreter runs it, and no other.
    functions: dict[str, bool] = {}
    for cell in cells:
        function = cell.job.parser.function
        if function is not None:
            here = cell.runtime is None and python == default_python()
            functions[function] = functions.get(function, True) and here
    same = standard_names(folders) if functions else ()
    source = "" if scenario.origin is None else scenario.origin.source
    problems = [Problem(source, None, None, "", hides(one)) for one in same_names(folders, _libraries(cells))]
    for function, here in functions.items():
        wrong = _name_is_taken(function, same) or why_not_found(function, folders, here=here)
        if wrong is not None:
            problems += _of_parser(scenario, function, wrong)
    if problems:
        raise ScenarioError(problems)
    return never_found(same) if same else None


def _name_is_taken(function: str, same: tuple[SameName, ...]) -> str | None:
    one = is_standard(function, same)
    return (
        None
        if one is None
        else f"{function} names Python's own module {one.module}, not {one.path}; rename the file"
    )


def _of_parser(scenario: Scenario, function: str, message: str) -> tuple[Problem, ...]:
    if scenario.origin is None:
        return (Problem("", None, None, "job.parser", message),)
    return scenario.origin.of_parser(function, message)


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
