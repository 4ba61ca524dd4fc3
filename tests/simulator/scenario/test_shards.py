from simulator.scenario.shards import computing_in
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
    }


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
