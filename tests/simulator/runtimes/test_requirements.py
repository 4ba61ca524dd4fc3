"""What a cell needs installed, and what no environment can give it."""

from pathlib import Path

from simulator.runtimes.requirements import needs
from tests.conftest import tiny_cells


def test_an_executor_that_is_no_part_of_python_is_installed(tmp_path: Path) -> None:
    cells = tiny_cells(tmp_path, strategies=["threads", "process_pool", "joblib"])
    assert needs(cells["joblib"]) == tuple(sorted({*needs(cells["threads"]), "joblib"}))
    assert needs(cells["process_pool"]) == needs(cells["threads"])
