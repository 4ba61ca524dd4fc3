from dataclasses import replace
from itertools import pairwise

import numpy as np

from simulator.analysis.timeline import MOST_JOBS, MOST_LANES, timeline
from tests.simulator.analysis.builders import MS, samples


def test_a_lane_for_each_thread_with_what_it_did_when() -> None:
    # 25 cycles of 60 ms: the stretch begins at 40 % of them, the beginning of a cycle, and is 300 ms long.
    drawn = timeline(samples(), 2, in_flight=4)
    assert drawn is not None
    assert (drawn.round, drawn.width_us, drawn.left_out) == (2, 300_000, 0)
    assert [lane.name for lane in drawn.lanes] == ["worker 1", "worker 2", "worker 3", "worker 4"]
    lane = drawn.lanes[0]
    assert lane.network_us[:4] == (1_000, 43_000, 61_000, 103_000)
    assert lane.resume_us[:2] == (43_000, 50_000)
    assert lane.parse_us[:6] == (50_000, 60_000, 8_000, 110_000, 120_000, 8_000)


def test_tasks_of_one_loop_get_a_lane_each() -> None:
    jobs = samples(on_loop=True)
    drawn = timeline(replace(jobs, worker=np.zeros(100, int)), 0, in_flight=4)
    assert drawn is not None
    assert [lane.name for lane in drawn.lanes] == ["task 1", "task 2", "task 3", "task 4"]
    for lane in drawn.lanes:
        spans = list(zip(lane.network_us[::2], lane.network_us[1::2], strict=True))
        assert all(earlier[1] <= later[0] for earlier, later in pairwise(spans))


def test_short_jobs_make_a_short_stretch_and_many_lanes_are_left_out() -> None:
    drawn = timeline(
        samples(1000, workers=20, fetch_ns=3 * MS, parse_ns=1 * MS, intended_ns=MS), 0, in_flight=20
    )
    assert drawn is not None
    assert sum(len(lane.parse_us) // 3 for lane in drawn.lanes) <= MOST_JOBS + MOST_LANES
    assert (len(drawn.lanes), drawn.left_out) == (MOST_LANES, 20 - MOST_LANES)


def test_without_stamps_or_good_jobs_there_is_none() -> None:
    assert timeline(samples(stamped=False), 0, in_flight=4) is None
    assert timeline(samples(2, errors={0: "x", 1: "x"}), 0, in_flight=4) is None
