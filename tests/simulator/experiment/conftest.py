"""An experiment with a parser that stops on demand, and what it tells."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.experiment.design import Design, design
from simulator.experiment.events import Event
from simulator.result.run import RunHeader
from simulator.scenario.load import load_text
from tests.conftest import tiny_text


class Witness:
    """A handler that remembers all that it is told, and passes it on."""

    name = "witness"

    def __init__(self, then: Callable[[Event], None] = lambda _: None) -> None:
        self.events: list[Event] = []
        self.then = then
        self.shut = 0

    def start(self, header: RunHeader) -> None:
        self.header = header

    def handle_event(self, event: Event) -> None:
        self.events.append(event)
        self.then(event)

    def shutdown(self) -> None:
        self.shut += 1

    def of(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def names(self) -> list[str]:
        return [type(event).__name__ for event in self.events]


@pytest.fixture
def tiny(tmp_path: Path) -> Callable[..., Design]:
    """Return a function that designs the tiny scenario, changed."""

    def make(*, turns: int | None = None, **changes: Any) -> Design:
        scenario = load_text(tiny_text(**changes), "tiny.yaml", tmp_path)
        return design(scenario, python=sys.executable, turns=turns)

    return make


SPINS_ON_DEMAND = """
import pathlib
FOLDER = pathlib.Path(__file__).parent
def parse(body, url):
    if (FOLDER / "spin").exists():
        (FOLDER / "spinning").touch()
        while True: pass
    return len(body)
"""


@pytest.fixture
def spins(tmp_path: Path) -> dict[str, Any]:
    """Return a parser that never returns as soon as there is a file `spin`; then there is a file `spinning`."""
    (tmp_path / "spins.py").write_text(SPINS_ON_DEMAND, encoding="utf-8")
    return {"function": "spins:parse", "url": True}
