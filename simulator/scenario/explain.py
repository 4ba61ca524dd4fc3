"""pydantic's errors in plain words: one mistake each, at the place in the document where it stands."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from simulator.scenario.document import Keys
from simulator.scenario.model import Scenario
from simulator.scenario.paths import child, dotted
from simulator.scenario.problem import found
from simulator.text.nearest import nearest

_OTHER_WORDS = {
    "concurrency": "in_flight",
    "concurrent": "in_flight",
    "connections": "in_flight",
    "max_workers": "in_flight",
    "n_jobs": "in_flight",
    "num_workers": "in_flight",
    "tasks": "in_flight",
    "threads": "in_flight",
    "workers": "in_flight",
    "cores": "parallelism",
    "processes": "parallelism",
    "iterations": "rounds",
    "repeat": "rounds",
    "repetitions": "rounds",
    "runs": "rounds",
    "matrix": "vary",
    "expectations": "expect",
    "timeout": "time_limit",
    "delay": "latency",
    "library": "client",
    "qps": "rate",
    "requests": "pages",
    "rps": "rate",
    "urls": "pages",
}
"""What the same thing is called elsewhere. Only the last part of the path is named here."""

_MISSING = {
    "server.content.path": "give the folder of saved pages with --set server.content.path=FOLDER",
    "job": "write for example job: {parser: html.parser}",
}

_EXPECTED = {
    "bool": "true or false",
    "string": "text",
    "dict": "a mapping",
    "model": "a mapping",
    "model_attributes": "a mapping",
    "list": "a list",
    "tuple": "a list",
    "path": "the path of a file or folder",
}


@dataclass(frozen=True)
class Mistake:
    """One thing that is wrong with a document."""

    keys: Keys
    message: str
    hint: str | None = None
    at_key: bool = False
    """The key itself is wrong, not its value."""


def explain(error: ValidationError, document: Any) -> tuple[Mistake, ...]:
    """Say what is wrong, in the order of the document's model; the same mistake is said once."""
    mistakes = [
        _mistake(details, document) for details in error.errors(include_url=False, include_input=False)
    ]
    return tuple(dict.fromkeys(mistake for mistake in mistakes if mistake is not None))


@dataclass(frozen=True)
class _Error:
    """One of pydantic's errors, and the value in the document that it is about."""

    kind: str
    loc: tuple[str | int, ...]
    message: str
    ctx: Mapping[str, Any]
    keys: Keys
    value: Any

    @property
    def found(self) -> str:
        return found(self.value)


def _mistake(details: ErrorDetails, document: Any) -> Mistake | None:
    loc, kind = details["loc"], details["type"]
    keys, value = _locate(document, loc, missing=kind == "missing")
    error = _Error(kind, loc, details["msg"], details.get("ctx", {}), keys, value)
    if kind in {"too_short", "string_too_short"} and value:
        # A list whose entries are all wrong counts as empty too: those are said already.
        return None
    return _SAID.get(kind, _wrong_type)(error)


def _missing(error: _Error) -> Mistake:
    hint = _MISSING.get(dotted(error.keys)) or _describe(_field(error.loc))
    return Mistake(error.keys, "missing", hint)


def _not_allowed(error: _Error) -> Mistake:
    allowed = re.findall(r"'([^']*)'", str(error.ctx.get("expected", "")))
    message = f"found {error.found}; allowed: {', '.join(allowed)}"
    return Mistake(error.keys, message, _did_you_mean(error.value, allowed))


def _wrong_kind(error: _Error) -> Mistake:
    kinds, kind = _kinds(error.loc), child(error.value, "kind")
    message = f"found {found(kind)}; allowed: {', '.join(kinds)}"
    return Mistake((*error.keys, "kind"), message, _did_you_mean(kind, kinds))


def _no_kind(error: _Error) -> Mistake:
    is_mapping = isinstance(error.value, dict)
    message = "kind is missing" if is_mapping else f"found {error.found}; a mapping is expected"
    return Mistake(error.keys, message, f"write kind: one of {', '.join(_kinds(error.loc))}")


def _sentence(error: _Error) -> Mistake:
    """A validator of this program speaks for itself; the value is added where it is not named."""
    sentence = str(error.ctx.get("error", error.message))
    is_named = isinstance(error.value, dict | list) or str(error.value) in sentence
    named = is_named or sentence.startswith(("found", "both", "neither"))
    return Mistake(error.keys, sentence if named else f"found {error.found}: {sentence}")


def _empty(error: _Error) -> Mistake:
    return Mistake(error.keys, "empty; at least one is needed" if error.kind == "too_short" else "empty")


def _too_long(error: _Error) -> Mistake:
    message = f"{len(str(error.value))} characters; at most {error.ctx['max_length']} are allowed"
    return Mistake(error.keys, message)


def _bad_name(error: _Error) -> Mistake:
    return Mistake(error.keys, f"found {error.found}; letters, digits, _, - and spaces are allowed")


def _wrong_number(error: _Error) -> Mistake:
    is_number = isinstance(error.value, int | float) and not isinstance(error.value, bool)
    shown = error.found if is_number else f"{error.found}, which is no number"
    field = _field(error.loc)
    whole = "whole " if error.kind.startswith("int") or (field and int in _types(field.annotation)) else ""
    return Mistake(error.keys, f"found {shown}; a {whole}number{_bounds(field)} is allowed")


