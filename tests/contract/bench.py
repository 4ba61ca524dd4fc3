"""One strategy on one Python, ready to be run."""

import dataclasses
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from simulator.driver.libraries import ENGINES, LOOPS
from simulator.result.observation import Broken, Observed
from simulator.runner.job import Amount, job_file
from simulator.runner.repetition import run_repetition
from simulator.runner.servers import Servers
from simulator.scenario.cells import Cell
from tests.conftest import tiny_cells
from tests.interpreters import interpreter

HERE = "this Python"
SEED = 3
CLIENTS = {"trio": {"job__client__asyncio": "httpx2"}}
"""Of strategies for which those of the tiny scenario will not do."""
STAND_IN = Path(__file__).with_name("stand_in_aiohttp.py")


@dataclass(frozen=True)
class Bench:
    cell: Cell
    python: str
    servers: Servers
    folder: Path

    def run(self, *, instrument: bool = True, **changes: Any) -> Observed | Broken:
        """Run the cell, changed, once."""
        cell = dataclasses.replace(self.cell, **changes)
        return run_repetition(
            cell,
            self.servers.serving(cell.server),
            round_=0,
            python=self.python,
            amount=Amount(),
            seed=SEED,
            import_path=(str(self.folder),),
            time_limit_s=60,
            instrument=instrument,
        )

    def observed(self, *, instrument: bool = True, **changes: Any) -> Observed:
        outcome = self.run(instrument=instrument, **changes)
        assert isinstance(outcome, Observed), outcome
        return outcome

    def broken(self, **changes: Any) -> Broken:
        outcome = self.run(**changes)
        assert isinstance(outcome, Broken)
        return outcome

    def job(self, function: str, **options: Any) -> Any:
        """Return the cell's job with a parser of the module `mine`."""
        job = self.cell.job
        parser = type(job.parser).model_validate({"function": f"mine:{function}", **options})
        return job.model_copy(update={"parser": parser})

    def file(self, job: Any) -> dict[str, Any]:
        """Return the job file of a driver that the test starts itself."""
        return job_file(
            dataclasses.replace(self.cell, job=job),
            mode="measure",
            base_url=self.servers.serving(self.cell.server).url,
            amount=Amount(),
            seed=SEED,
            import_path=(str(self.folder),),
            output=self.folder / "out.json",
        )


def bench(entry: Any, runtime: str, servers: Servers, folder: Path) -> Bench:
    """Return the bench of a strategy, by its name or as a variant; skips where there is no such Python."""
    python = sys.executable
    if runtime != HERE:
        python = interpreter(runtime)
        shutil.copy(STAND_IN, folder / "aiohttp.py")
    name = entry if isinstance(entry, str) else entry["name"]
    listed = "threads" if name == "sequential" else entry
    cell = tiny_cells(folder, strategies=[listed], **CLIENTS.get(name, {}))[name]
    for library in {*ENGINES, *LOOPS} & {cell.plan.fetch.kind, cell.plan.loop} if runtime == HERE else ():
        pytest.importorskip(library)
    if cell.plan.cluster is not None:
        pytest.importorskip("distributed")
    return Bench(cell, python, servers, folder)
