from simulator.scenario.shards import shard_kinds
from simulator.scenario.strategy import NAMES


def test_every_strategy_has_its_kind_of_shards() -> None:
    assert shard_kinds({"strategies": list(NAMES)}) == {
        "sequential": "none",
        "threads": "none",
        "asyncio": "none",
        "processes": "processes",
        "processes_per_core": "processes",
    }


def test_a_variant_has_that_of_its_base_or_the_one_it_writes() -> None:
    entries = [
        {"name": "pool4", "base": "processes_per_core", "parallelism": 4},
        {"name": "uv", "base": "asyncio", "loop": "uvloop"},
        {"name": "mine", "shards": {"processes": "cores"}, "fetch": "asyncio"},
        {"name": "own", "shards": "none", "fetch": "blocking"},
    ]
    assert shard_kinds({"strategies": entries}) == {
        "pool4": "processes",
        "uv": "none",
        "mine": "processes",
        "own": "none",
    }


def test_without_a_list_it_is_the_usual_four() -> None:
    assert list(shard_kinds({"name": "shop"})) == ["sequential", "threads", "asyncio", "processes"]


def test_strategies_of_a_later_version_are_left_out() -> None:
    assert shard_kinds({"strategies": ["threads", "telepathy", {"name": "x", "base": "telepathy"}, 3]}) == {
        "threads": "none"
    }
