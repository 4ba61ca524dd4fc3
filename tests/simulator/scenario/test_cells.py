# ruff: noqa: E501 - a table reads best with one row per line, its sentences whole
import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.scenario.cells import Cell, expand
from simulator.scenario.load import load_text

LEVELS: dict[str, list[Any]] = {
    "server.latency": ["0ms", "20ms", "{kind: uniform, low: 1ms, high: 2ms}"],
    "job.parse_cost": ["1ms", "2ms"],
    "in_flight": [1, 4, 7],
    "parallelism": [2, 3],
    "strategies.uv.loop": ["asyncio", "uvloop"],
}
STRATEGIES = [
    "sequential",
    "threads",
    "asyncio",
    "processes",
    "processes_per_core",
    "{name: uv, base: asyncio}",
]


def cells(text: str, cores: int = 2, **options: Any) -> tuple[Cell, ...]:
    return expand(load_text(f"name: t\n{text}", "t", Path()), cores, **options)


def test_cells_are_the_product_and_come_by_case_and_level() -> None:
    found = cells(
        "job: {pages: 10}\nstrategies: [threads, asyncio]\n"
        "cases: {w: {job.parser: spin}, c: {job.parser: lxml, in_flight: 3}}\nvary: {server.latency: [1ms, 2ms]}"
    )
    assert [(c.factors["case"], c.factors["server.latency"], c.factors["strategy"]) for c in found] == [
        (case, latency, strategy)
        for case in ("w", "c")
        for latency in ("1ms", "2ms")
        for strategy in ("sequential", "threads", "asyncio")
    ]
    assert [c.factors["in_flight"] for c in found] == [1, 8, 8, 1, 8, 8, 1, 3, 3, 1, 3, 3]
    assert [c.job.parser.name for c in found] == ["spin"] * 6 + ["lxml"] * 6
    assert [c.plan.in_flight for c in found] == [c.factors["in_flight"] for c in found]


def test_the_baseline_is_measured_once_per_combination() -> None:
    found = cells(
        "job: {pages: 10}\nstrategies: [threads]\nvary: {in_flight: [2, 4], parallelism: [2, 3], job.warmup: [1, 2]}"
    )
    names = [c.factors["strategy"] for c in found]
    assert (names.count("sequential"), names.count("threads")) == (2, 8)


def test_an_option_of_one_strategy_varies_that_one_only() -> None:
    found = cells(
        "job: {pages: 10}\nstrategies: [threads, asyncio]\nvary: {strategies.asyncio.loop: [asyncio, uvloop]}"
    )
    assert [(c.factors["strategy"], c.plan.loop) for c in found] == [
        ("sequential", None),
        ("threads", None),
        ("asyncio", "asyncio"),
        ("asyncio", "uvloop"),
    ]


def test_levels_that_are_not_plain_are_shown_as_yaml() -> None:
    found = cells(
        "job: {pages: 10}\nvary: {server.latency: [{p50: 1ms, p99: 3ms}, {kind: empirical, values: [1ms, 2ms]}]}"
    )
    assert {c.factors["server.latency"] for c in found} == {
        "{p50: 1ms, p99: 3ms}",
        "{kind: empirical, values: [1ms, 2ms]}",
    }


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(STRATEGIES), min_size=1, unique=True),
    st.dictionaries(st.sampled_from(sorted(LEVELS)), st.integers(1, 3), max_size=4),
    st.integers(0, 2),
)
def test_expansion(strategies: list[str], chosen: dict[str, int], cases: int) -> None:
    has_uv = "{name: uv, base: asyncio}" in strategies
    vary = {
        path: LEVELS[path][:n] for path, n in chosen.items() if has_uv or not path.startswith("strategies")
    }
    text = f"job: {{pages: 10}}\nstrategies: [{', '.join(strategies)}]\n"
    if vary:
        text += "vary:\n" + "".join(f"  {path}: [{', '.join(map(str, v))}]\n" for path, v in vary.items())
    if cases:
        text += "cases:\n" + "".join(f"  c{n}: {{job.pages: {n + 1}}}\n" for n in range(cases))
    found = cells(text, cores=100)

    def levels(name: str) -> int:
        own = [
            len(v)
            for path, v in vary.items()
            if (name == "uv" or not path.startswith("strategies"))
            and (name != "sequential" or path.startswith(("server", "job")))
        ]
        return math.prod(own)

    names = {"sequential", *("uv" if name.startswith("{") else name for name in strategies)}
    assert len(found) == max(1, cases) * sum(map(levels, names))
    by_id = {cell.id: cell for cell in found}
    assert len(by_id) == len(found)
    for cell in found:
        assert {"strategy", "in_flight"} <= cell.factors.keys()
        baseline = by_id[cell.baseline_id]
        assert baseline.plan.name == "sequential"
        assert (baseline.server, baseline.job) == (cell.server, cell.job)
        assert all(
            cell.factors[k] == v for k, v in baseline.factors.items() if k not in {"strategy", "in_flight"}
        )
        if not cell.plan.marked:
            assert cell.plan.in_flight == cell.factors["in_flight"] or cell.plan.name == "sequential"
        json.dumps(dict(cell.factors))
    assert expand(load_text(f"name: t\n{text}", "t", Path()), 100) == found


