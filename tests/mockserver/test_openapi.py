"""The OpenAPI document says what there is, and what a configuration may be."""

import json
import re
from typing import Any

import jsonschema
import pytest

from mockserver import openapi
from mockserver.admin_api import PREFIX, AdminApi
from mockserver.config import ServerConfig

DOCUMENT = openapi.document()
CONFIG: dict[str, Any] = {**DOCUMENT, "$ref": "#/components/schemas/ServerConfig"}


def test_it_describes_every_path_and_method_of_the_admin_side_and_no_other() -> None:
    api: Any = AdminApi(None, None)  # type: ignore[arg-type] # nothing is asked
    there = {(PREFIX + name, method.lower()) for name, methods in api._answers.items() for method in methods}
    described = {
        (path, method)
        for path, item in DOCUMENT["paths"].items()
        if path.startswith(PREFIX)
        for method in item
    }
    assert described == there


def test_every_reference_leads_somewhere() -> None:
    named = set(re.findall(r'"\$ref": "#/components/schemas/(\w+)"', json.dumps(DOCUMENT)))
    assert named == set(DOCUMENT["components"]["schemas"])


def test_it_is_of_the_right_form() -> None:
    for item in DOCUMENT["paths"].values():
        for operation in item.values():
            assert operation["summary"]
            assert {"200", "default"} <= operation["responses"].keys()
            for media in operation.get("requestBody", {}).get("content", {}).values():
                jsonschema.Draft202012Validator.check_schema(media["schema"])
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(
    "config",
    [
        {"latency": "40ms"},
        {"latency": {"kind": "lognormal", "median": "40ms", "p99": "160ms"}, "capacity": 8},
        {"rate_limit": {"rate": "50/s", "burst": 10}, "faults": ["reset:1%"], "body": None},
        ServerConfig().model_dump(mode="json", by_alias=True),
    ],
)
def test_what_a_configuration_may_be_fits(config: dict[str, Any]) -> None:
    jsonschema.validate(config, CONFIG, jsonschema.Draft202012Validator)
    ServerConfig.model_validate(config)


@pytest.mark.parametrize("config", [{"latencies": "40ms"}, {"capacity": 0}, {"workers": 65}])
def test_what_it_may_not_be_does_not(config: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(config, CONFIG, jsonschema.Draft202012Validator)


def test_an_index_and_a_page_are_described_as_they_are_answered() -> None:
    kinds = {
        (path, status): set(answer["content"])
        for path in ("/", "/pages/{id}")
        for status, answer in DOCUMENT["paths"][path]["get"]["responses"].items()
    }
    assert kinds == {
        ("/", "200"): {"text/plain", "text/html", "application/json"},
        ("/", "default"): {"text/plain"},
        ("/pages/{id}", "200"): {"*/*"},
        ("/pages/{id}", "default"): {"text/plain"},
    }
