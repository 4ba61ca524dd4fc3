"""Every path that can be varied, with how its levels are labelled and what they make of the cell."""

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import pytest

from simulator.scenario.affinity import why_not_here
from simulator.scenario.cells import Cell, expand
from simulator.scenario.load import load_text
from simulator.scenario.problem import Problem

BASE = """\
name: t
job: {pages: 10, parser: spin}
strategies: [threads, asyncio, processes, {name: uv, base: asyncio}, {name: pool4, base: processes_per_core}]
"""


def cells(text: str, cores: int = 2, usable_cpus: Collection[int] | None = None) -> tuple[Cell, ...]:
    return expand(load_text(f"{BASE}{text}\n", "t", Path()), cores, usable_cpus=usable_cpus)


# path, levels as written, strategy, labels, what to read from the cell, what it reads for each level
VARIED: list[tuple[str, str, str, list[Any], Callable[[Cell], Any], list[Any]]] = [
    (
        "server.latency",
        "[0ms, {kind: uniform, low: 1ms, high: 2ms}]",
        "threads",
        ["0ms", "{kind: uniform, low: 1ms, high: 2ms}"],
        lambda cell: cell.server.latency.kind,
        ["fixed", "uniform"],
    ),
    (
        "server.content.items",
        "[1, 20]",
        "threads",
        [1, 20],
        lambda cell: cell.server.content.model_dump()["items"],
        [1, 20],
    ),
    (
        "server.content.size",
        "[20kB, 40kB]",
        "threads",
        ["20kB", "40kB"],
        lambda cell: cell.server.content.model_dump(by_alias=True)["size"],
        ["20kB", "40kB"],
    ),
    (
        "job.parse_cost",
        "[null, 1ms]",
        "asyncio",
        [None, "1ms"],
        lambda cell: cell.job.parse_cost_ns,
        [None, 1_000_000],
    ),
    (
        "job.client",
        "[httpx, {blocking: http.client, asyncio: aiohttp}]",
        "threads",
        ["httpx", "{blocking: http.client, asyncio: aiohttp}"],
        lambda cell: cell.client,
        ["httpx", "http.client"],
    ),
    (
        "job.client",
        "[httpx, {blocking: http.client, asyncio: aiohttp}]",
        "asyncio",
        ["httpx", "{blocking: http.client, asyncio: aiohttp}"],
        lambda cell: cell.client,
        ["httpx", "aiohttp"],
    ),
    (
        "job.parser",
        "[json, {function: 'a:b', url: true}]",
        "threads",
        ["json", "{function: a:b, url: true}"],
        lambda cell: (cell.job.parser.name, cell.job.parser.url),
        [("json", False), (None, True)],
    ),
    (
        "job.switch_interval",
        "[null, 5ms, 100us]",
        "threads",
        [None, "5ms", "100us"],
        lambda cell: cell.job.switch_interval_ns,
        [None, 5_000_000, 100_000],
    ),
    (
        "beside.spinners",
        "[0, 2]",
        "threads",
        [0, 2],
        lambda cell: (cell.beside.spinners, cell.beside.place),
        [(0, "threads"), (2, "threads")],
    ),
    (
        "beside.in",
        "[threads, processes]",
        "threads",
        ["threads", "processes"],
        lambda cell: cell.beside.place,
        ["threads", "processes"],
    ),
    ("in_flight", "[2, 4]", "processes", [2, 4], lambda cell: cell.plan.shards.count, [2, 4]),
    ("parallelism", "[cores, 3]", "pool4", ["cores", 3], lambda cell: cell.plan.shards.count, [2, 3]),
    (
        "strategies.uv.loop",
        "[asyncio, uvloop]",
        "uv",
        ["asyncio", "uvloop"],
        lambda cell: cell.plan.loop,
        ["asyncio", "uvloop"],
    ),
    (
        "strategies.pool4.parallelism",
        "[1, 4]",
        "pool4",
        [1, 4],
        lambda cell: (cell.plan.shards.count, cell.plan.in_flight, cell.plan.marked),
        [(1, 1, True), (4, 4, True)],
    ),
    (
        "strategies.processes.start_method",
        "[fork, spawn]",
        "processes",
        ["fork", "spawn"],
        lambda cell: cell.plan.start_method,
        ["fork", "spawn"],
    ),
    (
        "affinity.server",
        "[null, [0], [1, 0]]",
        "threads",
        [None, "[0]", "[1, 0]"],
        lambda cell: cell.affinity.server,
        [None, (0,), (0, 1)],
    ),
    (
        "affinity.driver",
        "[[0], [0, 1, 2]]",
        "pool4",
        ["[0]", "[0, 1, 2]"],
        lambda cell: (cell.affinity.driver, cell.plan.shards.count),
        [((0,), 1), ((0, 1, 2), 2)],
    ),
    (
        "affinity",
        "[null, {server: [0], driver: [1]}]",
        "sequential",
        [None, "{server: [0], driver: [1]}"],
        lambda cell: (cell.affinity.server, cell.affinity.driver),
        [(None, None), ((0,), (1,))],
    ),
]


