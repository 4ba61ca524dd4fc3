from dataclasses import replace

import numpy as np
import pytest

from simulator.analysis.spans import Spans
from simulator.analysis.turns import common, stands_for, timeline_with_turns, turns, without
from simulator.result.attribution import UNCOUNTED
from simulator.result.looks import Looks
from tests.simulator.analysis.builders import GO_NS, MS, samples

US = 1_000


def spans(*pairs: tuple[int, int]) -> Spans:
    return np.array([p[0] for p in pairs], dtype=np.int64), np.array([p[1] for p in pairs], dtype=np.int64)


def listed(found: Spans) -> list[tuple[int, int]]:
    return list(zip(found[0].tolist(), found[1].tolist(), strict=True))


def looks(
    states: list[str],
    *,
    at_ms: list[float] | None = None,
    queued_ms: list[list[float]] | None = None,
    on_cpu_ms: list[list[float]] | None = None,
    begin_ns: int = 0,
) -> Looks:
    """Return looks at threads whose states are letters, one look after the other; R can run.

    Unless told, nobody waits for a core, and whoever can run does.
    """
    size = len(states[0])
    runnable = np.array([[letter == "R" for letter in line] for line in states]).T
    at = np.array(at_ms or list(range(size)), dtype=float)
    spent = (
        np.array(on_cpu_ms, dtype=float).T if on_cpu_ms else np.cumsum(np.ones_like(runnable, float), 0) * 100
    )
    waited = np.array(queued_ms, dtype=float).T if queued_ms else np.zeros_like(runnable, float)
    return Looks(
        workers=tuple(range(len(states))),
        of=len(states),
        at_ns=(at * MS).astype(np.int64) + begin_ns,
        runnable=runnable,
        queued_ns=(waited * MS).astype(np.int64),
        on_cpu_ns=(spent * MS).astype(np.int64),
        cost_ns=MS,
    )


def test_what_lies_in_both_and_in_one_only() -> None:
    one, other = spans((0, 10), (20, 30)), spans((5, 22), (29, 40))
    assert listed(common(one, other)) == [(5, 10), (20, 22), (29, 30)]
    assert listed(without(one, other)) == [(0, 5), (22, 29)]
    assert listed(without(one, spans())) == listed(one)
    assert listed(without(spans(), other)) == []


def test_threads_that_alternate_have_turns_that_do_not_overlap() -> None:
    found = turns(looks(["RRRSSSRR", "SSSRRRSS"]))
    first, second = found[0].running, found[1].running
    assert listed(first) == [(-MS // 2, 2_500 * US), (5_500 * US, 7_500 * US)]
    assert listed(second) == [(2_500 * US, 5_500 * US)]
    assert listed(common(first, second)) == []


def test_a_gap_between_looks_is_nobody_s_turn() -> None:
    at_ns = (np.array([0, 1, 21, 22]) * MS).astype(np.int64)
    begins, ends = stands_for(at_ns)
    assert begins.tolist() == [-MS // 2, 500 * US, 20_500 * US, 21_500 * US]
    assert ends.tolist() == [500 * US, 1_500 * US, 21_500 * US, 22_500 * US]
    running = turns(looks(["RRRR"], at_ms=[0, 1, 21, 22]))[0].running
    assert listed(running) == [(-MS // 2, 1_500 * US), (20_500 * US, 22_500 * US)]


def test_a_thread_that_waits_for_a_core_does_not_run() -> None:
    # Between the sixth look and the seventh it gets a core, after 4 ms.
    found = turns(looks(["RRRRRRRRR"], queued_ms=[[0, 0, 0, 0, 0, 0, 4, 4, 4]]))[0]
    assert listed(found.queued) == [(1_500 * US, 5_500 * US)]
    assert listed(found.running) == [(-MS // 2, 1_500 * US), (5_500 * US, 8_500 * US)]


def test_a_short_wait_stays_in_the_turn() -> None:
    found = turns(looks(["RRRR"], queued_ms=[[0, 0.1, 0.1, 0.1]]))[0]
    assert listed(found.queued) == []
    assert listed(found.running) == [(-MS // 2, 3_500 * US)]


def test_a_waiter_that_is_caught_awake_has_not_run_from_one_look_to_the_next() -> None:
    found = turns(looks(["SSRSS"], on_cpu_ms=[[7, 7, 7, 7.04, 7.04]]))[0]
    assert listed(found.running) == [(1_980 * US, 2_020 * US)]


def test_a_turn_longer_than_its_cpu_time_is_as_long_as_that() -> None:
    found = turns(looks(["SRRRRS"], on_cpu_ms=[[1, 1, 1, 1, 1, 4]]))[0]
    ((begin, end),) = listed(found.running)
    assert end - begin == 3 * MS


def test_lanes_of_workers_have_the_turns_of_their_threads_over_the_stretch_that_was_seen() -> None:
    begin_ns = GO_NS + 600 * MS
    half = ["R" * 100 + "S" * 100, "S" * 100 + "R" * 100, "S" * 200, "S" * 200]
    made = timeline_with_turns(samples(), looks(half, begin_ns=begin_ns))
    assert made is not None
    assert (made.round, made.width_us) == (UNCOUNTED, 500_000)
    assert [lane.turns_us for lane in made.lanes] == [(0, 99_500), (99_500, 199_500), (), ()]
    assert made.lanes[0].network_us[:2] == (1_000, 43_000)
    assert made.watch is not None
    assert (made.watch.looks, made.watch.workers, made.watch.of) == (200, 4, 4)
    assert made.watch.unseen_us == (199_500, 500_000)
    assert made.watch.cost == pytest.approx(1 / 199, abs=1e-4)


def test_tasks_of_a_loop_run_in_their_own_parses_and_the_loop_in_what_is_left() -> None:
    jobs = samples(on_loop=True)
    order = np.arange(100)
    # One loop: the parse of each of four tasks follows that of the one before.
    parsing = GO_NS + (order // 4) * 60 * MS + 10 * MS + (order % 4) * 10 * MS
    jobs = replace(
        jobs,
        worker=order * 0,
        parse_worker=order * 0,
        parsing_ns=parsing,
        parsed_ns=parsing + 10 * MS,
        ready_ns=parsing + 10 * MS,
    )
    seen = looks(["R" * 601], begin_ns=GO_NS + 600 * MS)
    made = timeline_with_turns(jobs, seen)
    assert made is not None
    assert [lane.name for lane in made.lanes] == ["loop, not parsing", "task 1", "task 2", "task 3", "task 4"]
    assert made.lanes[0].turns_us[:4] == (0, 10_000, 50_000, 70_000)
    assert made.lanes[1].turns_us[:2] == (10_000, 20_000)
    assert made.lanes[4].turns_us[:2] == (40_000, 50_000)


def test_without_looks_inside_the_window_there_are_no_turns() -> None:
    late_ns = GO_NS + 3_600_000 * MS
    assert timeline_with_turns(samples(), looks(["RRR"], begin_ns=late_ns)) is None
    nothing = replace(
        looks(["R"]),
        at_ns=np.empty(0, np.int64),
        runnable=np.empty((0, 1), bool),
        queued_ns=np.empty((0, 1), np.int64),
    )
    assert timeline_with_turns(samples(), nothing) is None
