# ruff: noqa: E501 - a table reads best with one row per line, its sentences whole
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.scenario.load import from_document, load, load_text
from simulator.scenario.problem import Problem, ScenarioError
from simulator.scenario.settings import from_overrides

Refused = Callable[..., tuple[Problem, ...]]


def edited(base: str, old: str, new: str) -> str:
    assert old in base
    return base.replace(old, new)


# Each: (what is replaced, by what, line, path, the whole message with its hint)
MISTAKES = [
    ("server:", "seed: -1\nserver:", 2, "seed", "found -1; a whole number from 0 to 9223372036854775807 is allowed"),
    ("server:", "concurrency: 4\nserver:", 2, "concurrency", "unknown key; did you mean in_flight?"),
    ("server:", "max_workers: 4\nserver:", 2, "max_workers", "unknown key; did you mean in_flight?"),
    ("server:", "repetitions: 4\nserver:", 2, "repetitions", "unknown key; did you mean rounds?"),
    ("server:", "latency: 4ms\nserver:", 2, "latency", "unknown key; did you mean server.latency?"),
    ("server:", "strategy: threads\nserver:", 2, "strategy", "unknown key; did you mean strategies?"),
    ("server:", "rounds: 0\nserver:", 2, "rounds", "found 0; a whole number from 1 to 1000 is allowed"),
    ("server:", "rounds: true\nserver:", 2, "rounds", "found true, which is no number; a whole number from 1 to 1000 is allowed"),
    ("server:", "in_flight: 100001\nserver:", 2, "in_flight", "found 100001; a whole number from 1 to 100000 is allowed"),
    ("server:", "in_flight: 1.5\nserver:", 2, "in_flight", "found 1.5; a whole number from 1 to 100000 is allowed"),
    ("server:", "in_flight: many\nserver:", 2, "in_flight", "found 'many', which is no number; a whole number from 1 to 100000 is allowed"),
    ("server:", "parallelism: all\nserver:", 2, "parallelism", "found 'all'; a whole number from 1 to 1000, or cores, is allowed"),
    ("server:", "time_limit: 2h\nserver:", 2, "time_limit", "found 2h; 100ms to 1h is allowed"),
    ("server:", "validity: {min_window: 1}\nserver:", 2, "validity.min_window", "1 has no unit; write 1ms or 1s"),
    ("server:", "gadget: 10s\nserver:", 2, "gadget", "unknown key; known here: affinity, arrivals, beside, budget, cases, contrast, description, expect, in_flight, job, margin, name, parallelism, precision, refine, rounds, runtimes, seed, server, strategies, time_limit, validity, vary"),
    ("40ms", "40", 3, "server.latency", "40 has no unit; write 40ms or 40s"),
    ("40ms", "-40ms", 3, "server.latency", "-40ms is negative; a duration is not"),
    ("40ms", "11m", 3, "server.latency", "11m is longer than a delay may be; write 10m or less"),
    ("40ms", "{kind: lognormol}", 3, "server.latency.kind", "found 'lognormol'; allowed: fixed, uniform, normal, lognormal, exponential, pareto, percentiles, empirical, recorded; did you mean lognormal?"),
    ("latency: 40ms", "content: {count: 5}", 3, "server.content", "kind is missing; write kind: one of catalogue, folder, recorded"),
    ("40ms", "{kind: lognormal, medain: 40ms, median: 40ms, sigma: 1}", 3, "server.latency.medain", "unknown key; did you mean median?"),
    ("40ms", "{kind: uniform, low: 40, high: 1s}", 3, "server.latency.low", "40 has no unit; write 40ms or 40s"),
    ("latency: 40ms", "latncy: 40ms", 3, "server.latncy", "unknown key; did you mean latency?"),
    ("latency: 40ms", "workers: 65", 3, "server.workers", "found 65; a whole number from 1 to 64 is allowed"),
    ("latency: 40ms", "loop: uvlop", 3, "server.loop", "found 'uvlop'; allowed: asyncio, uvloop; did you mean uvloop?"),
    ("latency: 40ms", "content: ./saved", 3, "server.content", "found './saved'; a mapping is expected; write kind: one of catalogue, folder, recorded"),
    ("latency: 40ms", "content: {kind: folder}", 3, "server.content.path", "missing; give the folder of saved pages with --set server.content.path=FOLDER"),
    ("latency: 40ms", "3", 3, "server", "found 3; a mapping is expected"),
    ("html.parser", "html.praser", 5, "job.parser", "unknown parser html.praser; did you mean html.parser? Built in: html.parser, bs4, lxml, selectolax, json, spin, sha256; your own is written package.module:function"),
    ("html.parser", "mypkg:my-parse", 5, "job.parser", "found 'mypkg:my-parse'; a function is written package.module:function"),
    ("html.parser", "{function: 'p:f', input: str}", 5, "job.parser.input", "found 'str'; allowed: bytes, text"),
    ("html.parser", "{function: 'p:f', url: 1}", 5, "job.parser.url", "found 1; true or false is expected"),
    ("html.parser", "[lxml]", 5, "job.parser", "found a list; a parser is a built-in name, package.module:function or {function: …}"),
    ("parser: html.parser", "client: mechanize", 5, "job.client", "unknown client mechanize; Allowed: httpx2, httpx, aiohttp, http.client, urllib3, requests, niquests, curl_cffi, pycurl, socket, {blocking: http.client, asyncio: aiohttp}, or your own, package.module:Client"),
    ("parser: html.parser", "client: {blocking: aiohttp}", 5, "job.client.blocking", "found 'aiohttp'; allowed: httpx2, httpx, http.client, urllib3, requests, niquests, curl_cffi, pycurl, socket, package.module:Client"),
    ("parser: html.parser", "client: 'mine.py'", 5, "job.client", "unknown client mine.py; Allowed: httpx2, httpx, aiohttp, http.client, urllib3, requests, niquests, curl_cffi, pycurl, socket, {blocking: http.client, asyncio: aiohttp}, or your own, package.module:Client"),
    ("parser: html.parser", "client: 'mine/it:Client'", 5, "job.client", "found 'mine/it:Client'; a client is written package.module:Client"),
    ("parser: html.parser", "client: {asyncio: 'mine:'}", 5, "job.client.asyncio", "found 'mine:'; a client is written package.module:Client"),
    ("parser: html.parser", "pool: 4", 5, "job.pool", "found 4: a pool belongs to a shared client; write connections: shared, or remove pool"),
    ("parser: html.parser", "tls_context: per_request", 5, "job.tls_context", "a TLS context for each request needs a connection for each; write connections: per_request, or tls_context: per_client"),
    ("parser: html.parser", "parse_cost: 5", 5, "job.parse_cost", "5 has no unit; write 5ms or 5s"),
    ("parser: html.parser", "parse_cost: 2m", 5, "job.parse_cost", "found 2m; 0ms to 1m is allowed"),
    ("parser: html.parser", "duration: 2s", 5, "job.duration", "both pages and duration; remove one (null removes it: --set job.pages=null)"),
    ("parser: html.parser", "warmup: -1", 5, "job.warmup", "found -1; a whole number from 0 to 1000 is allowed"),
    ("pages: 100", "pages: many", 6, "job.pages", "found 'many'; auto or a whole number from 1 to 1000000 is allowed"),
    ("pages: 100", "pages: 1.5", 6, "job.pages", "found 1.5; auto or a whole number from 1 to 1000000 is allowed"),
    ("100", "1000001", 6, "job.pages", "found 1000001; a whole number from 1 to 1000000 is allowed"),
    ("pages: 100", "ramp: 2m", 1, "", "job.ramp (2m) is not below time_limit (2m); lower one or raise the other"),
    ("pages: 100", "duration: 3m", 1, "", "job.duration (3m) is not below time_limit (2m); lower one or raise the other"),
    ("[threads, asyncio]", "[]", 7, "strategies", "empty; at least one is needed"),
    ("[threads, asyncio]", "threads", 7, "strategies", "found 'threads'; a list is expected"),
    ("[threads, asyncio]", "[threads, threads]", 7, "strategies", "threads listed more than once; a variant needs a name of its own"),
    ("threads,", "thread,", 7, "strategies[0]", "unknown strategy thread; did you mean threads? Allowed: sequential, threads, asyncio, processes, processes_per_core, asyncio_to_threads, asyncio_to_processes, asyncio_to_interpreters, processes_of_threads, processes_of_asyncio, threads_of_asyncio, interpreters, thread_pool, thread_pool_map, process_pool, interpreter_pool, multiprocessing_pool, joblib, dask, gevent, trio, asyncio_adaptive"),
    ("threads,", "telepathy,", 7, "strategies[0]", "unknown strategy telepathy; Allowed: sequential, threads, asyncio, processes, processes_per_core, asyncio_to_threads, asyncio_to_processes, asyncio_to_interpreters, processes_of_threads, processes_of_asyncio, threads_of_asyncio, interpreters, thread_pool, thread_pool_map, process_pool, interpreter_pool, multiprocessing_pool, joblib, dask, gevent, trio, asyncio_adaptive"),
    ("threads,", "{name: m, shards: none, fetch: asyncio, parse: pool},", 7, "strategies.m.parse", "found 'pool'; allowed: inline, {threads: 2}, processes or interpreters"),
    ("threads,", "{name: m, shards: none, fetch: asyncio, parse: {threads: 2, processes: 2}},", 7, "strategies.m.parse", "write one of processes, threads and interpreters, as in {processes: 2}"),
    ("threads,", "{name: m, shards: {}, fetch: asyncio},", 7, "strategies.m.shards", "write one of processes, threads and interpreters, as in {processes: 2}"),
    ("threads,", "{name: m, shards: many, fetch: asyncio},", 7, "strategies.m.shards", "found 'many'; allowed: none, {processes: 2}, threads or interpreters"),
    ("threads,", "{name: m, shards: none, fetch: blocking, parse: {threads: 2}},", 7, "strategies.m.parse", "found threads; a pool is for strategies that fetch with asyncio: a thread that blocks would only wait for it; write fetch: asyncio, or parse: inline"),
    ("threads,", "{name: m, shards: {interpreters: 2}, fetch: asyncio, parse: {processes: 2}},", 7, "strategies.m.parse", "found processes; in a subinterpreter a pool can only be of threads"),
    ("threads,", "{name: m, base: asyncio_to_threads, start_method: fork},", 7, "strategies.m.start_method", "found fork; start_method applies to strategies with processes; remove it"),
    ("threads,", "{name: m, base: threads, loop: uvloop},", 7, "strategies.m.loop", "found uvloop; loop applies to strategies that fetch with asyncio; remove it"),
    ("threads,", "{name: m, base: trio, loop: uvloop},", 7, "strategies.m.loop", "found uvloop; loop applies to strategies that fetch with asyncio; remove it"),
    ("threads,", "{name: m, base: gevent, eager_tasks: true},", 7, "strategies.m.eager_tasks", "found True; eager_tasks applies to strategies that fetch with asyncio; remove it"),
    ("threads,", "{name: m, shards: {processes: 2}, fetch: gevent},", 7, "strategies.m.fetch", "found gevent in processes; it runs in one interpreter; write shards: none"),
    ("threads,", "{name: m, shards: none, fetch: trio, parse: {threads: 2}},", 7, "strategies.m.parse", "found threads; what trio fetched is parsed where it was fetched; write fetch: asyncio, or parse: inline"),
    ("threads,", "{name: m, base: threads, start_method: fork},", 7, "strategies.m.start_method", "found fork; start_method applies to strategies with processes; remove it"),
    ("threads,", "{name: m, base: processes, parallelism: 2},", 7, "strategies.m.parallelism", "found 2; parallelism is an option of processes_per_core, asyncio_to_threads, asyncio_to_processes, asyncio_to_interpreters, processes_of_threads, processes_of_asyncio, threads_of_asyncio; remove it"),
    ("threads,", "{name: m, base: joblib, start_method: fork},", 7, "strategies.m.start_method", "found fork; joblib starts its processes in its own way; remove it"),
    ("threads,", "{name: m, base: thread_pool, start_method: fork},", 7, "strategies.m.start_method", "found fork; start_method applies to strategies with processes; remove it"),
    ("threads,", "{name: m, base: processes, chunk: 8},", 7, "strategies.m.chunk", "found 8; chunk is an option of process_pool, multiprocessing_pool, joblib; remove it"),
    ("threads,", "{name: m, base: joblib, chunk: 0},", 7, "strategies.m.chunk", "found 0; a whole number from 1 to 1000 is allowed"),
    ("threads,", "{name: threads, base: asyncio},", 7, "strategies.threads", "threads is the name of a strategy of its own; give this variant another name"),
    ("threads,", "{name: a.b, base: asyncio},", 7, "strategies.a.b.name", "found 'a.b'; letters, digits, _, - and spaces are allowed"),
    ("threads,", "{name: m, fetch: asyncio},", 7, "strategies.m", "a variant needs base (one of sequential, threads, asyncio, processes, processes_per_core, asyncio_to_threads, asyncio_to_processes, asyncio_to_interpreters, processes_of_threads, processes_of_asyncio, threads_of_asyncio, interpreters, thread_pool, thread_pool_map, process_pool, interpreter_pool, multiprocessing_pool, joblib, dask, gevent, trio, asyncio_adaptive), or both shards and fetch (blocking, asyncio, gevent or trio)"),
    ("name: t", "name: 5", 1, "name", "found 5; text is expected"),
    ("name: t", "name: ''", 1, "name", "empty"),
    ("name: t", "description: t", 1, "name", "missing; what it is called"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "path", "expected"), MISTAKES)
