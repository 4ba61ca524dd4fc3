"""What virtual changes would do, by the model itself."""

import pytest

from simulator.analysis.predicting import MOST_OF_ALL, predicted
from simulator.analysis.situations import Situation, situations
from simulator.analysis.what_if.answers import MANY, what_if
from simulator.analysis.what_if.parsing import parse_change
from simulator.result.document import ResultDocument
from simulator.result.prediction import Band, Prediction
from simulator.result.predictions import Gain, WhatIf
from tests.simulator.analysis.predictions import calibrated, prediction


def answers(document: ResultDocument, *changes: str) -> tuple[WhatIf, ...]:
    return what_if(document, situations(document), [parse_change(text) for text in changes])


def gain(answer: WhatIf, strategy: str) -> Gain:
    return next(each for each in answer.gains if each.strategy == strategy)


def ratio(answer: WhatIf, strategy: str) -> float:
    found = gain(answer, strategy).ratio
    assert found is not None
    return found


def test_half_the_parse_helps_whom_the_parse_holds_back() -> None:
    (half,) = answers(calibrated(), "parse * 0.5")
    assert half.levels == {"in_flight": "8"}
    assert ratio(half, "threads") == pytest.approx(1.8, rel=0.1)
    assert ratio(half, "sequential") == pytest.approx(25 / 22.5, rel=0.05)


def test_more_cores_help_processes_alone_and_it_is_told_with_how_many_in_flight() -> None:
    (more,) = answers(calibrated(), "cores = 32")
    assert ratio(more, "threads") == pytest.approx(1, abs=0.05)
    assert ratio(more, "processes") > 1.05
    assert (more.take, more.instead_of) == ("processes", "processes")
    most = gain(more, "processes")
    assert most.most_in_flight is not None
    assert most.most_ratio is not None
    assert most.most_in_flight > 32
    assert most.most_ratio == pytest.approx(16, rel=0.1)
    assert gain(more, "threads").most_in_flight == 8


def test_a_parse_that_lets_go_of_the_lock_makes_threads_enough() -> None:
    free, none = answers(calibrated(), "parse releases the GIL", "no GIL")
    for answer in (free, none):
        assert (answer.take, answer.instead_of) == ("threads", "processes")
        assert answer.ratio == pytest.approx(1, abs=0.1)
        assert ratio(answer, "threads") > 1.3


def test_more_in_flight_than_there_can_be_processes_is_no_number() -> None:
    (many,) = answers(calibrated(), "in flight = 100")
    found = gain(many, "processes")
    assert found.ratio is None
    assert found.reason == "100 processes are more than 8 for each of 2 cores"
    assert gain(many, "threads").in_flight == 100
    assert gain(many, "processes_per_core").in_flight == 2


def test_each_combination_has_its_answer() -> None:
    varied = calibrated(vary={"server.latency": ["0ms", "200ms"]})
    near, far = answers(varied, "latency * 2")
    assert (near.levels["server.latency"], far.levels["server.latency"]) == ("0ms", "200ms")
    assert ratio(near, "sequential") == pytest.approx(1, abs=0.01)
    assert ratio(far, "sequential") == pytest.approx(205 / 405, rel=0.02)


def test_of_what_is_not_known_nothing_is_said() -> None:
    assert what_if(calibrated(), {}, [parse_change("parse * 2")]) == ()
    assert answers(calibrated()) == ()


def test_the_affinity_that_is_here_does_not_limit_another_machine() -> None:
    bound = calibrated(affinity={"driver": [0]})
    assert {one.machine.cores for one in situations(bound).values()} == {1}
    (more,) = answers(bound, "cores = 4")
    assert ratio(more, "processes") > 1.5


@pytest.mark.truth
def test_of_many_cells_fewer_jobs_say_much_the_same() -> None:
    one = calibrated()
    few = answers(one, "parse * 0.5")[0]
    many = answers(one, *["parse * 0.5"] * 20)[0]
    assert 20 * len(one.cells) > MANY
    for strategy in ("threads", "asyncio", "processes"):
        assert ratio(many, strategy) == pytest.approx(ratio(few, strategy), rel=0.05)


def test_of_jobs_that_come_by_themselves_a_change_tells_who_keeps_up_and_how_long_they_take() -> None:
    job = {"client": {"blocking": "http.client", "asyncio": "aiohttp"}, "parser": "spin", "parse_cost": "5ms"}
    made = predicted(
        calibrated(
            arrivals={"rate": "230/s"}, job={**job, "duration": "400ms"}, strategies=["threads", "processes"]
        )
    )
    free, slow = answers(made, "parse releases the GIL", "parse * 3")
    assert gain(free, "threads").keeps_up is True
    assert (free.take, free.instead_of) == ("threads", "processes")
    assert free.ratio == pytest.approx(1, abs=0.05)
    assert free.p99_ratio == pytest.approx(1, abs=0.2)
    before_s, after_s = (gain(each, "processes").p99_s for each in (free, slow))
    assert before_s is not None
    assert after_s is not None
    assert after_s > 2 * before_s
    assert gain(slow, "threads").keeps_up is False
    assert (slow.take, slow.p99_ratio) == (None, None)
    assert gain(slow, "threads").most_per_s == pytest.approx(65, rel=0.1)


def test_where_no_job_is_ready_within_the_duration_no_gain_is_told() -> None:
    job = {"client": {"blocking": "http.client", "asyncio": "aiohttp"}, "parser": "spin", "parse_cost": "5ms"}
    made = predicted(
        calibrated(
            arrivals={"rate": "20/s"},
            job={**job, "duration": "200ms"},
            server={"latency": "1s"},
            strategies=["threads"],
        )
    )
    (answer,) = answers(made, "latency / 100")
    found = gain(answer, "threads")
    assert (found.ratio, answer.ratio) == (None, None)
    assert found.per_s is not None
    assert found.per_s > 0


def test_those_that_keep_up_are_ranked_by_what_the_prediction_ranks_them_by(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job = {"client": {"blocking": "http.client", "asyncio": "aiohttp"}, "parser": "spin", "parse_cost": "5ms"}
    made = predicted(
        calibrated(arrivals={"rate": "60/s"}, job={**job, "duration": "500ms"}, strategies=["threads"])
    )
    asked: list[str] = []

    def percentile_s(found: Prediction, name: str) -> Band | None:
        asked.append(name)
        return found.response_p50_s

    monkeypatch.setattr(Prediction, "percentile_s", percentile_s)
    answers(made, "parse * 0.5")
    assert set(asked) == {"p50"}, "about 30 jobs carry no other one"


def test_cells_whose_jobs_come_by_themselves_share_what_is_simulated(monkeypatch: pytest.MonkeyPatch) -> None:
    job = {"client": {"blocking": "http.client", "asyncio": "aiohttp"}, "parser": "spin", "parse_cost": "1ms"}
    made = predicted(calibrated(arrivals={"rate": "20/s"}, job={**job, "duration": "200ms"}))
    allowed: list[int] = []

    def count(_: Situation, *, most: int) -> Prediction:
        allowed.append(most)
        return prediction(50.0)

    monkeypatch.setattr("simulator.analysis.what_if.answers.predict_cell", count)
    answers(made, *["parse * 0.5"] * 9)
    assert len(allowed) == 10 * len(made.cells)
    assert sum(allowed) <= MOST_OF_ALL
