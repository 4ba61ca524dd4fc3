from typing import Any

import pytest

from simulator.expectations.matching import combinations, is_level
from simulator.expectations.parsing import parse
from simulator.expectations.syntax import metrics_of


def cell(strategy: str, **levels: Any) -> dict[str, Any]:
    return {**{path.replace("__", "."): level for path, level in levels.items()}, "strategy": strategy}


def matched(text: str, cells: list[dict[str, Any]]) -> list[tuple[dict[str, Any], list[list[int]]]]:
    metrics = metrics_of(parse(text))
    return [
        (dict(row.levels), [list(row.cells[metric]) for metric in metrics])
        for row in combinations(cells, metrics)
    ]


MATRIX = [
    cell("sequential", server__latency="0ms", in_flight=1),
    cell("threads", server__latency="0ms", in_flight=4),
    cell("threads", server__latency="0ms", in_flight=64),
    cell("sequential", server__latency="20ms", in_flight=1),
    cell("threads", server__latency="20ms", in_flight=4),
    cell("threads", server__latency="20ms", in_flight=64),
]


def test_what_is_not_named_is_every_level_and_metrics_vary_together() -> None:
    assert matched("throughput(threads) > throughput(sequential)", MATRIX) == [
        ({"server.latency": "0ms", "in_flight": 4}, [[1], [0]]),
        ({"server.latency": "0ms", "in_flight": 64}, [[2], [0]]),
        ({"server.latency": "20ms", "in_flight": 4}, [[4], [3]]),
        ({"server.latency": "20ms", "in_flight": 64}, [[5], [3]]),
    ]


def test_a_level_that_is_named_meets_every_level_of_the_others() -> None:
    assert matched("p50(threads, in_flight=64) < p50(threads)", MATRIX) == [
        ({"server.latency": "0ms", "in_flight": 4}, [[2], [1]]),
        ({"server.latency": "0ms", "in_flight": 64}, [[2], [2]]),
        ({"server.latency": "20ms", "in_flight": 4}, [[5], [4]]),
        ({"server.latency": "20ms", "in_flight": 64}, [[5], [5]]),
    ]
    assert matched("p50(threads, in_flight=4, server.latency=0.02s) < 1s", MATRIX) == [({}, [[4]])]


def test_what_a_case_fixes_is_not_open() -> None:
    cells = [
        cell("threads", case="few", in_flight=4),
        cell("threads", case="many", in_flight=64),
        cell("asyncio", case="few", in_flight=4),
        cell("asyncio", case="many", in_flight=64),
    ]
    assert matched("p50(threads, case=few) < p50(asyncio, case=many)", cells) == [({}, [[0], [3]])]
    assert matched("p50(threads) < p50(asyncio)", cells) == [
        ({"case": "few", "in_flight": 4}, [[0], [2]]),
        ({"case": "many", "in_flight": 64}, [[1], [3]]),
    ]


def test_a_factor_of_one_strategy_leaves_the_others_alone() -> None:
    cells = [
        cell("threads", in_flight=4),
        cell("uv", strategies__uv__loop="asyncio", in_flight=4),
        cell("uv", strategies__uv__loop="uvloop", in_flight=4),
    ]
    assert matched("p50(uv) < p50(threads)", cells) == [
        ({"strategies.uv.loop": "asyncio"}, [[1], [0]]),
        ({"strategies.uv.loop": "uvloop"}, [[2], [0]]),
    ]


def test_a_crossover_takes_all_costs_of_both_strategies() -> None:
    cells = [
        cell(strategy, server__latency=latency, job__parse_cost=cost, in_flight=4)
        for latency in ("0ms", "20ms")
        for cost in ("1ms", "9ms")
        for strategy in ("threads", "processes")
    ]
    assert matched("crossover(processes, threads) < 5ms", cells) == [
        ({"server.latency": "0ms"}, [[1, 3, 0, 2]]),
        ({"server.latency": "20ms"}, [[5, 7, 4, 6]]),
    ]


@pytest.mark.parametrize(
    ("level", "written", "same"),
    [
        ("20ms", "20ms", True),
        ("20ms", "0.02s", True),
        ("20ms", "20000us", True),
        ("20ms", "21ms", False),
        ("64kB", "64000B", True),
        (64, "64", True),
        (64, "64.0", True),
        (64, "63", False),
        (True, "true", True),
        (True, "1", False),
        (None, "null", True),
        ("uvloop", "asyncio", False),
        ("{kind: fixed, delay: 1ms}", "{kind: fixed, delay: 1ms}", True),
    ],
)
def test_levels_are_compared_by_value(level: Any, written: str, same: bool) -> None:  # noqa: FBT001
    assert is_level(level, written) is same
