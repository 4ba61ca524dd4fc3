"""What the server answers, as an OpenAPI document: `GET /__admin/openapi`.

For programs that make clients, or requests that nobody thought of, from such a document. What a configuration may be
is the schema that configurations are checked with.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from mockserver.config import ServerConfig
from mockserver.identity import GENERATION_HEADER, LEASE_HEADER, PROTOCOL

_Json = Mapping[str, Any]

_SCHEMAS = "#/components/schemas/"
_PROBLEM = {
    "type": "object",
    "required": ["error", "errors"],
    "properties": {"error": {"type": "string"}, "errors": {"type": "array", "items": {"type": "string"}}},
}
_LEASE_PARAMETER = {
    "name": LEASE_HEADER,
    "in": "header",
    "schema": {"type": "string"},
    "description": "What `POST /__admin/lease` gave to the program that holds the server.",
}
_HOLDER = {
    "type": "object",
    "required": ["program"],
    "properties": {
        "program": {"type": "string", "minLength": 1, "maxLength": 100},
        "pid": {"type": "integer", "minimum": 1},
    },
}
_OBJECT = {"type": "object"}


@cache
def document() -> dict[str, Any]:
    """Return the document, of version 3.1."""
    config = ServerConfig.model_json_schema(
        by_alias=True, mode="validation", ref_template=_SCHEMAS + "{model}"
    )
    schemas = {**config.pop("$defs", {}), "ServerConfig": config, "Problem": _PROBLEM}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Mock server",
            "version": str(PROTOCOL),
            "description": "Pages as late as configured. Every wrong request is answered with sentences.",
        },
        "paths": _paths(),
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}, {}],
    }


def _paths() -> dict[str, Any]:
    page = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 0}}
    latency = {"name": "latency", "in": "query", "schema": {"type": "string", "examples": ["200ms"]}}
    conditions = {"name": "conditions", "in": "query", "schema": {"const": "none"}}
    config = _named("ServerConfig")
    return {
        "/": {"get": _page("An index, for whoever reads it.", "text/plain", "text/html", "application/json")},
        "/pages/{id}": {
            "get": {
                **_page("A page, id mod number of pages.", "*/*"),
                "parameters": [page, latency, conditions],
            }
        },
        "/__admin/health": {"get": _operation("Who the server is, and its clock.")},
        "/__admin/config": {
            "get": _operation("The configuration in force.", schema=config, counted=True),
            "put": {
                **_operation("Change it; keys left out stay.", schema=config, counted=True),
                "parameters": [_LEASE_PARAMETER],
                "requestBody": _body(config),
            },
        },
        "/__admin/stats": {"get": _operation("Numbers since the last reset.")},
        "/__admin/requests": {"get": _operation("The latest requests, as columns of equal length.")},
        "/__admin/reset": {
            "post": {**_operation("Forget statistics and log."), "parameters": [_LEASE_PARAMETER]}
        },
        "/__admin/lease": {
            "get": _operation("Who holds the server."),
            "post": {
                **_operation("Hold the server for as long as this answer stays open."),
                "requestBody": _body(_HOLDER),
            },
        },
        "/__admin/metrics": {"get": _operation("The statistics for Prometheus.", "text/plain", None)},
        "/__admin/openapi": {"get": _operation("This document.")},
    }


def _operation(
    summary: str,
    media_type: str = "application/json",
    schema: _Json | None = _OBJECT,
    *,
    counted: bool = False,
) -> dict[str, Any]:
    content = {media_type: {} if schema is None else {"schema": schema}}
    answer: dict[str, Any] = {"description": summary, "content": content}
    if counted:
        counts = {"description": "How often it was changed.", "schema": {"type": "integer", "minimum": 0}}
        answer["headers"] = {GENERATION_HEADER: counts}
    problem = {
        "description": "What is wrong, in sentences.",
        "content": {"application/json": {"schema": _named("Problem")}},
    }
    return {"summary": summary, "responses": {"200": answer, "default": problem}}


def _page(summary: str, *media_types: str) -> dict[str, Any]:
    """Describe what is no part of the admin side: its errors are text."""
    answers = {"200": ("What was asked for.", media_types), "default": ("What is wrong.", ("text/plain",))}
    return {
        "summary": summary,
        "responses": {
            status: {"description": told, "content": {media_type: {} for media_type in kinds}}
            for status, (told, kinds) in answers.items()
        },
    }


def _body(schema: _Json) -> _Json:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _named(name: str) -> _Json:
    return {"$ref": _SCHEMAS + name}
