from simulator.scenario.shards import computing_in, pushed, resembled, simplicity, unmodelled
from simulator.scenario.strategy import NAMES


def test_every_strategy_computes_in_something() -> None:
    assert computing_in({"strategies": list(NAMES)}) == {
        "sequential": "none",
        "threads": "none",
        "asyncio": "none",
        "processes": "processes",
        "processes_per_core": "processes",
        "asyncio_to_threads": "threads",
        "asyncio_to_processes": "processes",
        "asyncio_to_interpreters": "interpreters",
        "processes_of_threads": "processes",
        "processes_of_asyncio": "processes",
        "threads_of_asyncio": "threads",
        "interpreters": "interpreters",
        "thread_pool": "none",
        "thread_pool_map": "none",
        "process_pool": "processes",
        "interpreter_pool": "interpreters",
        "multiprocessing_pool": "processes",
        "joblib": "processes",
        "dask": "processes",
        "gevent": "none",
        "trio": "none",
        "asyncio_adaptive": "none",
    }


def test_what_needs_a_library_or_a_control_of_its_own_is_simpler_than_no_mix_and_no_model_knows_it() -> None:
    listed = {
        "strategies": ["processes", "asyncio", "gevent", "trio", "asyncio_adaptive", "processes_of_asyncio"]
    }
    ranks = simplicity(listed)
    assert (
        ranks["asyncio"] < ranks["processes"] < ranks["gevent"] == ranks["trio"] == ranks["asyncio_adaptive"]
    )
    assert ranks["trio"] == ranks["processes_of_asyncio"]
    why = unmodelled(listed)
    assert set(why) == {"gevent", "trio", "asyncio_adaptive"}
    assert all(sentence.endswith(("roughly", "measure it")) for sentence in why.values())


def test_a_variant_has_that_of_its_base_or_the_one_it_writes() -> None:
    entries = [
        {"name": "pool4", "base": "processes_per_core", "parallelism": 4},
        {"name": "uv", "base": "asyncio", "loop": "uvloop"},
        {"name": "mine", "shards": {"processes": "cores"}, "fetch": "asyncio"},
        {"name": "own", "shards": "none", "fetch": "blocking"},
        {"name": "pooled", "shards": {"processes": 2}, "fetch": "asyncio", "parse": {"threads": 2}},
    ]
    assert computing_in({"strategies": entries}) == {
        "pool4": "processes",
        "uv": "none",
        "mine": "processes",
        "own": "none",
        "pooled": "processes",
    }


def test_without_a_list_it_is_the_usual_four() -> None:
    assert list(computing_in({"name": "shop"})) == ["sequential", "threads", "asyncio", "processes"]


def test_strategies_of_a_later_version_are_left_out() -> None:
    assert computing_in({"strategies": ["threads", "telepathy", {"name": "x", "base": "telepathy"}, 3]}) == {
        "threads": "none"
    }


IDIOMS = {
    "strategies": [
        "threads",
        "thread_pool",
        "processes",
        {"name": "spawned", "base": "processes", "start_method": "spawn"},
        "processes_per_core",
        {"name": "chunky", "base": "process_pool", "chunk": 8},
        {"name": "pool spawned", "base": "process_pool", "start_method": "spawn"},
        {"name": "two", "shards": {"processes": 2}, "fetch": "blocking"},
        "joblib",
        "dask",
        "interpreter_pool",
    ]
}


def test_an_executor_resembles_what_is_like_it_but_for_who_hands_the_jobs_out() -> None:
    assert resembled(IDIOMS) == {
        "thread_pool": "threads",
        "chunky": "processes",
        "pool spawned": "spawned",
        "joblib": "processes",
        "dask": "processes",
    }
    assert resembled({"strategies": ["asyncio", "thread_pool"]}) == {}
    assert pushed(IDIOMS) == {"thread_pool", "chunky", "pool spawned", "joblib", "dask", "interpreter_pool"}


def test_an_executor_of_pythons_own_is_as_simple_as_what_it_resembles() -> None:
    found = simplicity(IDIOMS)
    assert found["thread_pool"] == found["threads"]
    assert found["chunky"] == found["processes"]
    assert found["joblib"] > found["processes"]
