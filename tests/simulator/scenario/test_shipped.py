"""The scenarios that ship, the schema and the template: each is valid, and sized for the validity gate."""

import contextlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from simulator.experiment.preparation import foresee
from simulator.scenario.cells import expand
from simulator.scenario.load import load, load_text
from simulator.scenario.model import Scenario
from simulator.scenario.problem import ScenarioError
from simulator.scenario.schema import scenario_schema
from simulator.scenario.template import render

FOLDER = Path(__file__).parents[3] / "scenarios"
SHIPPED = sorted(FOLDER.glob("*.yaml"))

DOCUMENTED = """\
name: mixed
description: A shop's listing pages, 40 ms away
seed: 7
server:
  latency: {kind: lognormal, median: 40ms, p99: 160ms}
  content: {kind: catalogue, count: 200, items: 40}
  workers: 1
job:
  client: httpx
  parser: html.parser
  parse_cost: 5ms
  pages: 160
  warmup: 2
strategies:
  - threads
  - asyncio
  - {name: uv, base: asyncio, loop: uvloop}
  - {name: pool4, base: processes_per_core, parallelism: 4, start_method: spawn}
  - {name: mine, shards: {processes: 2}, fetch: asyncio, parse: inline}
in_flight: 8
parallelism: cores
rounds: 5
cases:
  waiting:   {job.parser: spin, job.parse_cost: 0ms}
  computing: {job.parse_cost: 20ms}
vary:
  server.latency: [0ms, 20ms, 100ms]
"""


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema = scenario_schema()
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def plain(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


def overrides(path: Path, pages: Path) -> list[str]:
    (pages / "saved.html").write_text("<p>")
    return [f"server.content.path={pages}"] if path.stem == "real_pages" else []


def window_s(scenario: Scenario, cores: int) -> list[float]:
    """The shortest time that each cell's jobs can take, nothing counted but latency and parse cost."""
    found = []
    for cell in expand(scenario, cores):
        if cell.job.duration_ns is not None:
            found.append(cell.job.duration_ns / 1e9)
            continue
        if cell.job.counted is None:
            continue  # sized when it is run
        delay_s = getattr(cell.server.latency, "delay_ns", getattr(cell.server.latency, "median_ns", 0)) / 1e9
        parse_s = (cell.job.parse_cost_ns or 0) / 1e9
        waited_s = cell.job.counted * (delay_s + parse_s) / cell.plan.in_flight
        found.append(max(waited_s, cell.job.counted * parse_s / cores))
    return found


def test_all_scenarios_are_here() -> None:
    assert {path.stem for path in SHIPPED} >= {
        *(
            "quickstart",
            "io_bound",
            "cpu_bound",
            "mixed",
            "gil_releasing_parse",
            "real_pages",
            "open_arrivals",
            "crossover",
            "article",
            "runtimes",
        )
    }


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_scenario_is_valid_and_long_enough(
    path: Path, validator: Draft202012Validator, tmp_path: Path
) -> None:
    scenario = load(path, overrides=overrides(path, tmp_path))
    assert scenario.name == path.stem
    validator.validate(scenario.document())
    if scenario.budget_ns is not None:
        assert all(cell.unsupported is None for cell in expand(scenario, 8))
        # Raises where not even the shortest windows fit; a slow machine takes longer than usual to start.
        tighter = scenario.model_copy(update={"budget_ns": int(0.9 * scenario.budget_ns)})
        foresee(tighter, expand(scenario, 2), 2)
        return
    # 100 ms of client and server for 100 pages are left out of account: a margin, not a need.
    assert min(window_s(scenario, cores=8), default=1.0) >= scenario.validity.min_window_ns / 1e9
    for cell in expand(scenario, 8):
        assert cell.unsupported is None
        # Jobs that come by themselves need not fill what a strategy could hold; how many a duration has is measured.
        if cell.arrivals is None and cell.job.counted is not None:
            assert cell.job.counted >= scenario.validity.min_jobs_per_slot * cell.plan.in_flight


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_scenario_starts_with_its_question_and_its_command(path: Path) -> None:
    comment = [line for line in path.read_text().splitlines() if line.startswith("#")]
    assert "?" in comment[0]
    assert any(f"simulator run {path.stem}" in line for line in comment)


def test_real_pages_asks_for_its_folder() -> None:
    with pytest.raises(ScenarioError) as error:
        load(FOLDER / "real_pages.yaml")
    (problem,) = error.value.problems
    assert problem.path == "server.content.path"
    assert problem.hint == "give the folder of saved pages with --set server.content.path=FOLDER"
    assert problem.line is not None


def test_the_documented_example(validator: Draft202012Validator) -> None:
    assert len(expand(load_text(DOCUMENTED, "t", Path()), 2)) == 2 * 3 * 6
    validator.validate(plain(DOCUMENTED))


@pytest.mark.parametrize(
    "extra",
    [
        "job: {pages: 5, client: {blocking: http.client, asyncio: aiohttp}, parser: 'a.b:c'}",
        "job: {duration: 5s, parser: {function: 'a:b', input: text, url: true}}\nparallelism: 3",
        "job: {pages: 5}\nserver: {latency: {p50: 40ms, p99.9: 1s}, body: {bandwidth: 200kB/s}}",
        "job: {pages: 5}\nvalidity: {min_window: 0ms, min_jobs_per_slot: 0}\ntime_limit: 1m",
        "job: {pages: 5}\nstrategies: [{name: m, shards: none, fetch: blocking}]",
        "job: {pages: 5}\nstrategies: [{name: m, base: processes_per_core, parallelism: cores}]",
    ],
)
def test_the_schema_takes_every_short_form(extra: str, validator: Draft202012Validator) -> None:
    text = f"name: t\n{extra}\n"
    load_text(text, "t", Path())
    validator.validate(plain(text))


@pytest.mark.parametrize(
    "extra",
    [
        "job: {pages: 5, parser: foo}",
        "job: {pages: 0}",
        "job: {pages: 5}\nconcurrency: 4",
        "job: {pages: 5}\nserver: {latency: 40}",
        "job: {pages: 5}\nstrategies: [foo]",
        "job: {pages: 5}\nvary: {rounds: [1]}",
    ],
)
def test_the_schema_refuses_what_load_refuses(extra: str, validator: Draft202012Validator) -> None:
    text = f"name: t\n{extra}\n"
    with pytest.raises(ScenarioError):
        load_text(text, "t", Path())
    assert not validator.is_valid(plain(text))


def test_the_schema_describes_every_key() -> None:
    schema = scenario_schema()
    for owner in (schema, schema["$defs"]["Job"], schema["$defs"]["Variant"], schema["$defs"]["Parser"]):
        for key, value in owner["properties"].items():
            assert value.get("description"), key


def test_the_template_runs_as_it_is(tmp_path: Path, validator: Draft202012Validator) -> None:
    text = render("mine")
    scenario = load_text(text, "t", tmp_path)
    assert scenario.name == "mine"
    assert [variant.name for variant in scenario.strategies] == [
        *("sequential", "threads", "asyncio", "processes", "processes_per_core")
    ]
    assert all(cell.unsupported is None for cell in expand(scenario, 2))
    validator.validate(plain(text))
    assert max(map(len, text.splitlines())) <= 110


@pytest.mark.parametrize("latency", ["0ms", "40ms", "3s", "30s"])
def test_the_template_leaves_the_pages_to_be_sized_within_its_time_limit(latency: str) -> None:
    scenario = load_text(render("mine", latency=latency), "t", Path())
    assert scenario.job.pages == "auto"
    for cell in expand(scenario, 2):
        delay_s = getattr(cell.server.latency, "delay_ns", 0) / 1e9
        least_s = scenario.validity.min_jobs_per_slot * delay_s
        assert least_s < 0.5 * scenario.time_limit_ns / 1e9


def test_the_template_takes_the_caller_s_choices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saved = tmp_path / "my saved, pages: #1"
    saved.mkdir()
    (saved / "a.html").write_text("<p>")
    monkeypatch.chdir(tmp_path)
    text = render(
        "mine", parser="mypkg.pages:parse", pages="./my saved, pages: #1", latency="120ms", client="aiohttp"
    )
    scenario = load_text(text, "t", tmp_path)
    assert scenario.job.parser.function == "mypkg.pages:parse"
    assert scenario.document()["server"]["content"] == {"kind": "folder", "path": str(saved)}
    assert scenario.document()["server"]["latency"] == "120ms"
    assert (scenario.job.client.blocking, scenario.job.client.asyncio) == ("http.client", "aiohttp")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"latency": "40"}, "init: server.latency: 40 has no unit; write 40ms or 40s"),
        ({"parser": "lxm"}, "init: job.parser: unknown parser lxm; did you mean lxml?"),
        ({"client": "mechanize"}, "init: job.client: unknown client mechanize; Allowed: httpx"),
        ({"pages": "./nope"}, "nope does not exist"),
        ({"name": "two\nlines"}, "init: name: found 'two\\nlines'; a name is one line of text"),
    ],
)
def test_the_template_refuses_what_a_scenario_refuses(values: dict[str, Any], expected: str) -> None:
    with pytest.raises(ScenarioError) as error:
        render(**{"name": "mine", **values})
    assert expected in str(error.value)
    assert error.value.problems[0].line is None


@settings(deadline=None)
@given(st.text(max_size=30), st.sampled_from(["5ms", "1s"]) | st.text(max_size=9))
def test_the_template_quotes_whatever_it_is_given(name: str, latency: str) -> None:
    text = None
    with contextlib.suppress(ScenarioError):
        text = render(name, latency=latency)
    if text is not None:
        assert load_text(text, "t", Path()).name == name
