"""Writes the parts of the documents that say what the code says, from the code: `make reference`.

In a document, the line `<!--make reference: WHAT-->` begins such a part and `<!--end-->` ends it. WHAT is

    tree             the packages, each with the sentence that its docstring begins with and the names of its modules
    keys CLASS       the keys of a mapping in a scenario: pydantic's fields, their bounds and descriptions
    fields CLASS     the keys of an object in the result document: fields of a dataclass and the text below each
    findings         the kinds of findings
    measures         all measures: heading, unit, what is better, meaning, how it is pooled, its place, when it is null
    formats          all formats with their versions
    events           the names of the lines that `--progress jsonl` writes
"""

import ast
import json
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

from pydantic import BaseModel, TypeAdapter

from docs import formats_in_code
from mockserver.config import Body, CatalogueContent, FolderContent, RecordedContent, ServerConfig
from mockserver.rate_limit import RateLimit
from mockserver.units import BandwidthBps, DurationNs, RatePerS, Share, SizeBytes
from simulator.measures.registry import CROSSOVER, MEASURES
from simulator.result import document, prediction, predictions, repetition
from simulator.result.findings.kinds import Finding
from simulator.result.schema import texts
from simulator.scenario.affinity import Affinity
from simulator.scenario.arrivals import Arrivals
from simulator.scenario.beside import Beside
from simulator.scenario.between import Between
from simulator.scenario.expect import Expected
from simulator.scenario.job import Job, Parser
from simulator.scenario.model import Scenario, ValidityLimits
from simulator.scenario.retries import Backoff, Retries
from simulator.scenario.strategy import Variant

ROOT = Path(__file__).parents[1]
PACKAGES = ("simulator", "mockserver")
WIDTH = 118

MODELS: tuple[type[BaseModel], ...] = (
    Scenario,
    ValidityLimits,
    ServerConfig,
    Body,
    CatalogueContent,
    FolderContent,
    RecordedContent,
    RateLimit,
    Job,
    Parser,
    Retries,
    Backoff,
    Arrivals,
    Beside,
    Variant,
    Affinity,
    Expected,
)
RESULTS: tuple[type[Any], ...] = (
    document.ResultDocument,
    document.CellResult,
    document.Crossover,
    document.Expectation,
    repetition.Repetition,
    repetition.Measures,
    predictions.PredictionDocument,
    predictions.PredictedCell,
    prediction.PredictedArrivals,
    predictions.WhatIf,
    predictions.Gain,
    predictions.Check,
)
_PART = re.compile(r"(?<=^<!--make reference: )(.+?)(-->\n)(.*?)(?=^<!--end-->$)", re.MULTILINE | re.DOTALL)
_NAME_ALONE = 3
"""So many words before a colon are a name, and what follows says what it is."""
_NAMES_SHOWN = 6
"""A key with more choices has a table of its own for them."""


def written(text: str) -> str:
    """Return a document with its generated parts as the code is now.

    Raises:
        KeyError: a part names what there is not.
    """
    return _PART.sub(lambda part: f"{part[1]}{part[2]}\n{_part(part[1])}\n", text)


def _part(what: str) -> str:
    kind, _, name = what.partition(" ")
    if kind == "keys":
        return _list(_keys(_named(MODELS, name)))
    if kind == "fields":
        return _list(_fields(_named(RESULTS, name)))
    if kind not in _WITHOUT_A_NAME:
        raise KeyError(
            f"make reference: {what}: no such part; there are keys, fields, {', '.join(_WITHOUT_A_NAME)}"
        )
    return _WITHOUT_A_NAME[kind]()


def _named(classes: Iterable[type[Any]], name: str) -> type[Any]:
    return {cls.__name__: cls for cls in classes}[name]


def _list(items: Iterable[str]) -> str:
    return "".join(line + "\n" for item in items for line in _wrapped(f"- {item}", "  "))


# --- the tree


def _tree() -> Iterator[str]:
    for package in PACKAGES:
        yield from _folder(ROOT / package, 0)


