import itertools
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import ValidationError

from mockserver.config import CatalogueContent, FolderContent, ServerConfig
from mockserver.explain import problems
from mockserver.latency_models import Fixed, Percentiles

LATENCIES: list[Any] = [
    "40ms",
    {"kind": "fixed", "delay": "40ms"},
    {"kind": "uniform", "low": "10ms", "high": "20ms"},
    {"kind": "normal", "mean": "40ms", "stddev": "10ms"},
    {"kind": "lognormal", "median": "40ms", "p99": "160ms"},
    {"kind": "lognormal", "median": "40ms", "sigma": 0.5},
    {"kind": "exponential", "mean": "40ms"},
    {"kind": "pareto", "minimum": "10ms", "shape": 1.5},
    {"p50": "40ms", "p90": "90ms", "p99": "400ms"},
    {"kind": "percentiles", "p50": "40ms", "p99.9": "400ms"},
    {"kind": "empirical", "values": ["10ms", "20ms"]},
    {"kind": "empirical", "file": "/tmp/delays.txt"},  # noqa: S108 (only named, never opened)
]
CONTENTS: list[Any] = [
    {"kind": "catalogue"},
    {"kind": "catalogue", "count": 3, "items": 0},
    {"kind": "catalogue", "size": "64kB"},
    {"kind": "folder", "path": "/srv/pages"},
]


@pytest.mark.parametrize(("latency", "content"), list(itertools.product(LATENCIES, CONTENTS)))
def test_a_dumped_document_is_the_same_configuration(latency: Any, content: Any) -> None:
    config = ServerConfig.model_validate(
        {"latency": latency, "content": content, "body": {"bandwidth": "9kB/s"}}
    )
    dumped = config.model_dump(mode="json", by_alias=True)
    assert ServerConfig.model_validate(dumped) == config
    assert ServerConfig.model_validate_json(config.model_dump_json(by_alias=True)) == config


@pytest.mark.parametrize("latency", LATENCIES)
def test_the_schema_accepts_what_the_model_accepts(latency: Any) -> None:
    jsonschema.validate({"latency": latency}, ServerConfig.model_json_schema())


def test_the_defaults() -> None:
    config = ServerConfig()
    assert config.latency == Fixed.model_validate({"kind": "fixed", "delay": "0ms"})
    assert config.content == CatalogueContent.model_validate({"kind": "catalogue", "count": 200, "items": 40})
    assert (config.seed, config.workers, config.body) == (0, 1, None)


def test_a_percentile_table_is_sorted_by_percentile() -> None:
    config = ServerConfig.model_validate({"latency": {"p99_9": "3ms", "p50": "1ms", "p100": "4ms"}})
    assert isinstance(config.latency, Percentiles)
    assert config.latency.points == ((0.5, 1_000_000), (0.999, 3_000_000), (1.0, 4_000_000))


def test_a_home_folder_is_found() -> None:
    config = ServerConfig.model_validate({"content": {"kind": "folder", "path": "~/pages"}})
    assert isinstance(config.content, FolderContent)
    assert config.content.path == Path.home() / "pages"


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ({"latency": 40}, "latency: 40 has no unit; write 40ms or 40s"),
        ({"latency": "40"}, "latency: 40 has no unit; write 40ms or 40s"),
        ({"latency": True}, "latency: True is not a latency"),
        ({"latency": "-1ms"}, "latency: -1ms is negative; a duration is not"),
        ({"latency": "11m"}, "latency: 11m is longer than a delay may be; write 10m or less"),
        ({"latency": {}}, "latency: a latency of several values needs a kind"),
        ({"latency": {"kind": "gamma"}}, "latency: kind 'gamma' is not one of fixed, uniform, normal"),
        ({"latency": {"kind": "exponential"}}, "latency.mean: is missing"),
        ({"latency": {"kind": "exponential", "mean": 4}}, "latency.mean: 4 has no unit"),
        (
            {"latency": {"kind": "fixed", "delay": "1ms", "dely": 1}},
            "latency.dely: unknown key; did you mean delay?",
        ),
        ({"latency": {"p50": "90ms", "p90": "40ms"}}, "latency: p50 (90ms) is above p90 (40ms)"),
        ({"latency": {"p101": "1ms"}}, "latency: p101 is not a percentile"),
        ({"latency": {"p99.9": "1ms", "p99_9": "1ms"}}, "are the same percentile"),
        ({"latency": {"kind": "percentiles"}}, "latency: a percentile table needs at least one entry"),
        ({"latency": {"kind": "uniform", "low": "2ms", "high": "1ms"}}, "low (2ms) is above high (1ms)"),
        ({"latency": {"kind": "lognormal", "median": "2ms"}}, "found neither of the two"),
        (
            {"latency": {"kind": "lognormal", "median": "2ms", "p99": "3ms", "sigma": 1}},
            "found both of the two",
        ),
        (
            {"latency": {"kind": "lognormal", "median": "2ms", "p99": "1ms"}},
            "p99 (1ms) is below the median (2ms)",
        ),
        (
            {"latency": {"kind": "lognormal", "median": "0ms", "sigma": 1}},
            "latency.median: must be more than 0",
        ),
        (
            {"latency": {"kind": "pareto", "minimum": "1ms", "shape": 0}},
            "latency.shape: should be greater than 0",
        ),
        ({"latency": {"kind": "empirical"}}, "needs either file or values; found neither"),
        ({"body": {"bandwidth": 5}}, "body.bandwidth: 5 has no unit; write 5B/s or 5kB/s"),
        ({"body": {"bandwidth": "0B/s"}}, "body.bandwidth: must be more than 0"),
        ({"content": {"kind": "catalogue", "items": 1, "size": "1kB"}}, "takes items or size, not both"),
        (
            {"content": {"kind": "catalogue", "count": 0}},
            "content.count: should be greater than or equal to 1; found 0",
        ),
        ({"content": {"kind": "catalogue", "count": 100_000, "size": "1MB"}}, "lower count, items or size"),
        ({"content": "folder"}, "content: "),
        ({"workers": 0}, "workers: should be greater than or equal to 1; found 0"),
        ({"workers": "4"}, "workers: should be a valid integer; found '4'"),
        ({"loop": "trio"}, "loop: should be 'asyncio' or 'uvloop'; found 'trio'"),
        ({"latncy": "1ms"}, "latncy: unknown key; did you mean latency?"),
        (
            {"xyz": "1ms"},
            "xyz: unknown key; known are addresses, body, capacity, content, encoding, faults, latency, loop,",
        ),
    ],
)
def test_what_is_wrong_is_said_with_path_and_remedy(document: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError) as caught:
        ServerConfig.model_validate(document)
    assert any(sentence in problem for problem in problems(caught.value)), problems(caught.value)


def test_every_mistake_is_named_at_once() -> None:
    with pytest.raises(ValidationError) as caught:
        ServerConfig.model_validate({"latency": 1, "workers": 0, "x": 1})
    assert len(problems(caught.value)) == 3
