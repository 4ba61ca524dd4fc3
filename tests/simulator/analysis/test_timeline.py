from dataclasses import replace
from itertools import pairwise

import numpy as np

from simulator.analysis.summary import summarise
from simulator.analysis.timeline import MOST_JOBS, MOST_LANES, timeline
from simulator.result.document import to_json
from tests.simulator.analysis.builders import MS, planned, repetition, run, samples


def test_a_lane_for_each_thread_with_what_it_did_when() -> None:
    # 25 cycles of 60 ms: the stretch begins at 40 % of them, the beginning of a cycle, and is half a second long.
    drawn = timeline(samples(), 2)
    assert drawn is not None
    assert (drawn.round, drawn.width_us, drawn.left_out) == (2, 500_000, 0)
    assert [lane.name for lane in drawn.lanes] == ["worker 1", "worker 2", "worker 3", "worker 4"]
    lane = drawn.lanes[0]
    assert lane.network_us[:4] == (1_000, 43_000, 61_000, 103_000)
    assert lane.resume_us[:2] == (43_000, 50_000)
    assert lane.parse_us[:6] == (50_000, 60_000, 8_000, 110_000, 120_000, 8_000)


def test_tasks_of_one_loop_get_a_lane_each() -> None:
    jobs = samples(on_loop=True)
    drawn = timeline(replace(jobs, worker=np.zeros(100, int)), 0)
    assert drawn is not None
    assert [lane.name for lane in drawn.lanes] == ["task 1", "task 2", "task 3", "task 4"]
    for lane in drawn.lanes:
        spans = list(zip(lane.network_us[::2], lane.network_us[1::2], strict=True))
        assert all(earlier[1] <= later[0] for earlier, later in pairwise(spans))


def test_short_jobs_make_a_short_stretch_and_many_lanes_are_left_out() -> None:
    drawn = timeline(samples(6000, workers=20, fetch_ns=3 * MS, parse_ns=1 * MS, intended_ns=MS), 0)
    assert drawn is not None
    assert sum(len(lane.parse_us) // 3 for lane in drawn.lanes) <= MOST_JOBS + MOST_LANES
    assert (len(drawn.lanes), drawn.left_out) == (MOST_LANES, 20 - MOST_LANES)


def test_without_stamps_or_good_jobs_there_is_none() -> None:
    assert timeline(samples(stamped=False), 0) is None
    assert timeline(samples(2, errors={0: "x", 1: "x"}), 0) is None


def test_fewer_jobs_are_drawn_where_that_is_asked_for() -> None:
    jobs = samples(1000, workers=4, fetch_ns=3 * MS, parse_ns=1 * MS, intended_ns=MS)
    few, many = (timeline(jobs, 0, most_jobs=most) for most in (40, 80))
    assert few is not None
    assert many is not None
    assert many.width_us == 2 * few.width_us == 80_000


def test_the_timelines_of_two_hundred_cells_are_small() -> None:
    jobs = samples(2000, workers=12, fetch_ns=3 * MS, parse_ns=1 * MS, intended_ns=MS)
    cells = [planned("threads", levels={"level": str(number)}) for number in range(200)]
    document = summarise(run(cells, [repetition(c.id, 0) for c in cells], kept=lambda *_: jobs))
    bare = replace(document, cells=tuple(replace(cell, timeline=None) for cell in document.cells))
    assert len(to_json(document)) - len(to_json(bare)) < 1_500_000
