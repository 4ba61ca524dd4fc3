"""A sample file is read as it was written."""

from pathlib import Path

import numpy as np
import pytest

from simulator.driver.shared.output import numbered, write_samples
from simulator.driver.shared.recorder import COLUMNS, READY, SampleLog
from simulator.runner.sample_file import read_samples


def test_jobs_come_back_in_the_order_in_which_they_were_ready(tmp_path: Path) -> None:
    logs = [SampleLog(), SampleLog()]
    for log, page, ready, record, error in (
        (0, 7, 30, {"n": 1}, ""),
        (1, 8, 10, {"n": 2}, ""),
        (0, 9, 20, None, "fetch: OSError"),
        (1, 6, 40, {"n": 1}, ""),
    ):
        numbers = [page] + [ready] * (len(COLUMNS) - 1)
        logs[log].add(numbers, record, error)
    path = tmp_path / "samples.json"
    write_samples(str(path), logs, lambda text: f"<{text}>", 5, 1, 2, [0, 1, 2, 3, 4, 5], {"errors": []})
    written = read_samples(path)
    columns = written["columns"]
    assert columns["page"].tolist() == [8, 9, 7, 6]
    assert columns[COLUMNS[READY]].dtype == np.int64
    assert columns["error"] == ["", "fetch: OSError", "", ""]
    one, none, other, again = written["digests"]
    assert (none, again) == ("", other)
    assert one != other
    assert written["records"].keys() == {one, other}
    assert (written["go_ns"], written["unstarted_due_ns"], written["errors"]) == (5, [9, 10], [])


def test_no_job_is_a_file_without_jobs(tmp_path: Path) -> None:
    path = tmp_path / "samples.json"
    write_samples(str(path), [], str, 5, 1, 2, None, {})
    written = read_samples(path)
    assert (len(written["columns"]["page"]), written["digests"], written["columns"]["error"]) == (0, [], [])


def test_numbers_that_somebody_pickled_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "samples.json"
    write_samples(str(path), [], str, 5, 1, 2, None, {})
    np.save(tmp_path / "samples.npy", np.array([{}]), allow_pickle=True)
    with pytest.raises(ValueError, match="allow_pickle"):
        read_samples(path)


def test_texts_are_numbered_as_they_come() -> None:
    assert numbered(["b", "", "a", "b"]) == ([0, -1, 1, 0], ["b", "a"])
