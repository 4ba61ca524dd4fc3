"""Which import turned the GIL on."""

import warnings
from typing import Any, cast

import pytest

from simulator.driver.gil import enabled_by, wanted
from simulator.driver.spec import Spec
from simulator.runtimes.facts import ask
from tests.interpreters import interpreter


class Job:
    """The part of a job file that matters here."""

    def __init__(self) -> None:
        self.parser = {"name": "lxml"}
        self.clients = ("asyncio:aiohttp", "blocking:http.client")


JOB = cast("Spec", Job())


class Build:
    """A free-threaded build in which some modules turn the GIL on."""

    def __init__(self, culprits: set[str], *, warns: str | None = None) -> None:
        self.on = False
        self._culprits, self._warns = culprits, warns

    def is_on(self) -> bool:
        return self.on

    def load(self, module: str) -> None:
        if module in self._culprits:
            self.on = True
            if self._warns:
                warnings.warn(self._warns, RuntimeWarning, stacklevel=1)


def culprit(build: Build) -> str | None:
    return enabled_by(JOB, is_on=build.is_on, load=build.load)


def test_the_parser_is_imported_before_the_clients() -> None:
    assert wanted(JOB) == ["lxml.etree", "aiohttp", "http.client"]


def test_the_first_module_after_which_there_is_a_gil_is_named() -> None:
    assert culprit(Build({"aiohttp", "http.client"})) == "aiohttp"
    assert culprit(Build(set())) is None


def test_pythons_own_warning_names_the_extension_itself() -> None:
    warns = "The global interpreter lock (GIL) has been enabled to load module 'aiohttp._x', which has not declared"
    assert culprit(Build({"aiohttp"}, warns=warns)) == "aiohttp._x"


def test_a_gil_that_was_there_before_was_turned_on_by_none() -> None:
    build = Build({"aiohttp"})
    build.on = True
    assert culprit(build) is None


def test_what_cannot_be_imported_is_left_to_whoever_needs_it() -> None:
    def load(module: str) -> Any:
        raise SystemExit(module)

    assert enabled_by(JOB, is_on=lambda: False, load=load) is None


@pytest.mark.parametrize("name", ["3.13t"])
def test_a_free_threaded_build_starts_without_a_gil(name: str) -> None:
    assert not ask(interpreter(name)).gil_enabled
