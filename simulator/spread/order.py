"""What a machine is told to do, as JSON text: nothing that is unpickled."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from simulator.result.calibration import Calibration
from simulator.result.repetition import Repetition
from simulator.scenario.load import from_document
from simulator.scenario.model import Scenario
from simulator.scenario.referred import ReferredFiles
from simulator.store import codec


class Order(BaseModel):
    """A scenario, and which of its cells are to be measured: none means that it is only planned."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    program: str | None
    """Version of the program that gives it."""
    scenario: dict[str, Any]
    """As written, overrides included."""
    source: str
    """What problems call it."""
    source_dir: str | None
    """Where the user's parser is looked for first."""
    folder: str
    """And then: the current folder of who gives the order."""
    python: str | None
    """The interpreter that runs the job; null: the one that runs the program there."""
    command: str
    """What a person types to measure the same again."""
    rerun: bool = True
    machines: int = 1
    """Over which a budget is spread."""
    cells: tuple[str, ...] = ()
    repetitions: tuple[str, ...] = ()
    """What was measured of them on this machine before it was interrupted, each as JSON text."""
    calibrations: dict[str, str] = {}
    """Likewise, by the ids of cells."""

    def of(
        self,
        cells: Iterable[str],
        repetitions: Iterable[Repetition] = (),
        calibrations: Mapping[str, Calibration] | None = None,
    ) -> "Order":
        """Return the order to measure these cells, or to go on with them."""
        known = (calibrations or {}).items()
        return self.model_copy(
            update={
                "cells": tuple(cells),
                "repetitions": tuple(map(codec.dump_repetition, repetitions)),
                "calibrations": {cell: codec.dump_calibration(each) for cell, each in known},
            }
        )

    def read(self) -> Scenario:
        """Return the scenario; the files that it names have to be here. Raises ScenarioError."""
        folder = None if self.source_dir is None else Path(self.source_dir)
        return from_document(self.scenario, self.source, folder, referred=ReferredFiles())

    def to_text(self) -> str:
        """Return it as one line."""
        return json.dumps(self.model_dump(mode="json"))


def of_text(text: str | bytes) -> Order:
    """Read what `to_text` wrote. Raises ValueError."""
    return Order.model_validate_json(text)
