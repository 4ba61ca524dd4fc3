"""Scenarios that nobody would write, from the JSON Schema: for `benchmarks.campaign`.

A node of the schema becomes a strategy of hypothesis that draws what it allows. What would be carried out or read by
its name (a Python, a parser, a file) is drawn from a few names, so that a draw runs nothing of the machine's. Wild
ones have, now and then, a value of any kind in the place of another one, or a key with a letter too many.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from simulator.scenario.schema import scenario_schema
from simulator.scenario.strategy import NAMES

Strategy = st.SearchStrategy[Any]

_BY_KEY: Mapping[str, Strategy] = {
    "runtimes": st.sampled_from(["current", "3.99", "3.99t", "./nowhere", ""]),
    "python": st.sampled_from(["current", "3.99", "./nowhere"]),
    "with": st.just("./nothing-here"),
    "parser": st.sampled_from(
        ["html.parser", "json", "spin", "sha256", "mine:parse", "mine:nothing", "nowhere:parse"]
    ),
    "function": st.sampled_from(["mine:parse", "mine:nothing", "nowhere:parse", ":", "mine"]),
    "client": st.sampled_from(["http.client", "httpx2", "aiohttp", "socket", "urllib3", "nowhere:Client"]),
    "blocking": st.sampled_from(["http.client", "socket", "nowhere:Client"]),
    "asyncio": st.sampled_from(["aiohttp", "httpx2", "nowhere:Client"]),
    "path": st.sampled_from(["pages", "nowhere", "pages/0.html"]),
    "file": st.sampled_from(["delays.txt", "nowhere.txt", "pages"]),
    "expect": st.sampled_from(
        [
            "speedup(threads) > 1",
            "p99(asyncio) < 50ms",
            "throughput(threads) / throughput(processes) > 110%",
            "memory(nobody) > 1MB",
            "crossover(processes, threads) < 5ms",
            "throughput(threads",
            "1 < 2",
        ]
    ),
    "contrast": st.sampled_from(
        ["strategy", "strategy", "job.parser", "server.latency", "runtime", "nothing"]
    ),
    "on": st.sampled_from(["timeout", "reset", "status 503", "status 5xx", "status 99"]),
    "faults": st.sampled_from(["reset:1%", "status:503:2%", "hang:1%", "nothing:1%", "reset"]),
}
"""Texts that stand at a key; other shapes that the schema has there are drawn from it."""
_OF_THE_MACHINE = {"runtimes", "python", "with", "path", "file"}
"""Keys whose texts name what is here, and would be run or read."""

_LEVELS: Mapping[str, tuple[Any, ...]] = {
    "server.latency": ("0ms", "2ms", {"kind": "uniform", "low": "0ms", "high": "3ms"}, "fast"),
    "server.capacity": (1, 2, None),
    "job.parse_cost": ("0ms", "1ms", "2ms", None),
    "job.parser": ("spin", "html.parser", "json", "mine:parse"),
    "job.client": ("http.client", "httpx2", {"blocking": "http.client", "asyncio": "aiohttp"}),
    "job.pages": (1, 4, "auto", 0),
    "in_flight": (1, 2, 3, 0),
    "parallelism": (1, 2, "cores"),
    "beside.spinners": (0, 1),
    "server.nothing": (1,),
}
_ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 1 << 64),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from([[], {}, [{}], "1e999ms", "-0ms", "²ms", "1 ms"]),
)
_ODD = (
    "",
    "\x00",
    "\ufeff",
    "- ",
    "%YAML 9",
    "&a [*a]",
    "? [a]\n: b\n",
    "name: a\nname: b\n",
    "name: 2030-01-01\njob: {}\n",
    "name: &x {job: *x}",
    "name: x\njob: {parser: json}\nserver: !!binary aGk=\n",
    "!!python/object/apply:os.getcwd []",
)
_DURATIONS = ("40us", "1ms", "2ms", "20ms", "250ms", "1s", "5s", "1m30s")
_LONGEST = 20
"""Of a text that a pattern allows: short enough to read."""
_ONE_LOT = 7
"""Of thirty."""
_NAMES_OF_VARIANTS = st.sampled_from(["one", "two", "three 3", "4"])


def scenarios(*, wild: bool) -> Strategy:
    """Return a strategy of documents; wild: of which few are right."""
    drawn = _Schema(wild)
    return st.builds(_whole, drawn.of(drawn.schema, ""), st.just(wild))


def configurations(*, wild: bool) -> Strategy:
    """Return a strategy of configurations of a mock server, of few pages at once; wild: of which few are right."""
    drawn = _Schema(wild)
    return drawn.of(drawn.schema["$defs"]["ServerConfig"], "server").map(_of_few_pages)


def texts() -> Strategy:
    """Return a strategy of texts that are YAML, nearly YAML, or none."""
    written = st.one_of(scenarios(wild=False), scenarios(wild=True)).map(as_text)
    cut = st.builds(lambda text, at: text[: at % (len(text) + 1)], written, st.integers(0, 3_000))
    return st.one_of(written, written, written, cut, st.sampled_from(_ODD), st.text(max_size=200))


def drawn(strategy: Strategy, seed: int, number: int) -> list[Any]:
    """Return so many draws, the same ones for the same seed."""
    found: list[Any] = []

    @seeded(seed)
    @settings(
        max_examples=number,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def take(one: Any) -> None:
        found.append(one)

    take()
    return found


def as_text(document: Any) -> str:
    """Write a document; JSON is YAML."""
    return json.dumps(document, indent=1)


def _whole(document: Any, wild: bool) -> Any:  # noqa: FBT001 - what st.builds calls
    """Give a document what each needs."""
    if wild or not isinstance(document, dict):
        return document
    job = {"client": {"blocking": "http.client", "asyncio": "aiohttp"}, **document["job"]}
    made = {**document, "name": "fuzzed", "job": job}
    if made.get("strategies"):
        made["strategies"] = [*{str(_name(each)): each for each in made["strategies"]}.values()]
    return made


def _of_few_pages(config: Any) -> Any:
    if not isinstance(config, dict):
        return config
    made = {key: value for key, value in config.items() if key != "body"}  # a page may take an hour then
    if isinstance(content := made.get("content"), dict) and "count" in content:
        made["content"] = {**content, "count": 3, "items": 2}
    return made


def _name(entry: Any) -> Any:
    return entry["name"] if isinstance(entry, dict) else entry


@dataclass(frozen=True)
class _Schema:
    wild: bool
    schema: Mapping[str, Any] = field(default_factory=scenario_schema)

    def of(self, node: Mapping[str, Any], key: str) -> Strategy:
        """Return what draws what a node allows, at a key."""
        if "$ref" in node:
            name = node["$ref"].rpartition("/")[2]
            if name == "Variant" and not self.wild:
                return self._variant()
            return st.deferred(lambda: self.of(self.schema["$defs"][name], key))
        if options := node.get("anyOf") or node.get("oneOf"):
            some = [option for option in options if self.wild or option.get("type") != "null"]
            return st.one_of(*(self.of(option, key) for option in some))
        if node.get("type") == "object":
            return self._mapping(node, key)
        if node.get("type") == "array":
            inner = self.of(node.get("items", {"type": "string"}), key)
            unique = repr if node.get("uniqueItems") and not self.wild else None
            return st.lists(inner, min_size=node.get("minItems", 0), max_size=3, unique_by=unique)
        return self._or_anything(self._plain(node, key), key)

    def _plain(self, node: Mapping[str, Any], key: str) -> Strategy:
        kind = node.get("type")
        if "const" in node:
            return st.just(node["const"])
        if kind == "string" and key in _BY_KEY:
            return _BY_KEY[key]
        if "enum" in node:
            return st.sampled_from(node["enum"])
        if kind in {"integer", "number"}:
            return _number(node, kind)
        return {"boolean": st.booleans, "null": st.none}.get(kind or "", partial(self._text, node))()

    def _text(self, node: Mapping[str, Any]) -> Strategy:
        if "examples" in node and not self.wild:
            return st.sampled_from(_DURATIONS if "40us" in node["examples"] else node["examples"])
        if "pattern" in node:
            return st.from_regex(node["pattern"], fullmatch=True).filter(lambda text: len(text) < _LONGEST)
        if self.wild:
            return st.text(min_size=node.get("minLength", 0), max_size=12)
        return st.sampled_from(["a", "some words", "mit Umlauten äöü"])

    def _variant(self) -> Strategy:
        based = st.fixed_dictionaries(
            {"name": _NAMES_OF_VARIANTS, "base": st.sampled_from(NAMES[1:])},
            optional={
                "parallelism": st.integers(1, 3),
                "loop": st.sampled_from(["asyncio", "uvloop"]),
                "start_method": st.sampled_from(["fork", "spawn", "forkserver"]),
            },
        )
        workers = st.one_of(
            *(
                st.fixed_dictionaries({kind: st.integers(1, 3)})
                for kind in ("processes", "threads", "interpreters")
            )
        )
        written_out = st.fixed_dictionaries(
            {
                "name": _NAMES_OF_VARIANTS,
                "shards": st.one_of(st.just("none"), workers),
                "fetch": st.sampled_from(["blocking", "asyncio"]),
            },
            optional={"parse": st.one_of(st.just("inline"), workers)},
        )
        return st.one_of(based, written_out)

    def _mapping(self, node: Mapping[str, Any], key: str) -> Strategy:
        if key == "vary":
            paths = st.lists(st.sampled_from([*_LEVELS]), min_size=1, max_size=2, unique=True)
            return paths.flatmap(
                lambda chosen: st.fixed_dictionaries({path: _levels(path) for path in chosen})
            )
        if key == "cases":
            point = st.sampled_from([*_LEVELS]).map(lambda path: {path: _LEVELS[path][0]})
            return st.dictionaries(st.sampled_from(["near", "far", "no good"]), point, min_size=1, max_size=2)
        properties = {name: self.of(inner, name) for name, inner in node.get("properties", {}).items()}
        always = {name: properties.pop(name) for name in node.get("required", ())}
        if not properties:
            return st.fixed_dictionaries(always)
        some = st.lists(st.sampled_from([*properties]), max_size=3, unique=True)
        drawn = some.flatmap(
            lambda names: st.fixed_dictionaries({**always, **{name: properties[name] for name in names}})
        )
        return st.builds(_misspelt, drawn, st.integers(0, 30)) if self.wild else drawn

    def _or_anything(self, strategy: Strategy, key: str) -> Strategy:
        if not self.wild or key in _OF_THE_MACHINE:
            return strategy
        return st.integers(0, 30).flatmap(lambda lot: _ANYTHING if lot == _ONE_LOT else strategy)


def _number(node: Mapping[str, Any], kind: str) -> Strategy:
    low = node.get("minimum", node.get("exclusiveMinimum", 0))
    if kind == "number":
        return st.floats(low, node.get("maximum", 10), exclude_min="exclusiveMinimum" in node)
    most = node.get("maximum", node.get("exclusiveMaximum", low + 5) - 1)
    return st.one_of(st.integers(low, min(low + 4, most)), st.just(most))


def _levels(path: str) -> Strategy:
    return st.lists(st.sampled_from(_LEVELS[path]), min_size=1, max_size=2, unique_by=repr)


def _misspelt(mapping: dict[str, Any], lot: int) -> dict[str, Any]:
    if lot != _ONE_LOT or not mapping:
        return mapping
    name, *others = mapping
    return {f"{name}s": mapping[name], **{other: mapping[other] for other in others}}
