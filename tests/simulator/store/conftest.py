import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import numpy as np
import pytest

from simulator.result.repetition import Repetition
from simulator.result.run import PlannedCell, RunHeader
from simulator.result.samples import DRIVER_COLUMNS, SERVER_COLUMNS, Samples
from simulator.store import Store

NOBODY = 65534


def _header(run_id: str = "r1", *, cells: int = 2, rounds: int = 3) -> RunHeader:
    planned = tuple(
        PlannedCell(
            f"c{i}",
            {"strategy": f"s{i}", "in_flight": 8},
            "c0" if i else None,
            8,
            marked=False,
            unsupported=None,
        )
        for i in range(cells)
    )
    return RunHeader(run_id, "mixed", {"seed": 7}, rounds, {"cores": 2}, "2025-01-02T03:04:05Z", planned)


def _repetition(cell: str = "c0", round_: int = 1, status: str = "ok") -> Repetition:
    return Repetition(cell, round_, "2025-01-02T03:04:06Z", status, None, None)  # type: ignore[arg-type] # a literal


def _samples(size: int = 100) -> Samples:
    columns = {
        name: np.arange(size, dtype=np.int64) + i for i, name in enumerate((*DRIVER_COLUMNS, *SERVER_COLUMNS))
    }
    return Samples(**columns, error=np.full(size, -1, dtype=np.int64), error_kinds=("timeout",))


@pytest.fixture
def make_header() -> Callable[..., RunHeader]:
    return _header


@pytest.fixture
def make_repetition() -> Callable[..., Repetition]:
    return _repetition


@pytest.fixture
def make_samples() -> Callable[..., Samples]:
    return _samples


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "results.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store.open(path, busy_timeout_s=0.05) as opened:
        yield opened


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    """A folder that an unprivileged user can reach, which pytest's own is not."""
    folder = Path(tempfile.mkdtemp(prefix="simulator-store-"))
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.fixture
def unprivileged() -> Callable[[], AbstractContextManager[None]]:
    """Root may write what is read-only; a block under this runs as somebody who may not."""

    @contextmanager
    def drop() -> Iterator[None]:
        if os.geteuid() != 0:
            yield
            return
        os.seteuid(NOBODY)
        try:
            yield
        finally:
            os.seteuid(0)

    return drop
