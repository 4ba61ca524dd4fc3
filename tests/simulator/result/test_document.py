import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from simulator.analysis.summary import summarise
from simulator.result.document import (
    SCHEMA,
    NotAResultError,
    ResultDocument,
    from_json,
    result_schema,
    to_json,
)
from simulator.result.measured import measured_of
from tests.simulator.analysis.builders import document, planned, repetition, run


@pytest.fixture
def small() -> ResultDocument:
    return document({"sequential": [10.0, 11.0, 12.0], "threads": [30.0, 31.0, 33.0]})


def test_it_reads_back_as_it_was(small: ResultDocument) -> None:
    assert from_json(to_json(small)) == small
    assert to_json(from_json(to_json(small))) == to_json(small)


def test_its_schema_holds_for_it_and_not_for_something_else(small: ResultDocument) -> None:
    schema = result_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    raw = json.loads(to_json(small))
    jsonschema.validate(raw, schema)
    raw["cells"][0]["status"] = "fine"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(raw, schema)


def test_its_schema_says_what_keys_mean() -> None:
    schema = result_schema()
    assert schema["properties"]["partial"]["description"].startswith("The run was interrupted or failed")
    lag = schema["$defs"]["Measures"]["properties"]["resume_lag_s"]
    assert lag["description"].startswith("Body received - last byte handed over")


def test_promised_keys_are_there(small: ResultDocument) -> None:
    raw = json.loads(to_json(small))
    assert raw["schema"] == SCHEMA == "simulator.result/2"
    assert {
        "schema", "scenario", "scenario_resolved", "environment", "started_at", "partial", "cells", "findings",
        "expectations", "crossovers",
    } <= raw.keys()  # fmt: skip
    cell = raw["cells"][1]
    assert {
        "id", "factors", "status", "reason", "warnings", "repetitions", "throughput_per_s", "speedup", "makespan_s",
        "startup_s", "warmup_s", "drain_s", "in_flight_mean",
        "response_time_s", "fetch", "parse", "resume_lag_s", "cpu_per_page_s", "cores_used",
        "memory_bytes", "loop_lag_s", "server", "equality", "digest", "pages",
        "attempts", "errors",
    } <= cell.keys()  # fmt: skip
    assert {"median", "low", "high"} <= cell["throughput_per_s"].keys() & cell["speedup"].keys()
    assert {"p50", "p90", "p95", "p99", "p99_9", "max"} <= cell["response_time_s"].keys()
    assert cell["fetch"].keys() == cell["parse"].keys() == {"wall_s", "cpu_s", "stall_s"}
    assert {"p50", "p99", "max"} <= cell["resume_lag_s"].keys()
    assert {"delay_error_s", "cpu_cores", "saturated"} <= cell["server"].keys()
    assert {"mean", "p50", "p99"} <= cell["server"]["delay_error_s"].keys()
    assert raw["cells"][0]["speedup"] is None


def test_keys_of_a_later_version_do_not_hinder_reading(small: ResultDocument) -> None:
    raw = json.loads(to_json(small))
    raw["later"] = [{"met": True}]
    raw["cells"][0]["held_share"] = 0.4
    raw["cells"][0]["repetitions"][0]["measures"]["new"] = 1
    assert from_json(json.dumps(raw)) == small


def test_numbers_that_are_not_finite_are_not_written(small: ResultDocument) -> None:
    cell = replace(small.cells[0], makespan_s=float("nan"))
    with pytest.raises(ValueError, match=r"(?i)not JSON compliant|out of range"):
        to_json(replace(small, cells=(cell,)))


def test_it_is_readable_text(small: ResultDocument) -> None:
    text = to_json(replace(small, scenario={"name": "überfüllt"}))
    assert "überfüllt" in text
    assert "\n" in text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[]", "its schema is None"),
        ("3", "its schema is None"),
        ("{}", "its schema is None"),
        (
            '{"schema": "simulator.result/3"}',
            "its schema is 'simulator.result/3'; this version reads 'simulator.result/2' and 'simulator.result/1'",
        ),
        ('{"schema": ["simulator.result/2"]}', "this version reads"),
        ('{"schema": "simulator.result/2"}', "id: Field required"),
        ('{"schema": "simulator.result/1"}', "id: Field required"),
        ('{"schema": "simulator.result/1", "cells": [1, {"repetitions": [2, {}]}]}', "id: Field required"),
    ],
)
def test_what_is_no_result_document_is_named(text: str, words: str) -> None:
    with pytest.raises(NotAResultError) as raised:
        from_json(text)
    assert words in str(raised.value)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("cells", 0, "status"), "fine"),
        (("cells", 0, "throughput_per_s"), "fast"),
        (("cells",), None),
        (("partial",), "perhaps"),
        (("cells", 1, "repetitions", 0, "measures", "pages"), 1.5),
    ],
)
def test_a_damaged_value_is_named_by_its_path(
    small: ResultDocument, path: tuple[Any, ...], value: object
) -> None:
    raw = json.loads(to_json(small))
    place = raw
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(NotAResultError) as raised:
        from_json(json.dumps(raw))
    assert str(raised.value).startswith(".".join(map(str, path)))


def test_what_all_repetitions_of_a_cell_ran_on_is_said_once() -> None:
    python = {"implementation": "CPython", "version": "3.13.5"}
    done = [
        *[repetition("threads", i, 30.0, environment={**python, "moved_bytes": i}) for i in range(2)],
        repetition("asyncio", 0, 30.0, environment=python),
        repetition("asyncio", 1, None, status="failed", reason="died"),
    ]
    made = summarise(run([planned("threads"), planned("asyncio")], done))
    one, other = made.cells
    assert one.environment == python
    assert [each.environment for each in one.repetitions] == [{"moved_bytes": 0}, {"moved_bytes": 1}]
    assert [*one.whole(), *other.whole()] == done
    assert measured_of(from_json(to_json(made))).cells[0].repetitions == one.whole()