def _folder(folder: Path, depth: int) -> Iterator[str]:
    indent = "  " * depth
    sentence = _sentence(ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8"))) or "")
    yield from _wrapped(f"{indent}{folder.name + '/':{22 - len(indent)}} {sentence}", " " * 23)
    modules = sorted(path.stem for path in folder.glob("*.py") if not path.stem.startswith("__"))
    if modules:
        yield from _wrapped(f"{indent}  {', '.join(modules)}", f"{indent}  ")
    for inner in sorted(path.parent for path in folder.glob("*/__init__.py")):
        yield from _folder(inner, depth + 1)


def _sentence(docstring: str) -> str:
    """Return the first line, up to where it goes into details."""
    line = docstring.partition("\n")[0]
    begun = re.split("[:;] ", line, maxsplit=1)[0]
    return f"{begun.removesuffix('.')}." if len(begun.split()) > _NAME_ALONE else line


def _wrapped(line: str, indent: str) -> list[str]:
    return textwrap.wrap(
        line, WIDTH, subsequent_indent=indent, drop_whitespace=True, replace_whitespace=False
    )


# --- keys of a scenario


def _pattern(annotation: Any) -> str:
    found: str = TypeAdapter(annotation).json_schema()["pattern"]
    return found


_TEXTS = {
    _pattern(DurationNs): "duration",
    _pattern(SizeBytes): "size",
    _pattern(BandwidthBps): "bandwidth",
    _pattern(RatePerS): "rate",
    _pattern(Share): "percentage",
}


def _keys(model: type[BaseModel]) -> Iterator[str]:
    schema = model.model_json_schema(by_alias=True, mode="validation")
    defaults = model.model_construct().model_dump(mode="json", by_alias=True)
    for name, info in model.model_fields.items():
        key = info.alias or name
        if key == "kind":
            continue  # the text around says which
        value = _value(schema["properties"][key], schema.get("$defs", {}))
        value = next((f"{b.low} to {b.high}" for b in _metadata(info) if isinstance(b, Between)), value)
        # What a factory makes may depend on what is installed here.
        default = "" if info.default_factory is not None else _default(defaults.get(key))
        needed = ", required" if key in schema.get("required", ()) else ""
        yield f"`{key}`: {value}{needed}{default}. {info.description or ''}".strip()


def _metadata(info: Any) -> Iterator[Any]:
    """Yield what annotates a field and the members of its union."""
    for found in (*info.metadata, *(m for a in get_args(info.annotation) for m in get_args(a)[1:])):
        yield getattr(found, "func", found)


def _default(value: Any) -> str:
    if isinstance(value, bool | int | float | str) and value != "":
        return f", default `{value if isinstance(value, str) else json.dumps(value)}`"
    return ""


_PLAIN = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "`true`, `false`",
    "array": "list",
    "object": "mapping",
}


def _value(schema: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    """Return what may be written, from JSON Schema."""
    if "anyOf" in schema:
        kinds = [_value(one, known) for one in schema["anyOf"] if one.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    if "$ref" in schema or "oneOf" in schema:
        return "mapping"
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        names = [f"`{name}`" for name in schema["enum"]]
        return ", ".join(names) if len(names) <= _NAMES_SHOWN else "name"
    return _range(schema) or _TEXTS.get(schema.get("pattern", "")) or _PLAIN[schema["type"]]


def _range(schema: Mapping[str, Any]) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if (below := schema.get("exclusiveMaximum")) is not None:
        return f"{low} to below 2^{below.bit_length() - 1}"
    if (above := schema.get("exclusiveMinimum")) is not None:
        return f"above {above}, to {high:,}"
    return "" if low is None else f"{low:,} to {high:,}"


# --- measures and objects of the result document

_HAVE_MEASURES = (document.CellResult, repetition.Measures)
"""What measures say of their keys is not said again."""


def measures() -> Iterator[str]:
    """Yield a line for each measure, and one for each reason why some may be null."""
    reasons = list(dict.fromkeys(row.lacking for row in MEASURES.values()))
    letters = {reason: chr(ord("a") + number) for number, reason in enumerate(reasons)}
    for row in MEASURES.values():
        heading = "" if row.column == row.name else row.column
        aside = ", ".join(filter(None, (heading, row.unit.symbol, row.better)))
        place = f"`{row.cell}`" if row.pooled == "median" else f"{row.pooled} of `{row.cell}`"
        yield f"`{row.name}`{f' ({aside})' if aside else ''}: {row.meaning}; {place}, {letters[row.lacking]}"
    yield f"`{CROSSOVER}` (ms): of two strategies, the parse CPU per page from which on the first beats the second"
    for reason, letter in letters.items():
        yield f"Null, {letter}: {reason}"


def _findings() -> str:
    kinds = [get_args(get_type_hints(cls)["kind"])[0] for cls in get_args(get_args(Finding)[0])]
    return f"`kind`: {', '.join(f'`{kind}`' for kind in kinds)}"


def _fields(cls: type[Any]) -> Iterator[str]:
    """Yield a line for each key that there is something to say of, and one of those that measures are read from."""
    said = texts(cls)
    hints = get_type_hints(cls)
    plain: list[str] = []
    measured = {name for row in MEASURES.values() for name in row.cell.split(".")[:2]}
    for field in fields(cls):
        inner = [kind for kind in (hints[field.name], *get_args(hints[field.name])) if _is_plain(kind)]
        parts = [f"`{{{', '.join(f.name for f in fields(kind))}}}`." for kind in inner]
        if field.name in measured and cls in _HAVE_MEASURES:
            plain.append(f"`{field.name}`")
        elif field.name in said or parts:
            yield f"`{field.name}`: {' '.join((*parts, said.get(field.name, '')))}".strip()
        else:
            plain.append(f"`{field.name}`")
    if plain and cls is not repetition.Measures:
        yield ", ".join(plain)


def _is_plain(kind: Any) -> bool:
    """Tell whether it is an object that has no table of its own."""
    return is_dataclass(kind) and kind not in RESULTS


_WITHOUT_A_NAME: Mapping[str, Callable[[], str]] = {
    "tree": lambda: "\n".join(["```text", *_tree(), "```", ""]),
    "findings": lambda: _list([_findings()]),
    "measures": lambda: _list(measures()),
    "formats": lambda: "\n".join(["", *formats_in_code.rows(), ""]),
    "events": lambda: _list([", ".join(f"`{name}`" for name in formats_in_code.event_names())]),
}


def main() -> None:
    """Write every document anew."""
    for path in (ROOT / "docs").glob("*.md"):
        path.write_text(written(path.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