def test_a_mistake_is_said_once_with_line_and_path(
    base: str, refused: Refused, old: str, new: str, line: int, path: str, expected: str
) -> None:
    (problem,) = refused(edited(base, old, new))
    words = problem.message if problem.hint is None else f"{problem.message}; {problem.hint}"
    assert (problem.line, problem.path, words) == (line, path, expected)


def test_all_mistakes_come_at_once_in_the_order_of_the_file(refused: Refused) -> None:
    text = "name: 3\nserver: {latency: 40}\njob:\n  parser: foo\n  pages: 0\nstrategies: [a, b]\nvary: {job.pages: []}\n"
    found = refused(text)
    assert [problem.line for problem in found] == [1, 2, 4, 5, 6, 6, 7]


def test_the_listing_names_file_line_and_path(base: str, tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text(edited(base, "40ms", "40"))
    with pytest.raises(ScenarioError) as error:
        load(path)
    assert str(error.value) == f"{path}:3: server.latency: 40 has no unit; write 40ms or 40s"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "t.yaml:1: empty; a scenario is a mapping that starts with name: …"),
        (b"# nothing\n", "t.yaml:1: empty; a scenario is a mapping that starts with name: …"),
        (b"- a\n", "t.yaml:1: found a list; a scenario is a mapping that starts with name: …"),
        (b"name: t\njob: \xff\n", "t.yaml:2: not UTF-8: found the byte 0xff; save the file as UTF-8"),
        (
            b"name: t\nname: u\n",
            "t.yaml:2: name: duplicate key; it is already in line 1; remove one of the two",
        ),
    ],
)
def test_a_file_that_is_no_scenario(tmp_path: Path, content: bytes, expected: str) -> None:
    path = tmp_path / "t.yaml"
    path.write_bytes(content)
    with pytest.raises(ScenarioError) as error:
        load(path)
    assert str(error.value) == f"{tmp_path}/{expected}"


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(
        ScenarioError, match=r"no\.yaml: no such file; Shipped are .*; simulator init NAME writes a scenario$"
    ):
        load(tmp_path / "no.yaml")
    with pytest.raises(ScenarioError, match=r"is a folder; name a scenario file in it$"):
        load(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(ScenarioError, match=r"cannot be read: Not a directory$"):
        load(tmp_path / "file" / "t.yaml")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.touch(mode=0)
    with pytest.raises(ScenarioError, match=r"t\.yaml: may not be read: permission denied$"):
        load(path)


def test_a_byte_order_mark_is_no_mistake(base: str, tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text(base, encoding="utf-8-sig")
    assert load(path).name == "t"


def test_set_wins_over_the_environment_and_that_over_the_file(base: str) -> None:
    environ = {
        "SIMULATOR_SERVER__LATENCY": "20ms",
        "SIMULATOR_IN_FLIGHT": "3",
        "SIMULATOR_STORE": "/x",
        "SIMULATOR_PYTHON": "python3",
        "HOME": "/",
    }
    scenario = load_text(base, "t", Path(), overrides=["in_flight=4", "rounds=2"], environ=environ)
    assert (scenario.document()["server"]["latency"], scenario.in_flight, scenario.rounds) == ("20ms", 4, 2)


@pytest.mark.parametrize("first", ["job.parser=lxml", "job.parser=other:parse", "rounds=2"])
def test_what_is_set_inside_of_what_an_option_sets_comes_after_it(base: str, first: str) -> None:
    (option,) = from_overrides(["job.parser=mypkg:parse"])
    scenario = load_text(base, "t", Path(), overrides=["job.parser.input=text", first], settings=[option])
    assert (scenario.job.parser.function, scenario.job.parser.input) == ("mypkg:parse", "text")


def test_a_parser_that_is_a_word_has_the_keys_of_what_it_is_short_for(base: str) -> None:
    scenario = load_text(
        base, "t", Path(), overrides=["job.parser.function=mypkg:parse", "job.parser.url=true"]
    )
    assert (scenario.job.parser.function, scenario.job.parser.url) == ("mypkg:parse", True)
    with pytest.raises(ScenarioError, match="input and url belong to a function of your own"):
        load_text(base, "t", Path(), overrides=["job.parser.input=text"])


def test_overrides_reach_strategies_by_name_and_levels_by_path(base: str) -> None:
    overrides = [
        "strategies.asyncio.loop=uvloop",
        "vary.server.latency=[0ms, 1ms]",
        "job.pages=null",
        "job.duration=1s",
    ]
    scenario = load_text(base, "t", Path(), overrides=overrides)
    assert scenario.strategies[1].loop == "uvloop"
    assert scenario.vary == {"server.latency": ["0ms", "1ms"]}
    assert (scenario.job.counted, scenario.job.duration_ns) == (None, 1_000_000_000)


@pytest.mark.parametrize("written", ["", "  pages: auto\n", "  pages: null\n"])
def test_pages_are_counted_for_each_cell_where_no_number_is_written(base: str, written: str) -> None:
    job = load_text(base.replace("  pages: 100\n", written), "t", Path()).job
    assert (job.pages, job.counted, job.duration_ns) == ("auto", None, None)
    fixed = load_text(base.replace("  pages: 100\n", f"{written}  duration: 2s\n"), "t", Path()).job
    assert (fixed.counted, fixed.duration_ns) == (None, 2_000_000_000)


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("server.latency=40", "--set: server.latency: 40 has no unit; write 40ms or 40s"),
        ("server.latncy=40ms", "--set: server.latncy: unknown key; did you mean latency?"),
        ("server.latency.median=4ms", "--set: server.latency.median: server.latency is '40ms', which has no median; set server.latency as a whole"),
        ("strategies.uv.loop=asyncio", "--set: strategies.uv.loop: no strategy is named uv (listed: threads, asyncio)"),
        ("latency", "--set: found 'latency'; write path=value, as in server.latency=40ms"),
        ("server..latency=1ms", "--set: 'server..latency' is not a dotted path such as server.latency"),
        ("rounds=[1", "--set: rounds: not YAML: the text ends inside a bracket or quote opened in line 1; close it"),
        ("vary.job.pages=[]", "--set: vary.job.pages: no levels; write at least one, as in [0ms, 20ms]"),
    ],
)  # fmt: skip
def test_a_mistake_on_the_command_line_names_the_flag(
    base: str, refused: Refused, override: str, expected: str
) -> None:
    (problem,) = refused(base, overrides=[override])
    assert str(problem) == expected


