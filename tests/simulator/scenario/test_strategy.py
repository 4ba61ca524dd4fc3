from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.scenario.dispatch import EXECUTORS
from simulator.scenario.strategy import CHOICES, NAMES, SEQUENTIAL, Variant
from simulator.scenario.strategy_plan import Fetch, Parse, Shards, StrategyPlan, plan


def planned(entry: dict[str, Any], in_flight: int = 8, parallelism: int = 2) -> StrategyPlan:
    return plan(Variant.model_validate(entry), in_flight, parallelism)


@pytest.mark.parametrize(
    ("entry", "shards", "fetch", "in_flight"),
    [
        ({"base": "sequential", "name": "sequential"}, Shards("none", 1), Fetch("blocking", (1,)), 1),
        ({"base": "threads"}, Shards("none", 1), Fetch("blocking", (8,)), 8),
        ({"base": "asyncio"}, Shards("none", 1), Fetch("asyncio", (8,)), 8),
        ({"base": "gevent"}, Shards("none", 1), Fetch("gevent", (8,)), 8),
        ({"base": "trio"}, Shards("none", 1), Fetch("trio", (8,)), 8),
        ({"base": "asyncio_adaptive"}, Shards("none", 1), Fetch("asyncio", (8,), adaptive=True), 8),
        ({"shards": "none", "fetch": "trio"}, Shards("none", 1), Fetch("trio", (8,)), 8),
        ({"base": "processes"}, Shards("processes", 8), Fetch("blocking", (1,) * 8), 8),
        ({"base": "processes_per_core"}, Shards("processes", 2), Fetch("blocking", (1, 1)), 2),
        ({"base": "processes_per_core", "parallelism": 3}, Shards("processes", 3), Fetch("blocking", (1,) * 3), 3),
        ({"base": "processes_of_threads"}, Shards("processes", 2), Fetch("blocking", (4, 4)), 8),
        ({"base": "processes_of_asyncio", "parallelism": 3}, Shards("processes", 3), Fetch("asyncio", (3, 3, 2)), 8),
        ({"base": "processes_of_asyncio", "parallelism": 9}, Shards("processes", 8), Fetch("asyncio", (1,) * 8), 8),
        ({"base": "threads_of_asyncio"}, Shards("threads", 2), Fetch("asyncio", (4, 4)), 8),
        ({"base": "interpreters"}, Shards("interpreters", 8), Fetch("blocking", (1,) * 8), 8),
        ({"base": "asyncio_to_threads"}, Shards("none", 1), Fetch("asyncio", (8,)), 8),
        ({"base": "thread_pool_map"}, Shards("none", 1), Fetch("blocking", (8,)), 8),
        ({"base": "process_pool"}, Shards("processes", 8), Fetch("blocking", (1,) * 8), 8),
        ({"base": "joblib", "chunk": 3}, Shards("processes", 8), Fetch("blocking", (3,) * 8), 24),
        ({"base": "interpreter_pool"}, Shards("interpreters", 8), Fetch("blocking", (1,) * 8), 8),
        ({"shards": {"threads": "cores"}, "fetch": "asyncio"}, Shards("threads", 2), Fetch("asyncio", (4, 4)), 8),
        ({"shards": {"processes": 3}, "fetch": "asyncio"}, Shards("processes", 3), Fetch("asyncio", (3, 3, 2)), 8),
        ({"shards": {"processes": "cores"}, "fetch": "blocking"}, Shards("processes", 2), Fetch("blocking", (4, 4)), 8),
        ({"shards": "none", "fetch": "asyncio", "parse": "inline"}, Shards("none", 1), Fetch("asyncio", (8,)), 8),
        ({"shards": {"processes": 9}, "fetch": "blocking"}, Shards("processes", 9), Fetch("blocking", (1,) * 9), 9),
    ],
)  # fmt: skip
def test_a_strategy_is_three_choices(
    entry: dict[str, Any], shards: Shards, fetch: Fetch, in_flight: int
) -> None:
    found = planned({"name": "x", **entry})
    assert (found.shards, found.fetch, found.in_flight) == (shards, fetch, in_flight)
    assert found.marked == (in_flight != 8)


