"""Whatever a document holds, loading it gives a scenario or problems: never another exception."""

import contextlib
import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.scenario.cells import expand
from simulator.scenario.load import load_text
from simulator.scenario.problem import ScenarioError

WORDS = [
    *(
        "40ms",
        "40",
        "-1s",
        "",
        "threads",
        "asyncio",
        "sequential",
        "uv",
        "httpx",
        "spin",
        "a.b:c",
        "cores",
        "none",
    ),
    *("p50(threads) < 1s", "speedup(uv, in_flight=", "1 < 2"),
    *("folder", "catalogue", "lognormal", "percentiles", "./x", "~nobody/x", "inline", "\x00"),
]
KEYS = [
    *("name", "seed", "server", "job", "strategies", "in_flight", "parallelism", "rounds", "cases", "vary"),
    *("expect", "claim", "that"),
    *(
        "latency",
        "content",
        "kind",
        "path",
        "file",
        "body",
        "pages",
        "duration",
        "client",
        "parser",
        "parse_cost",
    ),
    *(
        "base",
        "shards",
        "fetch",
        "parse",
        "loop",
        "processes",
        "blocking",
        "p50",
        "p99",
        "median",
        "delay",
        "values",
    ),
    *("server.latency", "job.pages", "strategies.uv.loop", "in_flight", "server..x", "", "foo"),
]
PLAIN = st.none() | st.booleans() | st.integers(-2, 12) | st.floats() | st.sampled_from(WORDS)
ANY = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)
OVERRIDES = st.lists(
    st.tuples(st.lists(st.sampled_from(KEYS), min_size=1, max_size=3), PLAIN).map(
        lambda pair: f"{'.'.join(pair[0])}={json.dumps(pair[1])}"
    ),
    max_size=2,
)


SOUND = {"name": "t", "job": {"pages": 10}, "strategies": ["threads", {"name": "uv", "base": "asyncio"}]}


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from([{}, SOUND]), st.dictionaries(st.sampled_from(KEYS), ANY, max_size=5), OVERRIDES)
def test_a_document_is_a_scenario_or_has_problems(
    base: dict[str, Any], changes: dict[str, Any], overrides: list[str]
) -> None:
    with contextlib.suppress(ScenarioError):
        scenario = load_text(json.dumps({**base, **changes}), "t", Path(), overrides=overrides)
        assert expand(scenario, 2)
