"""What an executor cannot do is left out with a sentence; all else it can."""

from pathlib import Path
from typing import Any

import pytest

from simulator.scenario.cells import expand
from simulator.scenario.load import load_text
from tests.conftest import tiny_cells, tiny_text

CHUNKY = {"name": "chunky", "base": "process_pool", "chunk": 2}
STRATEGIES = ["threads", "thread_pool", CHUNKY]


def reasons(folder: Path, **changes: Any) -> dict[str, str | None]:
    found = tiny_cells(folder, strategies=STRATEGIES, **changes)
    return {name: cell.unsupported for name, cell in found.items()}


def test_a_job_cannot_be_put_aside(tmp_path: Path) -> None:
    found = reasons(tmp_path, job__retries={"hold_slot": False})
    assert found["threads"] is None
    assert found["thread_pool"] == (
        "a job of thread_pool cannot be put aside while it backs off: its worker does nothing else until it returns;"
        " write job.retries.hold_slot: true"
    )
    assert set(reasons(tmp_path, job__retries={"hold_slot": True}).values()) == {None}


def test_chunks_are_of_jobs_that_are_there(tmp_path: Path) -> None:
    found = reasons(tmp_path, arrivals={"rate": "10/s"})
    assert (found["threads"], found["thread_pool"]) == (None, None)
    assert found["chunky"] == (
        "chunky hands over 2 pages together, of which the last would come before it is due; write chunk: 1, or remove"
        " arrivals"
    )


@pytest.mark.parametrize("strategy", ["processes", "process_pool", "joblib"])
def test_too_many_processes_are_told_with_the_key_that_decides_how_many(
    strategy: str, tmp_path: Path
) -> None:
    scenario = load_text(tiny_text(strategies=[strategy], in_flight=20), "tiny.yaml", tmp_path)
    *_, cell = expand(scenario, 2)
    assert cell.unsupported is not None
    assert "set in_flight to 16 or less" in cell.unsupported


def test_no_worker_of_an_executor_has_a_turn_to_begin(tmp_path: Path) -> None:
    found = reasons(tmp_path, job__ramp="1s")
    assert found["threads"] is None
    assert found["thread_pool"] == (
        "jobs of thread_pool begin as they are handed over, and not one worker after the other; remove job.ramp"
    )