@pytest.mark.parametrize(
    ("entry", "parse", "processes", "pickles"),
    [
        ({"base": "asyncio"}, Parse("inline", 0), 0, False),
        ({"base": "asyncio_to_threads"}, Parse("threads", 2), 0, False),
        ({"base": "asyncio_to_threads", "parallelism": 5}, Parse("threads", 5), 0, False),
        ({"base": "asyncio_to_processes"}, Parse("processes", 2), 2, True),
        ({"base": "asyncio_to_interpreters"}, Parse("interpreters", 2), 0, True),
        ({"base": "interpreters"}, Parse("inline", 0), 0, True),
        ({"base": "thread_pool"}, Parse("inline", 0), 0, False),
        ({"base": "interpreter_pool"}, Parse("inline", 0), 0, True),
        ({"base": "multiprocessing_pool"}, Parse("inline", 0), 8, True),
        ({"base": "processes_of_threads"}, Parse("inline", 0), 2, True),
        ({"shards": {"processes": 2}, "fetch": "asyncio", "parse": {"threads": 3}}, Parse("threads", 3), 2, True),
        ({"shards": {"processes": 2}, "fetch": "asyncio", "parse": {"processes": 2}}, Parse("processes", 2), 6, True),
        ({"shards": "none", "fetch": "asyncio", "parse": {"processes": "cores"}}, Parse("processes", 2), 2, True),
        ({"shards": {"threads": 2}, "fetch": "asyncio", "parse": {"processes": 3}}, Parse("processes", 3), 6, True),
    ],
)  # fmt: skip
def test_where_parsing_runs_and_what_that_takes(
    entry: dict[str, Any], parse: Parse, processes: int, *, pickles: bool
) -> None:
    found = planned({"name": "x", **entry})
    assert (found.parse, found.processes, found.pickles) == (parse, processes, pickles)
    assert found.in_flight == 8


def test_options_apply_where_they_mean_something() -> None:
    assert planned({"name": "x", "base": "asyncio"}).loop == "asyncio"
    assert planned({"name": "x", "base": "asyncio", "loop": "uvloop"}).loop == "uvloop"
    assert planned({"name": "x", "base": "threads"}).loop is None
    assert planned({"name": "x", "base": "trio"}).loop is None
    assert not planned({"name": "x", "base": "asyncio"}).eager_tasks
    assert planned({"name": "x", "base": "asyncio_adaptive", "eager_tasks": True}).eager_tasks
    assert planned({"name": "x", "base": "processes"}).start_method is None
    assert planned({"name": "x", "base": "processes", "start_method": "spawn"}).start_method == "spawn"
    assert planned({"name": "x", "base": "process_pool", "start_method": "spawn"}).start_method == "spawn"


def test_workers_pull_unless_an_executor_hands_their_jobs_out() -> None:
    assert planned({"name": "x", "base": "threads"}).dispatch == "pull"
    assert planned({"name": "x", "shards": {"processes": 2}, "fetch": "blocking"}).dispatch == "pull"
    found = planned({"name": "chunky", "base": "process_pool", "chunk": 8})
    assert (found.dispatch, found.chunk) == ("process_pool", 8)
    assert {name for name in NAMES if CHOICES[name].dispatch != "pull"} == set(EXECUTORS)


@settings(deadline=None)
@given(
    st.one_of(
        st.sampled_from(NAMES[1:]).map(lambda base: {"base": base}),
        st.integers(1, 40).map(lambda n: {"shards": {"processes": n}, "fetch": "asyncio"}),
    ),
    st.integers(1, 200),
    st.integers(1, 40),
)
def test_in_flight_is_shared_out_and_equal_unless_marked(
    entry: dict[str, Any], in_flight: int, parallelism: int
) -> None:
    found = planned({"name": "x", **entry}, in_flight, parallelism)
    widths = found.fetch.widths
    assert len(widths) == found.shards.count
    assert sum(widths) == found.in_flight
    assert min(widths) >= 1
    assert max(widths) - min(widths) <= 1
    assert found.marked == (found.in_flight != in_flight)


def test_the_baseline_has_one_job_in_flight() -> None:
    assert plan(SEQUENTIAL, 64, 8).in_flight == 1
