"""What is predicted of jobs that come by themselves, against closed forms and what a run counts."""

from dataclasses import replace
from itertools import pairwise
from math import log
from random import Random

import pytest

from simulator.analysis.arriving import predict_coming
from simulator.analysis.coming import Coming
from simulator.model.demands import Demand, Demands
from simulator.model.shape import Machine, Shape
from simulator.result.prediction import Band, PredictedArrivals, Prediction

ONE_LOOP = Shape("none", (64,), loop=True)
PARSES = Demands(parse_held=Demand(0.01), spread=0.0)
"""Jobs that need one thing, for ever the same time."""
DEMANDS = Demands(
    waits_s=(0.02,),
    client_held=Demand(0.0002),
    client_free=Demand(0.0001),
    parse_held=Demand(0.02),
    transport=Demand(0.0001),
    server=Demand(0.0001),
)


def poisson(rate_per_s: float, count: int, seed: int = 1) -> tuple[float, ...]:
    draw, moments, now_s = Random(seed), [], 0.0  # noqa: S311 - no secret
    for _ in range(count):
        now_s -= log(1 - draw.random()) / rate_per_s
        moments.append(now_s)
    return tuple(moments)


def coming(due_s: tuple[float, ...], duration_s: float | None = None) -> Coming:
    return Coming(due_s, duration_s, len(due_s), due_s[-1], ends=duration_s is not None)


def within(duration_s: float, rate_per_s: float) -> Coming:
    due_s = poisson(rate_per_s, round(3 * duration_s * rate_per_s))
    return coming(tuple(each for each in due_s if each < duration_s), duration_s)


def foresee(found: Coming, shape: Shape, demands: Demands = DEMANDS, most: int = 20_000) -> Prediction:
    return predict_coming(shape, demands, Machine(2), found, most)


def middle(band: Band | None) -> float:
    assert band is not None
    return band.median


def arrivals(found: Prediction) -> PredictedArrivals:
    assert found.arrivals is not None
    return found.arrivals


def test_one_server_of_equal_jobs_is_an_m_d_1() -> None:
    due_s = poisson(60.0, 10_000)
    found = foresee(coming(due_s), ONE_LOOP, PARSES)
    busy = 0.01 * 10_000 / due_s[-1]
    # Pollaczek and Khinchine.
    assert middle(found.response_mean_s) == pytest.approx(0.01 * (1 + busy / 2 / (1 - busy)), rel=0.03)
    assert found.throughput_per_s.median == pytest.approx(60, rel=0.03)
    assert (arrivals(found).keeps_up, found.bound_by) == (True, "one loop")


def test_every_wait_is_lindleys() -> None:
    due_s, free_s, took_s = poisson(80.0, 2_000, seed=2), 0.0, []
    for each in due_s:
        free_s = max(free_s, each) + 0.01
        took_s.append(free_s - each)
    took_s.sort()
    found = foresee(coming(due_s), ONE_LOOP, PARSES)
    assert middle(found.response_mean_s) == pytest.approx(sum(took_s) / len(took_s))
    assert middle(found.response_p50_s) == pytest.approx(took_s[1000], rel=1e-2)
    assert middle(found.response_p99_s) == pytest.approx(took_s[1980], rel=1e-2)


def test_whoever_keeps_up_does_what_comes_and_answers_later_the_nearer_it_is_to_its_most() -> None:
    quiet, busy = (foresee(within(10, rate), Shape("none", (16,), loop=True)) for rate in (10.0, 46.0))
    for found in (quiet, busy):
        assert found.throughput_per_s.median == pytest.approx(arrivals(found).completed / 10, rel=0.01)
        assert arrivals(found).offered - arrivals(found).completed <= 16
    assert (arrivals(quiet).keeps_up, arrivals(quiet).surely, arrivals(busy).surely) == (True, True, False)
    assert middle(busy.response_p99_s) > 3 * middle(quiet.response_p99_s)
    narrow, wide = quiet.response_p99_s, busy.response_p99_s
    assert narrow is not None
    assert wide is not None
    assert narrow.high / narrow.low < 2 < wide.high / wide.low


def test_of_a_fixed_duration_nobody_begins_what_was_not_begun_before_its_end() -> None:
    alone = Shape("none", (1,), loop=False)
    found = foresee(within(3, 65.0), alone)
    told = arrivals(found)
    assert (told.keeps_up, told.surely) == (False, True)
    # One worker, 40.5 ms a job: about 74 are begun in 3 s, and none waits longer than that.
    assert told.completed == pytest.approx(74, abs=3)
    assert found.throughput_per_s.median == pytest.approx(told.completed / 3, rel=0.02)
    assert told.backlog_end == pytest.approx(told.offered - told.completed, abs=2)
    assert middle(found.response_p99_s) < 3.05