def test_null_from_outside_removes_cases_and_vary(base: str, tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text(f"{base}cases: {{a: {{job.pages: 3}}}}\nvary: {{server.latency: [0ms, 1ms]}}\n")
    for overrides, environ in (
        (("cases=null", "vary=null"), {}),
        (("vary=",), {"SIMULATOR_CASES": "null"}),
    ):
        scenario = load(path, overrides=overrides, environ=environ)
        assert (scenario.cases, scenario.vary) == (None, None)
    assert load_text(base, "t.yaml", tmp_path, overrides=("vary=null",), environ={}).vary is None


def test_a_mistake_in_the_environment_names_the_variable(base: str, refused: Refused) -> None:
    (problem,) = refused(base, environ={"SIMULATOR_SEVER__LATENCY": "20ms"})
    assert str(problem) == "SIMULATOR_SEVER__LATENCY: sever: unknown key; did you mean server?"


def test_folders_start_where_they_are_written(
    base: str, refused: Refused, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in (tmp_path / "saved", tmp_path / "here" / "other"):
        folder.mkdir(parents=True)
        (folder / "a.html").write_text("<p>")
    monkeypatch.chdir(tmp_path / "here")
    text = edited(base, "latency: 40ms", "content: {kind: folder, path: ./saved}")
    path = tmp_path / "t.yaml"
    path.write_text(text)
    assert load(path).document()["server"]["content"]["path"] == str(tmp_path / "saved")
    by_flag = load(path, overrides=["server.content.path=other"])
    assert by_flag.document()["server"]["content"]["path"] == str(tmp_path / "here" / "other")
    (problem,) = refused(text, overrides=["server.content.path=nope"])
    assert str(problem) == f"--set: server.content.path: the folder {tmp_path}/here/nope does not exist"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("content: {kind: folder, path: ./no}", "server.content.path: the folder {}/no does not exist"),
        (
            "content: {kind: folder, path: ./t.yaml}",
            "server.content.path: the folder {}/t.yaml is not a folder",
        ),
        (
            "latency: {kind: empirical, file: no.txt}",
            "server.latency.file: the file {}/no.txt does not exist",
        ),
    ],
)
def test_a_missing_folder_is_found_at_load(
    base: str, refused: Refused, tmp_path: Path, value: str, expected: str
) -> None:
    (problem,) = refused(edited(base, "latency: 40ms", value))
    assert (problem.line, f"{problem.path}: {problem.message}") == (3, expected.format(tmp_path))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"0.123\n0.081\n", "line 1: found '0.123': 0.123 has no unit; write 0.123ms or 0.123s"),
        (b"elapsed\r\n31ms\r\n", "line 1: 'elapsed' is not a duration; "),
        (b"", "has 0 durations; "),
    ],
)
def test_a_file_of_delays_is_read_at_load(
    base: str, refused: Refused, tmp_path: Path, text: bytes, expected: str
) -> None:
    (tmp_path / "delays.txt").write_bytes(text)
    named = "{kind: empirical, file: delays.txt}"
    for scenario in (
        edited(base, "latency: 40ms", f"latency: {named}"),
        base + f"vary: {{server.latency: [20ms, {named}]}}\n",
    ):
        (problem,) = refused(scenario)
        assert problem.message.startswith(f"latency file {tmp_path}/delays.txt")
        assert expected in problem.message


