"""When jobs are due, as whoever predicts a run works it out, is when they are due in the run."""

from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from simulator.driver.spec import from_mapping
from simulator.runner.job import Amount, job_file
from simulator.scenario.due import due_ns
from simulator.scenario.recorded_times import RecordedTimesError
from tests.conftest import tiny_cells


@pytest.mark.parametrize("arrivals", [{"rate": "40/s"}, {"rate": "40/s", "process": "constant"}, "recorded"])
@pytest.mark.parametrize("length", [{"job__duration": "2s", "job__pages": None}, {"job__pages": 50}])
def test_they_are_the_moments_that_the_driver_waits_for(
    arrivals: Any, length: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "times.txt").write_text("0ms\n30ms\n31ms\n400ms\n", encoding="utf-8")
    if arrivals == "recorded":
        arrivals = {"process": "recorded", "file": str(tmp_path / "times.txt")}
    cell = tiny_cells(tmp_path, arrivals=arrivals, seed=11, **length)["threads"]
    told = job_file(
        cell,
        mode="measure",
        base_url="http://127.0.0.1:1",
        amount=Amount(),
        seed=11,
        import_path=(),
        output=tmp_path,
    )
    expected = from_mapping(told).offsets_ns()
    assert expected is not None
    assert cell.arrivals is not None
    pages = cell.job.pages if cell.job.duration_ns is None else None
    assert isinstance(pages, int | None)
    found = due_ns(cell.arrivals, cell.server.content, seed=11, pages=pages, duration_ns=cell.job.duration_ns)
    assert list(found) == expected.tolist()


def test_without_a_limit_they_never_end(tmp_path: Path) -> None:
    cell = tiny_cells(tmp_path, arrivals={"rate": "40/s", "process": "constant"})["threads"]
    assert cell.arrivals is not None
    found = due_ns(cell.arrivals, cell.server.content, seed=0, pages=None, duration_ns=None)
    assert list(islice(found, 3)) == [0, 25_000_000, 50_000_000]


def test_times_that_cannot_be_read_say_so(tmp_path: Path) -> None:
    gone = tmp_path / "gone.txt"
    gone.write_text("0ms\n30ms\n", encoding="utf-8")
    cell = tiny_cells(tmp_path, arrivals={"process": "recorded", "file": str(gone)})["threads"]
    gone.unlink()
    assert cell.arrivals is not None
    with pytest.raises(RecordedTimesError, match="gone"):
        due_ns(cell.arrivals, cell.server.content, seed=0, pages=4, duration_ns=None)
