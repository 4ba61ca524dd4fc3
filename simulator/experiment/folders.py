"""The user's folders: whether parser and client are there, and what in them has a name that is taken."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from simulator.driver.clients import CLIENTS, library_of
from simulator.driver.libraries import ENGINES, LOOPS
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
from simulator.scenario.dispatch import EXECUTORS
from simulator.scenario.model import Scenario
from simulator.scenario.problem import Problem, ScenarioError


def import_path(source_dir: Path | None) -> tuple[str, ...]:
    """Return where the user's parser and client are looked for: beside the scenario, then in the current folder."""
    folders = [] if source_dir is None else [str(source_dir)]
    here = str(Path.cwd())
    return tuple(folders if here in folders else [*folders, here])


def look_through(scenario: Scenario, cells: Iterable[Cell], python: str) -> str | None:
    """Look for parsers and clients of a scenario's cells, without running them, and for files whose names are taken.

    Args:
        scenario: its folder, and the current one, are looked through.
        cells: what is to be measured.
        python: the interpreter of cells without a runtime.

    Returns:
        Which files there have names of Python's own modules; null: none, or nothing of the user's is looked for.

    Raises:
        ScenarioError: one cannot be found or has such a name, or a file would hide a library that the cells need.
    """
    cells, folders = tuple(cells), import_path(scenario.source_dir)
    # Key and function, or class -> whether this interpreter runs it, and no other.
    functions: dict[tuple[str, str], bool] = {}
    for cell in cells:
        for key, function in _of_the_users(cell):
            here = cell.runtime is None and python == default_python()
            functions[key, function] = functions.get((key, function), True) and here
    same = standard_names(folders) if functions else ()
    source = "" if scenario.origin is None else scenario.origin.source
    problems = [Problem(source, None, None, "", hides(one)) for one in same_names(folders, _libraries(cells))]
    for (key, function), here in functions.items():
        wrong = _name_is_taken(function, same) or why_not_found(function, folders, here=here)
        if wrong is not None:
            problems += _where_named(scenario, key, function, wrong)
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


def _of_the_users(cell: Cell) -> Iterator[tuple[str, str]]:
    """Name what of a cell's job is the user's own: the key it stands under, and its address."""
    if cell.job.parser.function is not None:
        yield "job.parser", cell.job.parser.function
    if cell.client is not None and cell.client not in CLIENTS:
        yield "job.client", cell.client


def _where_named(scenario: Scenario, key: str, function: str, message: str) -> tuple[Problem, ...]:
    if scenario.origin is None:
        return (Problem("", None, None, key, message),)
    return scenario.origin.of_address(key, function, message)


def _libraries(cells: Iterable[Cell]) -> set[str]:
    """Return the top-level modules of the libraries that the cells need, Python's own excepted."""
    needed = set()
    for cell in cells:
        parser = cell.job.parser.name
        client = None if cell.client is None else library_of(cell.client)
        if client is not None and client.packages:
            needed.add(client.module.partition(".")[0])
        if parser is not None and BUILT_IN[parser].package is not None:
            needed |= {library.partition(".")[0] for library in BUILT_IN[parser].libraries}
        needed |= {*LOOPS, *ENGINES} & {cell.plan.loop, cell.plan.fetch.kind}
        executor = EXECUTORS.get(cell.plan.dispatch)
        if executor is not None and executor.package is not None:
            needed.add(executor.package)
    return needed