@pytest.mark.parametrize(
    ("path", "levels", "strategy", "labels", "read", "expected"),
    VARIED,
    ids=[f"{path} {strategy}" for path, _, strategy, *_ in VARIED],
)
def test_a_varied_path_reaches_the_cell_with_a_label_that_can_be_read(
    path: str,
    levels: str,
    strategy: str,
    labels: list[Any],
    read: Callable[[Cell], Any],
    expected: list[Any],
) -> None:
    made = [cell for cell in cells(f"vary: {{{path}: {levels}}}") if cell.factors["strategy"] == strategy]
    assert [cell.factors[path] for cell in made] == labels
    assert [read(cell) for cell in made] == expected
    assert len({cell.id for cell in made}) == len(labels)


@pytest.mark.parametrize(
    ("path", "levels", "baselines"),
    [
        ("affinity.server", "[[0], [1]]", 2),
        ("affinity.driver", "[[0], [1]]", 2),
        ("job.switch_interval", "[1ms, 5ms]", 2),
        ("server.latency", "[1ms, 5ms]", 2),
        ("in_flight", "[1, 2]", 1),
        ("parallelism", "[1, 2]", 1),
        ("strategies.uv.loop", "[asyncio, uvloop]", 1),
    ],
)
def test_a_cell_s_baseline_runs_under_what_varies_it_and_is_among_the_cells(
    path: str, levels: str, baselines: int
) -> None:
    made = cells(f"vary: {{{path}: {levels}}}")
    by_id = {cell.id: cell for cell in made}
    assert sum(cell.factors["strategy"] == "sequential" for cell in made) == baselines
    for cell in made:
        baseline = by_id[cell.baseline_id]
        assert baseline.affinity == cell.affinity
        assert baseline.job == cell.job
        assert (path in baseline.factors) == (baselines > 1 or path == "in_flight")


def test_affinity_that_does_not_vary_holds_for_every_cell_and_is_no_factor() -> None:
    made = cells("affinity: {server: [0], driver: [1, 0]}")
    assert {(cell.affinity.server, cell.affinity.driver) for cell in made} == {((0,), (0, 1))}
    assert not any("affinity" in factor for cell in made for factor in cell.factors)


def test_cores_are_the_driver_s_own_where_it_is_bound() -> None:
    (pool,) = (cell for cell in cells("affinity: {driver: [3]}", cores=16) if cell.plan.name == "pool4")
    assert pool.plan.shards.count == 1
    many = cells("affinity: {driver: [3]}\nin_flight: 9", cores=16)
    assert [cell.unsupported for cell in many if cell.plan.name == "processes"] == [
        "9 processes are more than 8 for each of 1 usable cores; set in_flight to 8 or less"
    ]


def test_a_cpu_that_may_not_be_used_is_named_with_those_that_may() -> None:
    made = cells("vary: {affinity.driver: [[0], [0, 5, 7]]}", usable_cpus=(0, 1))
    assert {(cell.factors["affinity.driver"], cell.unsupported) for cell in made} == {
        ("[0]", None),
        (
            "[0, 5, 7]",
            "affinity.driver names the CPUs 5, 7, which this program may not use here; usable: 0, 1",
        ),
    }
    (only,) = {cell.unsupported for cell in cells("affinity: {server: [2]}", usable_cpus=(0, 1))}
    assert only == "affinity.server names CPU 2, which this program may not use here; usable: 0, 1"


def test_a_system_that_binds_no_processes_says_so() -> None:
    (cell, *_) = cells("affinity: {server: [0]}")
    assert why_not_here(cell.affinity, ()) == (
        "this system does not bind processes to CPUs; remove affinity.server"
    )
    (free, *_) = cells("")
    assert why_not_here(free.affinity, ()) is None


@pytest.mark.parametrize(
    ("text", "path", "words"),
    [
        (
            "affinity: {server: 0}",
            "affinity.server",
            "found 0; a list of CPU numbers is expected, as in [0, 1]",
        ),
        ("affinity: {server: []}", "affinity.server", "found no CPU; write at least one"),
        ("affinity: {driver: [a]}", "affinity.driver", "found 'a'; a CPU number is a whole number from 0"),
        ("affinity: {driver: [true]}", "affinity.driver", "found true; a CPU number"),
        ("affinity: {driver: [-1]}", "affinity.driver", "found -1; a CPU number"),
        ("affinity: {driver: [0, 0]}", "affinity.driver", "found CPU 0 more than once"),
        ("affinity: [0]", "affinity", "found a list; a mapping is expected"),
        ("affinity: {serve: [0]}", "affinity.serve", "unknown key"),
        (
            "vary: {affinity.server: [[0, 1], [1, 0]]}",
            "vary.affinity.server[1]",
            "is the same level as [0, 1]",
        ),
        ("vary: {affinity.server: [[0], 1]}", "vary.affinity.server[1]", "found 1; a list of CPU numbers"),
        ("vary: {job.switch_interval: [5]}", "vary.job.switch_interval[0]", "5 has no unit"),
        (
            "vary: {job.switch_interval: [1ns]}",
            "vary.job.switch_interval[0]",
            "found 1ns; 1us to 10s is allowed",
        ),
        ("vary: {server.content.path: [/no/such]}", "vary.server.content.path[0]", "does not exist"),
    ],
)
def test_a_mistake_says_what_is_allowed(
    refused: Callable[..., tuple[Problem, ...]], text: str, path: str, words: str
) -> None:
    (problem,) = refused(f"{BASE}{text}\n")
    assert problem.path == path
    assert words in problem.message
