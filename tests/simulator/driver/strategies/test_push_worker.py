"""Jobs on their way out of a worker: ready where they are unpickled, and told apart where they cannot be."""

import pickle
from typing import Any

import pytest

from simulator.driver.shared.failure import Failure
from simulator.driver.shared.recorder import COLUMNS, READY
from simulator.driver.strategies.push_worker import Carried, Done, Job, do, rows_of


class Sticky:
    def __reduce__(self) -> tuple[Any, ...]:
        return int, ("not a number",)


def row(page: int, record: Any) -> Any:
    return [page, *[0] * (len(COLUMNS) - 1)], record, ""


def test_jobs_are_ready_when_the_main_interpreter_has_unpickled_them() -> None:
    found = pickle.loads(pickle.dumps(Carried([row(4, {"n": 1}), row(5, None)])))  # noqa: S301 - our own
    assert isinstance(found, Done)
    rows, moved_bytes = rows_of(found)
    assert [(numbers[0], record) for numbers, record, _ in rows] == [(4, {"n": 1}), (5, None)]
    assert rows[0][0][READY] == rows[1][0][READY] > 0
    assert moved_bytes > 0


@pytest.mark.parametrize(
    ("record", "reason"), [(lambda: 1, "the record of page 5"), (Sticky(), "cannot be brought back")]
)
def test_a_record_that_cannot_cross_is_named(record: Any, reason: str) -> None:
    found = pickle.loads(pickle.dumps(Carried([row(4, 1), row(5, record)])))  # noqa: S301 - our own
    with pytest.raises(Failure) as failure:
        rows_of(found)
    assert reason in failure.value.reason
    assert "return plain data" in failure.value.reason


def test_jobs_that_never_left_are_as_they_are() -> None:
    rows = [row(4, 1)]
    assert rows_of(rows) == (rows, 0)
    assert rows_of(Carried(rows)) == (rows, 0)


def test_a_worker_that_nobody_set_up_is_told_in_a_sentence() -> None:
    with pytest.raises(Failure, match="another worker in the place of one"):
        rows_of(do(Job((1,))))