def test_a_stored_document_loads_again(base: str, tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    saved.mkdir()
    page = saved / "a.html"
    page.write_text("<p>")
    path = tmp_path / "t.yaml"
    path.write_text(
        base + "cases: {a: {job.parser: spin}}\nvary: {server.content: [{kind: folder, path: saved}]}\n"
    )
    text = path.read_text().replace("server.content: [{kind: folder, path: saved}]", "server.seed: [1, 2]")
    path.write_text(text)
    scenario = load(path, overrides=["server.content={kind: folder, path: " + str(saved) + "}"])
    page.unlink()
    saved.rmdir()  # an old run can be shown though its pages are gone
    stored = json.loads(json.dumps(scenario.document()))
    again = from_document(stored, "run 1", scenario.source_dir)
    assert again == scenario
    assert again.document() == scenario.document()
    assert again.source_dir == tmp_path


def test_the_server_has_the_scenario_s_seed_unless_it_has_its_own(base: str) -> None:
    assert load_text("seed: 7\n" + base, "t", Path()).server.seed == 7
    assert load_text("seed: 7\n" + base, "t", Path(), overrides=["server.seed=8"]).server.seed == 8


def test_defaults() -> None:
    scenario = load_text("name: t\njob: {pages: 5}", "t", Path())
    assert [variant.name for variant in scenario.strategies] == [
        "sequential",
        "threads",
        "asyncio",
        "processes",
    ]
    assert (scenario.in_flight, scenario.rounds, scenario.job.warmup) == (8, 5, 2)
    assert (scenario.time_limit_ns, scenario.validity.min_window_ns) == (120_000_000_000, 500_000_000)
    assert (scenario.job.client.blocking, scenario.job.parser.name) == ("httpx2", "html.parser")
