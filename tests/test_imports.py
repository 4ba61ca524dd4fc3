"""No two modules and no two packages import each other in a circle: imports go down only."""

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import groupby

import grimp
import pytest

ROOTS = ("simulator", "mockserver")
Imports = Mapping[str, Iterable[str]]


@pytest.fixture(scope="module")
def imports() -> Imports:
    """Return what each module imports, deferred imports among them."""
    graph = grimp.build_graph(*ROOTS, cache_dir=None)
    return {module: graph.find_modules_directly_imported_by(module) for module in sorted(graph.modules)}


def circle(imports: Imports) -> list[str]:
    """Return one circle of names, or nothing."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as found:
        names: list[str] = found.args[1]
        return names
    return []


def among_children(imports: Imports, package: str) -> Imports:
    """Return which children of a package import one another, with all that is in them."""

    def child(module: str) -> str | None:
        inside = module.removeprefix(f"{package}.")
        return None if inside == module else inside.partition(".")[0]

    found: dict[str, set[str]] = {}
    for importer, imported in imports.items():
        if (of := child(importer)) is not None:
            found.setdefault(of, set()).update(name for module in imported if (name := child(module)))
            found[of].discard(of)
    return found


def packages(imports: Imports) -> list[str]:
    """Return every package: what another module's name begins with."""
    parents = sorted(module.rpartition(".")[0] for module in imports)
    return [package for package, _ in groupby(parents) if package]


def test_no_modules_import_each_other_in_a_circle(imports: Imports) -> None:
    assert circle(imports) == []


def test_no_packages_import_each_other_in_a_circle(imports: Imports) -> None:
    found = {package: circle(among_children(imports, package)) for package in packages(imports)}
    assert {package: names for package, names in found.items() if names} == {}


def test_a_circle_is_found() -> None:
    assert set(circle({"a.x": ["b.y"], "b.y": ["a.x"]})) == {"a.x", "b.y"}
    # No two modules do, but their packages do.
    apart = {"top.a.x": ["top.b.y"], "top.b.y": [], "top.b.z": ["top.a.w"], "top.a.w": []}
    assert circle(apart) == []
    assert set(circle(among_children(apart, "top"))) == {"a", "b"}
