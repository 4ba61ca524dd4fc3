"""The JSON Schema of a scenario, for completion and checking in an editor."""

from typing import Any

from simulator.scenario.combinations import ROOTS, SELECTIONS
from simulator.scenario.model import Scenario

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_VARIED_PATH = rf"^({'|'.join(ROOTS)})(\..+)?$"
_CASE_PATH = rf"^(({'|'.join(ROOTS)})(\..+)?|{'|'.join(SELECTIONS)})$"


def scenario_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the YAML, the short forms included.

    What one key demands of another (pages or duration, where an option applies), and what the dotted paths in
    `cases` and `vary` lead to, is checked by `load` alone.
    """
    schema = Scenario.model_json_schema(by_alias=True, mode="validation")
    properties = schema["properties"]
    # A dotted path is a key here: editors can check how it begins.
    properties["cases"] = {
        "title": "Cases",
        "description": properties["cases"]["description"],
        "type": "object",
        "minProperties": 1,
        "additionalProperties": {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": _CASE_PATH},
            "examples": [{"job.parse_cost": "20ms"}],
        },
    }
    properties["vary"] = {
        "title": "Vary",
        "description": properties["vary"]["description"],
        "type": "object",
        "minProperties": 1,
        "propertyNames": {"pattern": _VARIED_PATH},
        "additionalProperties": {"type": "array", "minItems": 1, "uniqueItems": True},
        "examples": [{"server.latency": ["0ms", "20ms", "100ms"]}],
    }
    return {"$schema": DIALECT, **schema, "title": "Scenario"}
