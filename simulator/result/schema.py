"""The JSON Schema of a document: every key is described by the text that stands below its field."""

import ast
import inspect
import itertools
import textwrap
from collections.abc import Iterator
from dataclasses import is_dataclass
from typing import Any, get_args, get_type_hints

from pydantic import TypeAdapter

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(document: type[Any]) -> dict[str, Any]:
    """Return the schema of a dataclass and of those that it is made of."""
    schema = TypeAdapter(document).json_schema()
    schema["$schema"] = DIALECT
    for cls in set(_parts(document)):
        keys = (schema if cls is document else schema["$defs"][cls.__name__])["properties"]
        for name, text in texts(cls).items():
            keys[name]["description"] = text
    return schema


def texts(cls: type[Any]) -> dict[str, str]:
    """Return the text below each field of a class that has one, on one line."""
    (body,) = ast.parse(textwrap.dedent(inspect.getsource(cls))).body
    found: dict[str, str] = {}
    statements = body.body if isinstance(body, ast.ClassDef) else []
    for field, below in itertools.pairwise(statements):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                found[name] = " ".join(text.split())
    return found


def _parts(kind: Any) -> Iterator[type[Any]]:
    if is_dataclass(kind) and isinstance(kind, type):
        yield kind
        for inner in get_type_hints(kind).values():
            yield from _parts(inner)
    for argument in get_args(kind):
        yield from _parts(argument)
