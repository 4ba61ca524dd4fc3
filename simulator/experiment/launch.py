"""What runs a cell: which interpreter, and which driver on it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from simulator.runner.driver_process import DRIVER, PORTABLE_DRIVER, DriverError
from simulator.runtimes.environments import Environments, default_cache, shipped_constraints
from simulator.runtimes.errors import RuntimeUnavailableError
from simulator.runtimes.interpreters import Interpreters
from simulator.runtimes.location import Places, locate_all
from simulator.scenario.cells import Cell
from simulator.scenario.model import Scenario


@dataclass(frozen=True)
class Launch:
    """Chooses for each cell of a run.

    Args:
        python: runs every cell of a scenario without runtimes.
        interpreters: of the scenario's runtimes; null: it lists none.
    """

    python: str
    interpreters: Interpreters | None

    def of(self, cell: Cell) -> tuple[str, Path]:
        """Return the interpreter of a cell and the driver that it can run. Raises DriverError."""
        if self.interpreters is None:
            return self.python, DRIVER
        try:
            chosen = self.interpreters.chosen_for(cell)
        except RuntimeUnavailableError as error:
            raise DriverError("unsupported", str(error)) from error
        return chosen.python, PORTABLE_DRIVER if chosen.needs_portable_driver else DRIVER


def find(scenario: Scenario, python: str) -> tuple[Launch, Mapping[str, str]]:
    """Return what runs the cells of a scenario, and why its other runtimes are not on this machine.

    Args:
        scenario: perhaps with `runtimes`.
        python: what runs cells without a runtime, and what `current` stands for.
    """
    if not scenario.runtimes:
        return Launch(python, None), {}
    here, missing = locate_all(scenario.runtimes, Places(python, scenario.source_dir or Path.cwd()))
    environments = Environments(default_cache(os.environ), shipped_constraints())
    return Launch(python, Interpreters(python, here, environments)), missing
