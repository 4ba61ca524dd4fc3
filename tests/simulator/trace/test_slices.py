"""What each kind of strategy looks like in a trace, on samples that are known exactly and on measured ones."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulator.result.observation import OpenArrivals
from simulator.result.samples import Samples
from simulator.runner.servers import Servers
from simulator.scenario.arrivals import Arrivals
from tests.contract.bench import HERE, bench
from tests.simulator.analysis.builders import MS, observed, samples
from tests.simulator.trace.traced import Events, cpu_us, events_of, total_us

STRATEGIES = (
    "sequential",
    "threads",
    "asyncio",
    "processes",
    "asyncio_to_threads",
    "asyncio_to_processes",
    "processes_of_threads",
    "processes_of_asyncio",
)


def names(events: Events) -> list[str]:
    return [e["args"]["name"] for e in events if e["name"] == "thread_name"]


def slices(events: Events, name: str) -> list[dict[str, Any]]:
    return [e for e in events if e["name"] == name and e["ph"] in "Xb"]


def overlapping(**changes: Any) -> Samples:
    """Four jobs on one loop, 10 ms apart, each with 50 ms of fetching and 10 ms of parsing: no two parses at once."""
    found = samples(4, workers=1, start_ns=[0, 10 * MS, 20 * MS, 30 * MS], on_loop=True)
    return replace(found, **changes)


def pooled() -> Samples:
    """The same, parsed by two workers of a pool: 3 ms later, and 2 ms on their way back."""
    found = overlapping()
    parsing = found.fetched_ns + 3 * MS
    return replace(
        found,
        parse_worker=np.array([1, 2, 1, 2]),
        parsing_ns=parsing,
        parsed_ns=parsing + 10 * MS,
        ready_ns=parsing + 12 * MS,
    )


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_what_every_strategy_did_keeps_the_rules_of_the_format(
    strategy: str, servers: Servers, tmp_path: Path
) -> None:
    one = bench(strategy, HERE, servers, tmp_path).observed()
    events = events_of(one, strategy)
    assert sorted(e["args"]["page"] for e in slices(events, "job")) == list(range(12))
    # Whoever parsed shows it on its own track, once.
    assert len([e for e in slices(events, "parse") if e["ph"] == "X"]) == 12
    parsed_us = (one.samples.parsed_ns - one.samples.parsing_ns).sum() / 1e3
    assert total_us(events, "parse", "worker") == pytest.approx(parsed_us, abs=12 * 0.125)


@pytest.mark.parametrize("strategy", ["threads", "asyncio"])
def test_what_came_by_itself_keeps_the_rules_and_shows_its_waiting(
    strategy: str, servers: Servers, tmp_path: Path
) -> None:
    # All of them due at once, more than can be in flight: some had to wait for a worker.
    open_ = Arrivals.model_validate({"rate": "100000/s"})
    one = bench(strategy, HERE, servers, tmp_path).observed(arrivals=open_)
    events = events_of(one, strategy)
    waited_us = (one.samples.start_ns - one.samples.due_ns).sum() / 1e3
    assert total_us(events, "waiting for a worker", "queue") == pytest.approx(waited_us, abs=12 * 0.125)
    assert waited_us > 0


def test_a_thread_s_job_holds_its_fetch_and_its_parse_and_tells_their_cpu() -> None:
    events = events_of(observed(samples(1, workers=1)))
    found = [(e["name"], e["ts"], e["dur"], e.get("args", {})) for e in events if e["ph"] == "X"]
    assert found == [
        ("job", 0, 60_000, {"page": 0}),
        ("fetch", 0, 50_000, {"page": 0, "cpu_us": 1_000, "intended_delay_us": 40_000}),
        ("to server", 0, 1_000, {}),
        ("network", 1_000, 42_000, {}),
        ("resume lag", 43_000, 7_000, {}),
        ("parse", 50_000, 10_000, {"page": 0, "cpu_us": 8_000}),
    ]
    assert names(events) == ["worker 1"]


def test_tasks_of_a_loop_are_side_by_side_and_their_parses_are_on_its_own_track() -> None:
    events = events_of(observed(overlapping()), "asyncio")
    assert names(events) == ["loop"]
    assert [e["name"] for e in slices(events, "parse")] == ["parse"] * 8
    assert [e["ts"] for e in events if e["ph"] == "X"] == [50_000, 60_000, 70_000, 80_000]
    assert [e["name"] for e in events if e["ph"] == "b" and e["name"].startswith("task")] == [
        "task 1",
        "task 2",
        "task 3",
        "task 4",
    ]
    assert cpu_us(events, "parse", "worker") == cpu_us(events, "parse", "task") == 4 * 8_000


def test_a_task_does_one_job_after_another() -> None:
    # The third job begins when the first is done, the fourth when the second is: two tasks.
    found = samples(4, workers=1, start_ns=[0, 10 * MS, 60 * MS, 70 * MS], on_loop=True)
    rows = Counter(e["id"] for e in slices(events_of(observed(found), "asyncio"), "job"))
    assert sorted(rows.values()) == [2, 2]


def test_two_loops_have_tasks_of_their_own() -> None:
    found = samples(4, workers=2, on_loop=True)
    events = events_of(observed(found), "processes_of_asyncio")
    assert names(events) == ["loop 1", "loop 2"]
    rows = [e["name"] for e in events if e["ph"] == "b" and "task" in e["name"]]
    assert rows == ["loop 1, task 1", "loop 2, task 1"]


def test_workers_of_a_pool_have_tracks_and_a_task_shows_the_way_there_and_back() -> None:
    events = events_of(observed(pooled()), "asyncio_to_threads")
    assert names(events) == ["loop", "parser 1", "parser 2"]
    tids = {e["args"]["name"]: e["tid"] for e in events if e["name"] == "thread_name"}
    parses = [(e["tid"], e["args"]["page"], e["ts"]) for e in events if e["ph"] == "X"]
    assert parses == [
        (tids["parser 1"], 0, 53_000),
        (tids["parser 2"], 1, 63_000),
        (tids["parser 1"], 2, 73_000),
        (tids["parser 2"], 3, 83_000),
    ]
    assert total_us(events, "to parser", "task") == 4 * 3_000
    assert total_us(events, "back", "task") == 4 * 2_000


def test_a_record_that_is_on_its_way_does_not_hold_up_the_next_job_of_its_worker() -> None:
    found = samples(2, workers=1)
    late = replace(found, ready_ns=found.parsed_ns + 5 * MS)
    events = events_of(observed(late), "processes")
    assert [(e["ts"], e["dur"]) for e in slices(events, "job")] == [(0, 60_000), (60_000, 60_000)]
    assert total_us(events, "back", "back") == 2 * 5_000


def test_a_fetch_without_the_server_s_stamps_has_no_parts_and_says_so() -> None:
    blocking = events_of(observed(samples(4, stamped=False)))
    assert not slices(blocking, "network")
    assert {e["args"]["server_stamps"] for e in slices(blocking, "fetch")} == {"unknown"}
    loop = events_of(observed(samples(4, stamped=False, on_loop=True)), "asyncio")
    assert not slices(loop, "network")
    assert [e["args"]["server_stamps"] for e in slices(loop, "fetch")] == ["unknown"] * 4


def test_a_job_that_failed_says_how() -> None:
    for on_loop in (False, True):
        found = samples(4, errors={2: "status: 503"}, on_loop=on_loop)
        told = {e["args"]["page"]: e["args"].get("error") for e in slices(events_of(observed(found)), "job")}
        assert told == {0: None, 1: None, 2: "status: 503", 3: None}


def test_an_interpreter_without_a_cpu_clock_has_threads_all_the_same() -> None:
    unknown = np.full(4, -1)
    found = replace(samples(4), fetch_cpu_ns=unknown, parse_cpu_ns=unknown)
    events = events_of(observed(found))
    assert names(events) == ["worker 1", "worker 2", "worker 3", "worker 4"]
    assert all("cpu_us" not in e["args"] for e in slices(events, "parse") + slices(events, "fetch"))


def test_counters_tell_the_jobs_in_flight_and_the_parses_under_way() -> None:
    events = events_of(observed(overlapping()), "asyncio")
    found = [(e["ts"] / 1e3, *e["args"].items()) for e in events if e["ph"] == "C"]
    # The first is ready at 60 ms, the others 10 ms apart; each parse begins when the one before it ends.
    assert found == [
        (0, ("in flight", 1)),
        (10, ("in flight", 2)),
        (20, ("in flight", 3)),
        (30, ("in flight", 4)),
        (60, ("in flight", 3)),
        (70, ("in flight", 2)),
        (80, ("in flight", 1)),
        (90, ("in flight", 0)),
        (50, ("under way", 1)),
        (90, ("under way", 0)),
    ]


def test_time_begins_when_the_first_job_was_due() -> None:
    found = samples(4)
    early = replace(found, due_ns=found.start_ns - 30 * MS)
    one = observed(early, arrivals=OpenArrivals(4, ()))
    events = events_of(one)
    assert {e["ts"] for e in slices(events, "waiting for a worker")} == {0}
    assert {e["ts"] for e in slices(events, "job")} == {30_000}
