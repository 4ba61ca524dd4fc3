"""What runs a cell: which interpreter, and which driver on it."""

from dataclasses import dataclass
from pathlib import Path

from simulator.runner.driver_process import DRIVER, PORTABLE_DRIVER, DriverError
from simulator.runtimes.errors import RuntimeUnavailableError
from simulator.runtimes.interpreters import Interpreters
from simulator.scenario.cells import Cell


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
            chosen = self.interpreters.of(cell)
        except RuntimeUnavailableError as error:
            raise DriverError("unsupported", str(error)) from error
        return chosen.python, PORTABLE_DRIVER if chosen.needs_portable_driver else DRIVER
