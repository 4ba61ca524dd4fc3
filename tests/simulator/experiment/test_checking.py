"""What was measured beside what was predicted of the same cells."""

from dataclasses import replace

import pytest

from simulator.experiment.checking import IN_PART, checked
from simulator.result.prediction import PredictedArrivals, Prediction
from simulator.result.predictions import Checked
from tests.simulator.analysis.builders import document
from tests.simulator.analysis.predictions import prediction

COMING = PredictedArrivals(900, 50.0, 899, 4, 0, 0.002, keeps_up=True, surely=True)


def check(guess: Prediction) -> Checked:
    return checked(document({"threads": [50.0] * 3}), {"threads": guess}).cells[0]


@pytest.mark.parametrize(
    ("guess", "told"),
    [
        (prediction(40.0), (1.25, False, None)),
        (replace(prediction(50.0), arrivals=COMING), (1.0, True, None)),
        (replace(prediction(50.0), arrivals=replace(COMING, all_there=False)), (None, None, IN_PART)),
    ],
)
def test_nothing_is_set_beside_what_was_predicted_of_the_first_jobs_alone(
    guess: Prediction, told: tuple[float | None, bool | None, str | None]
) -> None:
    found = check(guess)
    assert (found.of_predicted, found.inside, found.reason) == told


def test_where_no_job_is_predicted_to_be_ready_there_is_no_ratio() -> None:
    never = replace(prediction(50.0), throughput_per_s=replace(prediction(50.0).throughput_per_s, median=0.0))
    assert (check(never).of_predicted, check(never).reason) == (None, None)
