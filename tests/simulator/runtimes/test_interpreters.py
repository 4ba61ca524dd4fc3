"""Which interpreter runs a cell."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from simulator.runner.stop import Stop
from simulator.runtimes.environments import Environments
from simulator.runtimes.errors import RuntimeUnavailableError
from simulator.runtimes.facts import Facts
from simulator.runtimes.interpreters import Interpreters
from simulator.runtimes.location import Located
from simulator.scenario.cells import Cell
from tests.conftest import tiny_cells

BARE = Facts(
    "CPython", "3.14.0", (3, 14), "build", free_threaded=False, gil_enabled=True, own_environment=False
)
OWN = replace(BARE, own_environment=True)
JYTHON = replace(BARE, implementation="Jython", version="2.7.3", language=(2, 7))


@dataclass(frozen=True)
class Made(Environments):
    """Environments that are not made: what is asked for is noted."""

    wanted: list[tuple[str, ...]] = field(default_factory=list)
    refuse: str | None = None

    def python(
        self,
        python: str,
        _facts: Facts,
        requirements: Sequence[str],
        tell: Callable[[], None],
        _stop: Stop | None = None,
    ) -> str:
        tell()
        self.wanted.append(tuple(requirements))
        if self.refuse is not None:
            raise RuntimeUnavailableError(self.refuse)
        return f"{python}+{'+'.join(requirements)}"


def interpreters(
    facts: Facts, *, requirements: tuple[str, ...] = (), current: bool = False, refuse: str | None = None
) -> tuple[Interpreters, Made, list[tuple[str, Sequence[str]]]]:
    made = Made(Path("cache"), "", refuse=refuse)
    told: list[tuple[str, Sequence[str]]] = []
    located = {"it": Located("it", "python", requirements, current)}
    return (
        Interpreters(
            "current", located, made, lambda *_: facts, lambda name, needs: told.append((name, needs))
        ),
        made,
        told,
    )


def cell(folder: Path, strategy: str = "threads", **changes: object) -> Cell:
    changes = {"strategies": ["threads", "asyncio", "processes"], **changes}
    return replace(tiny_cells(folder, **changes)[strategy], runtime="it")


def test_a_cell_without_runtime_has_the_current_interpreter(tmp_path: Path) -> None:
    chosen = interpreters(BARE)[0].chosen_for(replace(cell(tmp_path), runtime=None))
    assert (chosen.python, chosen.needs_portable_driver) == ("current", False)


def test_a_bare_python_is_used_as_it_is_where_nothing_is_needed(tmp_path: Path) -> None:
    known, made, told = interpreters(BARE)
    assert known.chosen_for(cell(tmp_path)).python == "python"
    assert (made.wanted, told) == ([], [])


def test_a_bare_python_gets_client_parser_and_loop_once(tmp_path: Path) -> None:
    known, made, told = interpreters(BARE, requirements=("/mine",))
    strategies = [{"name": "asyncio", "base": "asyncio", "loop": "uvloop"}]
    wanted = cell(tmp_path, "asyncio", job__parser="lxml", strategies=strategies)
    assert known.chosen_for(wanted).python == "python+aiohttp+lxml+uvloop+/mine"
    assert known.chosen_for(wanted).python == "python+aiohttp+lxml+uvloop+/mine"
    assert made.wanted == [("aiohttp", "lxml", "uvloop", "/mine")]
    assert told == [("it", ("aiohttp", "lxml", "uvloop", "/mine"))]


@pytest.mark.parametrize(("facts", "current"), [(OWN, False), (BARE, True)])
def test_a_virtual_environment_and_the_current_python_are_used_as_they_are(
    tmp_path: Path, facts: Facts, *, current: bool
) -> None:
    known, made, _ = interpreters(facts, current=current)
    assert known.chosen_for(cell(tmp_path, "asyncio", job__parser="lxml")).python == "python"
    assert made.wanted == []


def test_what_is_required_by_name_is_installed_apart_from_a_virtual_environment(tmp_path: Path) -> None:
    known, _, _ = interpreters(OWN, requirements=("selectolax==1.0",))
    assert known.chosen_for(cell(tmp_path)).python == "python+selectolax==1.0"


def test_an_environment_that_cannot_be_made_is_tried_once(tmp_path: Path) -> None:
    known, made, _ = interpreters(BARE, refuse="there is no wheel of aiohttp for it")
    for _ in range(2):
        with pytest.raises(
            RuntimeUnavailableError, match="no environment for it: there is no wheel of aiohttp"
        ):
            known.chosen_for(cell(tmp_path, "asyncio"))
    assert len(made.wanted) == 1
    assert known.chosen_for(cell(tmp_path)).python == "python", "http.client needs none"


@pytest.mark.parametrize(
    ("strategy", "changes", "reason"),
    [
        ("asyncio", {}, "sequential and threads only, not asyncio"),
        ("processes", {}, "sequential and threads only, not processes"),
        ("threads", {"job__client": "httpx"}, "whose only client is http.client, not httpx"),
        ("threads", {"job__parser": "lxml"}, "not with lxml"),
    ],
)
def test_what_the_portable_driver_lacks_is_unsupported(
    tmp_path: Path, strategy: str, changes: dict[str, object], reason: str
) -> None:
    known, made, _ = interpreters(JYTHON)
    with pytest.raises(RuntimeUnavailableError, match=f"^Jython 2.7.3 runs the portable driver.*{reason}"):
        known.chosen_for(cell(tmp_path, strategy, **changes))
    assert made.wanted == []


def test_other_implementations_run_the_portable_driver(tmp_path: Path) -> None:
    known, _, _ = interpreters(JYTHON)
    assert known.chosen_for(cell(tmp_path)).needs_portable_driver
    known, _, _ = interpreters(JYTHON, requirements=("html5lib",))
    with pytest.raises(RuntimeUnavailableError, match="install html5lib there and remove `with`"):
        known.chosen_for(cell(tmp_path))


def test_an_interpreter_is_asked_once_and_its_silence_is_remembered() -> None:
    asked = []

    def ask(python: str, _: Stop) -> Facts:
        asked.append(python)
        raise RuntimeUnavailableError("it did not answer")

    known = Interpreters(
        "c", {"it": Located("it", "python", (), current=False)}, Made(Path("cache"), ""), ask
    )
    for _ in range(2):
        with pytest.raises(RuntimeUnavailableError, match="it did not answer"):
            known.facts("it")
    assert asked == ["python"]


def test_the_current_python_calibrates_wherever_it_stands_in_the_list() -> None:
    located = {name: Located(name, name, (), current=name == "mine") for name in ("3.14", "mine", "pypy3")}
    assert Interpreters("c", located, Made(Path("cache"), "")).references == ("mine", "3.14", "pypy3")