def _wrong_type(error: _Error) -> Mistake:
    if error.kind.startswith(("int_", "float_", "greater_than", "less_than", "finite_number")):
        return _wrong_number(error)
    if error.kind == "model_attributes_type" and _kinds(error.loc):
        return _no_kind(error)
    expected = _EXPECTED.get(error.kind.rsplit("_", 1)[0])
    wanted = f"{expected} is expected" if expected else error.message.lower()
    return Mistake(error.keys, f"found {error.found}; {wanted}")


def _locate(document: Any, loc: tuple[str | int, ...], *, missing: bool) -> tuple[Keys, Any]:
    """Follow an error's location; what is not in the document is the name of a union's member."""
    keys: Keys = ()
    node = document
    for index, part in enumerate(loc):
        present = (isinstance(node, dict) and part in node) or (
            isinstance(node, list) and isinstance(part, int) and part < len(node)
        )
        if present:
            keys, node = (*keys, part), child(node, part)
        elif missing and index == len(loc) - 1:
            return (*keys, part), None
    return keys, node


def _unknown_key(error: _Error) -> Mistake:
    key = str(error.keys[-1])
    here = sorted(_aliases(_models(error.loc[:-1])))
    everywhere = dict(_known_paths(Scenario, ()))
    wanted = _OTHER_WORDS.get(key.lower())
    guess = (
        (wanted if wanted in here else everywhere.get(wanted or ""))
        or nearest(key, here)
        or everywhere.get(key)
        or everywhere.get(nearest(key, everywhere) or "")
    )
    if guess == dotted(error.keys):
        guess = None  # the same key, but of another kind of mapping
    message = "unknown key" if guess else f"unknown key; known here: {', '.join(here)}"
    return Mistake(error.keys, message, f"did you mean {guess}?" if guess else None, at_key=True)


def _known_paths(model: type[BaseModel], above: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """List (key, dotted path) of all keys outside lists; keys nearer to the top come last and win."""
    for alias, field in _fields(model):
        if alias not in {"strategies", "cases", "vary", "expect"}:
            for inner in _members(field.annotation):
                yield from _known_paths(inner, (*above, alias))
        yield alias, ".".join((*above, alias))


def _models(loc: tuple[str | int, ...]) -> list[type[BaseModel]]:
    """Return the models that may stand at an error's location."""
    models: list[type[BaseModel]] = [Scenario]
    for part in loc:
        inner = [field for model in models for alias, field in _fields(model) if alias == part]
        if inner:
            models = [member for field in inner for member in _members(field.annotation)]
        elif isinstance(part, str):
            tagged = [model for model in models if part in _tags(model)]
            models = tagged or models
    return models


def _field(loc: tuple[str | int, ...]) -> FieldInfo | None:
    fields = [field for model in _models(loc[:-1]) for alias, field in _fields(model) if alias == loc[-1]]
    return fields[0] if fields else None


def _fields(model: type[BaseModel]) -> list[tuple[str, FieldInfo]]:
    return [(field.alias or name, field) for name, field in model.model_fields.items()]


def _aliases(models: list[type[BaseModel]]) -> set[str]:
    return {alias for model in models for alias, _ in _fields(model)}


def _members(annotation: Any) -> list[type[BaseModel]]:
    """Find the models inside an annotation, however it is nested."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _members(part)]


def _tags(model: type[BaseModel]) -> tuple[Any, ...]:
    kind = model.model_fields.get("kind")
    return get_args(kind.annotation) if kind else ()


def _kinds(loc: tuple[str | int, ...]) -> list[str]:
    return [str(tag) for model in _models(loc) for tag in _tags(model)]


def _metadata(annotation: Any) -> Iterator[Any]:
    for part in get_args(annotation):
        yield from getattr(part, "metadata", ())
        yield part
        yield from _metadata(part)


def _types(annotation: Any) -> tuple[Any, ...]:
    return (annotation, *(inner for part in get_args(annotation) for inner in _types(part)))


def _bounds(field: FieldInfo | None) -> str:
    if field is None:
        return ""
    limits = [*field.metadata, *_metadata(field.annotation)]
    low = next((value for limit in limits if (value := getattr(limit, "ge", None)) is not None), None)
    above = next((value for limit in limits if (value := getattr(limit, "gt", None)) is not None), None)
    high = next((value for limit in limits if (value := getattr(limit, "le", None)) is not None), None)
    below = next((value for limit in limits if (value := getattr(limit, "lt", None)) is not None), None)
    start = f" from {low}" if low is not None else f" above {above}" if above is not None else ""
    end = f" to {high}" if high is not None else f" to {below - 1}" if below is not None else ""
    return start + end


def _describe(field: FieldInfo | None) -> str | None:
    if field is None or not field.description:
        return None
    return field.description[0].lower() + field.description[1:].rstrip(".")


def _did_you_mean(value: Any, allowed: list[str]) -> str | None:
    close = nearest(value, allowed) if isinstance(value, str) else None
    return f"did you mean {close}?" if close else None


_SAID: Mapping[str, Callable[[_Error], Mistake]] = {
    "missing": _missing,
    "extra_forbidden": _unknown_key,
    "literal_error": _not_allowed,
    "enum": _not_allowed,
    "union_tag_invalid": _wrong_kind,
    "union_tag_not_found": _no_kind,
    "value_error": _sentence,
    "too_short": _empty,
    "string_too_short": _empty,
    "string_too_long": _too_long,
    "string_pattern_mismatch": _bad_name,
}