@pytest.mark.parametrize(
    ("job", "strategy", "expected"),
    [
        ("client: aiohttp", "threads", "aiohttp has no blocking client, and threads needs a blocking one; write job.client: {blocking: http.client, asyncio: aiohttp}"),
        ("client: http.client", "asyncio", "http.client has no asyncio client, and asyncio needs an asyncio one; write job.client: {blocking: http.client, asyncio: aiohttp}"),
        ("client: {asyncio: httpx}", "threads", "job.client names no blocking client, and threads needs a blocking one; write job.client: {blocking: httpx, asyncio: httpx}"),
        ("client: {blocking: urllib3}", "asyncio", "urllib3 has no asyncio client, and asyncio needs an asyncio one; write job.client: {blocking: urllib3, asyncio: aiohttp}"),
        ("client: {blocking: 'mine:C'}", "asyncio", "job.client names no asyncio client, and asyncio needs an asyncio one; write job.client: {blocking: mine:C, asyncio: mine:C}"),
        ("client: {blocking: http.client, asyncio: aiohttp}", "trio", "aiohttp runs on asyncio's loop, not on trio's; for trio write job.client: {asyncio: NAME} with one of httpx2, httpx"),
        ("client: pycurl", "gevent", "gevent does not reach the waits of pycurl, which are not in Python's own sockets; for gevent write job.client: {blocking: NAME} with one of httpx2, httpx, http.client, urllib3, requests, niquests, socket"),
        ("client: aiohttp", "gevent", "aiohttp has no blocking client, and gevent needs a blocking one; write job.client: {blocking: http.client, asyncio: aiohttp}"),
        ("client: httpx", "processes", "20 processes are more than 8 for each of 2 usable cores; set in_flight to 16 or less"),
        ("client: httpx", "{name: m, base: processes_per_core, parallelism: 17}", "17 processes are more than 8 for each of 2 usable cores; set parallelism to 16 or less"),
        ("client: httpx", "{name: m, shards: {processes: 17}, fetch: asyncio}", "17 processes are more than 8 for each of 2 usable cores; set strategies.m.shards.processes to 16 or less"),
        ("client: httpx", "{name: m, base: asyncio_to_processes, parallelism: 17}", "17 processes are more than 8 for each of 2 usable cores; set parallelism to 16 or less"),
        ("client: httpx", "{name: m, shards: {processes: 4}, fetch: asyncio, parse: {processes: 4}}", "20 processes are more than 8 for each of 2 usable cores; set strategies.m.parse.processes to 3 or less"),
    ],
)  # fmt: skip
def test_what_cannot_be_measured_says_what_to_set(job: str, strategy: str, expected: str) -> None:
    found = cells(f"in_flight: 20\njob: {{pages: 10, {job}}}\nstrategies: [{strategy}]")
    assert found[-1].unsupported == expected
    assert (found[0].unsupported is None) == ("blocking" not in expected.partition(",")[0])


def test_processes_that_do_not_fit_in_memory_are_not_started() -> None:
    found = cells("job: {pages: 10}\nstrategies: [processes]", memory_limit_bytes=256_000_000)
    assert found[0].unsupported is None
    assert found[1].unsupported == (
        "8 processes take an estimated 320MB, more than half of the memory limit (256MB); set in_flight to 3 or less"
    )


def test_each_kind_of_strategy_has_its_client() -> None:
    found = cells(
        "job: {pages: 10, client: {blocking: http.client, asyncio: aiohttp}}\nstrategies: [threads, asyncio]"
    )
    assert [cell.client for cell in found] == ["http.client", "http.client", "aiohttp"]
    engines = cells(
        "job: {pages: 10, client: {blocking: requests, asyncio: httpx2}}\nstrategies: [gevent, trio, asyncio_adaptive]"
    )
    assert [cell.client for cell in engines[1:]] == ["requests", "httpx2", "httpx2"]
    assert all(cell.unsupported is None for cell in engines)


def test_threads_that_compute_beside_greenlets_would_be_greenlets() -> None:
    beside = "beside: {spinners: 1, in: threads}"
    found = cells(f"job: {{pages: 10, client: httpx}}\nstrategies: [threads, gevent]\n{beside}")
    assert [cell.unsupported is None for cell in found] == [True, True, False]
    assert "write beside: {in: processes}" in (found[2].unsupported or "")


@pytest.mark.parametrize(
    ("faults", "changes", "met"),
    [
        ("[{kind: empty, share: 1%}]", "client: pycurl", "empty"),
        ("[{kind: status, status: 503, share: 1%}, {kind: reset, share: 1%}]", "client: curl_cffi", "reset"),
        ("[{kind: sequence, answers: [503, reset, 200], share: 1%}]", "client: pycurl", "sequence"),
        ("[{kind: reset, where: body, share: 1%}]", "client: pycurl", None),
        ("[{kind: empty, share: 1%}]", "client: requests", None),
        ("[{kind: empty, share: 1%}]", "client: pycurl, connections: per_request", None),
    ],
)
def test_a_client_that_asks_again_by_itself_meets_no_fault_that_the_job_would_not_see(
    faults: str, changes: str, met: str | None
) -> None:
    found = cells(f"server: {{faults: {faults}}}\njob: {{pages: 10, {changes}}}\nstrategies: [threads]")[-1]
    if met is None:
        assert found.unsupported is None
    else:
        assert f"without an answer, as the fault {met} does, and the job would not know" in (
            found.unsupported or ""
        )
