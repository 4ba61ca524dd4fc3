"""What may compute beside the job."""

import pytest
from pydantic import ValidationError

from simulator.scenario.beside import MOST, Beside


def test_by_default_nothing_computes() -> None:
    assert Beside().spinners == 0


@pytest.mark.parametrize("value", [-1, MOST + 1, True, "2"])
def test_a_number_of_spinners_that_makes_no_sense_is_refused(value: object) -> None:
    with pytest.raises(ValidationError):
        Beside.model_validate({"spinners": value})


def test_more_processes_than_are_started_here_are_refused_and_threads_are_not() -> None:
    assert Beside.model_validate({"spinners": 17, "in": "threads"}).too_many(16) is None
    assert Beside.model_validate({"spinners": 16, "in": "processes"}).too_many(16) is None
    refused = Beside.model_validate({"spinners": 17, "in": "processes"}).too_many(16)
    assert refused is not None
    assert "set beside.spinners to 16 or less" in refused