def test_a_fixed_count_is_done_to_its_end() -> None:
    due_s = tuple(number / 100 for number in range(60))
    found = foresee(coming(due_s), Shape("none", (1,), loop=False), replace(DEMANDS, spread=0.0))
    assert arrivals(found).completed == 60
    assert found.throughput_per_s.median == pytest.approx(60 / (60 * 0.0405), rel=0.01)
    assert found.cores_used == pytest.approx(0.0203 / 0.0405, rel=0.02)


def test_of_more_jobs_than_are_simulated_the_first_ones_tell_of_all_unless_ever_more_wait() -> None:
    eight, steady, heavy = Shape("none", (8,), loop=True), within(20, 30.0), within(20, 65.0)
    found = foresee(steady, eight, most=200)
    assert (arrivals(found).offered, found.whole) == (len(steady.due_s), False)
    assert arrivals(found).completed == pytest.approx(len(steady.due_s), abs=8)
    assert found.response_p99_s is not None
    lost, all_of_it = foresee(heavy, eight, most=200), foresee(heavy, eight)
    assert (arrivals(lost).keeps_up, lost.response_p99_s) == (False, None)
    assert lost.throughput_per_s.median == pytest.approx(48, rel=0.05)
    for name in ("offered", "completed", "backlog_max", "backlog_end", "queue_s"):
        one, other = (getattr(arrivals(each), name) for each in (lost, all_of_it))
        assert one == pytest.approx(other, rel=0.25)
    assert (lost.whole, all_of_it.whole) == (False, True)


def test_what_is_done_is_what_comes_of_the_whole_however_the_first_ones_come() -> None:
    """At first 100 a second come, then 20: whoever keeps up does as much as comes in all."""
    due_s = tuple(at / 100 for at in range(200)) + tuple(2 + at / 20 for at in range(160))
    found = foresee(coming(due_s, 10.0), ONE_LOOP, replace(PARSES, parse_held=Demand(0.001)), most=200)
    assert arrivals(found).offered_per_s == pytest.approx(36, rel=0.01)
    assert found.throughput_per_s.median == pytest.approx(36, rel=0.02)


@pytest.mark.parametrize("due_s", [(0.0,) * 50, (0.0, *(1.0,) * 50)])
def test_a_burst_at_the_cut_leaves_something_to_simulate(due_s: tuple[float, ...]) -> None:
    for duration_s in (None, 5.0):
        found = foresee(coming(due_s, duration_s), ONE_LOOP, PARSES, most=20)
        assert arrivals(found).offered == len(due_s)
        assert found.throughput_per_s.median > 0


def test_whether_it_surely_keeps_up_is_open_where_an_end_of_the_band_is_too_short_to_tell() -> None:
    one = Shape("none", (1,), loop=False)
    # 100 jobs of 10 ms, one each 7.7 ms: 23 wait at the end; of 8.6 ms 10 would, which is neither few nor many.
    told = [
        arrivals(foresee(coming(tuple(gap_s * job for job in range(100))), one, PARSES))
        for gap_s in (0.006, 0.0077, 0.008, 0.02)
    ]
    assert [each.keeps_up for each in told] == [False, False, None, True]
    assert [each.surely for each in told] == [True, False, False, True]


def test_more_slots_than_jobs_cost_nothing() -> None:
    due_s = poisson(30.0, 100)
    many, enough = (foresee(coming(due_s), Shape("none", (width,), loop=True)) for width in (1_000_000, 100))
    assert many.response_p99_s == enough.response_p99_s


def test_the_first_of_many_come_until_the_next_one() -> None:
    first = coming((0.0, 1.0, 3.0, 4.0)).first(2)
    assert (first.due_s, first.duration_s, first.offered, first.share) == ((0.0, 1.0), 3.0, 4, 0.5)
    assert first.offered_per_s == 0.75
    burst = coming((0.0, 1.0, 1.0, 1.0)).first(2)
    assert (burst.due_s, burst.duration_s) == ((0.0,), 1.0), "those that come with the next one come later"
    assert coming((1.0,) * 4).first(2).duration_s is None
    assert first.rate_per_s == 1.0
    assert coming((0.5,)).rate_per_s == 0.0


def test_a_loop_is_as_busy_as_what_comes_makes_it() -> None:
    shared = replace(DEMANDS, parse_held=Demand(0.0), client_busy=0.5)
    due_s = tuple(number / 20 for number in range(200))
    rare = foresee(coming(due_s), Shape("none", (64,), loop=True), replace(shared, spread=0.0))
    assert middle(rare.response_p50_s) == pytest.approx(0.0205, rel=0.01), (
        "not the cheaper turns of a busy one"
    )


def test_bands_hold_their_middle_and_rise_with_the_share() -> None:
    found = foresee(within(5, 40.0), Shape("none", (8,), loop=False))
    bands = [found.percentile_s(name) for name in ("p50", "p90", "p95", "p99")]
    for band in bands:
        assert band is not None
        assert band.low < band.median < band.high
    assert all(middle(one) <= middle(other) for one, other in pairwise(bands))
    assert found.percentile_s("p99_9") is None
