# ruff: noqa: E501 - a table reads best with one row per line, its sentences whole
from collections.abc import Callable

import pytest

from simulator.scenario.problem import Problem

Refused = Callable[..., tuple[Problem, ...]]

MISTAKES = [
    ("vary: {server.latency: [0ms, 40]}", "vary.server.latency[1]", "40 has no unit; write 40ms or 40s"),
    ("vary: {server.latncy: [0ms]}", "vary.server.latncy", "unknown key; did you mean latency?"),
    ("vary: {server.latency: []}", "vary.server.latency", "no levels; write at least one, as in [0ms, 20ms]"),
    ("vary: {server.latency: 40ms}", "vary.server.latency", "found '40ms'; a list is expected"),
    ("vary: {server.latency: [0ms, 1ms, 0ms]}", "vary.server.latency[2]", "found the level 0ms twice; remove one"),
    ("vary: {server.latency: [1ms, 1000us]}", "vary.server.latency[1]", "1000us is the same level as 1ms; remove one"),
    ("vary: {in_flight: [4, 0]}", "vary.in_flight[1]", "found 0; a whole number from 1 to 100000 is allowed"),
    ("vary: {rounds: [4]}", "vary.rounds", "does not vary; a path starts with one of server, job, arrivals, in_flight, parallelism, affinity, beside, strategies"),
    ("vary: {job: [{pages: 3}]}", "vary.job", "sets job as a whole; name one of its keys, job.…"),
    ("vary: {strategies.uv.loop: [uvloop]}", "vary.strategies.uv.loop", "no strategy is named uv (listed: threads, asyncio)"),
    ("vary: {strategies.asyncio.loop: [asyncio, uvlop]}", "vary.strategies.asyncio.loop[1]", "found 'uvlop'; allowed: asyncio, uvloop, rloop, winloop; did you mean uvloop?"),
    ("vary: {server.latency: [0ms], server.latency.delay: [1ms]}", "vary.server.latency.delay", "overlaps with server.latency, which varies too; remove one"),
    ("vary: {server.content: [{kind: folder, path: /no/such}]}", "vary.server.content[0].path", "the folder /no/such does not exist"),
    ("vary: {server..latency: [1]}", "vary.server..latency", "'server..latency' is not a dotted path such as server.latency"),
    ("cases: {a: {'': 1}}", "cases.a.", "'' is not a dotted path such as server.latency"),
    ("vary: {strategies.asyncio.name: [x]}", "vary.strategies.asyncio.name", "a strategy's name does not vary; list another variant"),
    ("vary: {job.pages: [5, auto, null]}", "vary.job.pages[2]", "None is the same level as auto; remove one"),
    ("vary: {server.latency.delay: [1ms]}", "vary.server.latency.delay", "server.latency is '40ms', which has no delay; set server.latency as a whole"),
    ("vary: {strategies.asyncio: [threads]}", "vary.strategies.asyncio", "sets strategies.asyncio as a whole; name one of its keys, strategies.NAME.loop"),
    ("cases: {a: {job.pages: 5, job.pages.x: 3}}", "cases.a.job.pages.x", "overlaps with job.pages; remove one"),
    ("contrast: job.parse\nvary: {job.parser: [spin, lxml]}", "contrast", "job.parse does not vary; did you mean job.parser? (what varies: job.parser, strategy)"),
    ("contrast: job.pages\ncases: {a: {job.pages: 5}}", "contrast", "job.pages does not vary (what varies: case, strategy)"),
    ("contrast: server.latency\nrefine: true\nvary: {server.latency: [0ms, 1ms], job.parse_cost: [1ms, 2ms]}", "contrast", "found server.latency with refine: true, which looks for where strategies begin to win; remove one"),
    ("vary: {}", "vary", "empty; write at least one entry or remove it"),
    ("vary:", "vary", "empty; write at least one entry or remove it"),
    ("cases: {a: {}}", "cases.a", "empty; a case sets at least one dotted path, as in job.parse_cost: 20ms"),
    ("cases: {a: {job.parse_cost: 5}}", "cases.a.job.parse_cost", "5 has no unit; write 5ms or 5s"),
    ("cases: {a: {job.parse_cst: 5ms}}", "cases.a.job.parse_cst", "unknown key; did you mean parse_cost?"),
    ("cases: {a: {job.duration: 5s}}", "cases.a.job.duration", "both pages and duration; remove one (null removes it: --set job.pages=null)"),
    ("cases: {a.b: {job.pages: 5}}", "cases", "'a.b' is not a name; letters, digits, _, - and spaces are allowed"),
    ("cases: {a: {job.pages: 5}, b: {job.pages: 5}}", "cases.b", "comes to the same as a; remove one"),
    ("cases: {a: {seed: 5}}", "cases.a.seed", "does not vary; a path starts with one of server, job, arrivals, in_flight, parallelism, affinity, beside, strategies"),
    ("{cases: {a: {job.pages: 5}}, vary: {job.pages: [5, 6]}}", "cases.a.job.pages", "job.pages varies too; set it in cases or in vary, not in both"),
    ("cases: {a: {runtimes: [3.13t]}}", "cases.a.runtimes", "chooses among the scenario's runtimes, which it does not list; list them"),
    ("cases: {a: {strategies: [processes]}}", "cases.a.strategies", "found processes; the scenario's strategies are sequential, threads, asyncio"),
    ("cases: {a: {strategies: threads}}", "cases.a.strategies", "found threads; write a list of some of: sequential, threads, asyncio"),
    (f"vary: {{job.pages: &n {list(range(1, 41))}, job.warmup: *n}}", "vary", "4800 cells (cases x levels x strategies); one run measures at most 2000; remove levels"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "path", "expected"), MISTAKES)
def test_a_mistake_is_said_at_its_entry(
    base: str, refused: Refused, text: str, path: str, expected: str
) -> None:
    text = text.removeprefix("{").removesuffix("}") if text.startswith("{") else text
    text = text.replace("}}, vary", "}}\nvary")
    (problem,) = refused(f"{base}{text}\n")
    words = problem.message if problem.hint is None else f"{problem.message}; {problem.hint}"
    assert (problem.path, words) == (path, expected)
    assert problem.line == (9 if "\nvary" in text and path.startswith("vary") else 8)


def test_mistakes_of_several_levels_come_at_once_each_with_its_line(base: str, refused: Refused) -> None:
    text = base + "vary:\n  server.latency:\n    - 0ms\n    - 1\n    - 2\n  job.parser: [spin, spim]\n"
    found = refused(text)
    assert [(p.line, p.column, p.path) for p in found] == [
        (11, 7, "vary.server.latency[1]"),
        (12, 7, "vary.server.latency[2]"),
        (13, 22, "vary.job.parser[1]"),
    ]


def test_a_mistake_in_the_rest_is_not_repeated_by_every_level(base: str, refused: Refused) -> None:
    found = refused(base.replace("html.parser", "foo") + "vary: {server.latency: [0ms, 1ms, 2]}\n")
    assert [p.path for p in found] == ["job.parser", "vary.server.latency[2]"]
