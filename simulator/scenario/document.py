"""YAML 1.2 text to plain data, with the line and column of every key and value.

The text is composed to nodes and read from there, without YAML's object constructors: no tag can build
anything, every duplicate key is found at once, and a date or a version stays the text that was written.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from simulator.scenario.problem import Problem, ScenarioError, found

Keys = tuple[str | int, ...]
"""Where a value stands: the mapping keys and list indices that lead to it."""

MAX_CHARACTERS = 1_000_000
MAX_NODES = 50_000
"""After aliases are followed: a few lines of nested aliases can stand for billions of values."""

_CORE = "tag:yaml.org,2002:"
_MAX_DEPTH = 50


@dataclass(frozen=True)
class Mark:
    """A place in the text; line and column count from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class Document:
    """What a YAML text says and where it says it."""

    data: Any
    """Mappings, lists, text, numbers, true, false and null."""
    values: Mapping[Keys, Mark]
    """Where each value is; for a mapping or list in a mapping, where its key is."""
    keys: Mapping[Keys, Mark]
    """Where each key of a mapping is."""


def parse(text: str, source: str) -> Document:
    """Read one YAML document.

    Raises:
        ScenarioError: The text is not YAML, or holds duplicate keys, keys that are not text, tags or too
            much; one problem for each place.
    """
    if len(text) > MAX_CHARACTERS:
        raise ScenarioError(
            [_whole(source, f"{len(text)} characters; a scenario has {MAX_CHARACTERS} at most")]
        )
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        raise ScenarioError([_syntax(error, source)]) from error
    except YAMLError as error:
        raise ScenarioError([_unreadable_character(error, text, source)]) from error
    except RecursionError as error:
        raise ScenarioError([_whole(source, "nested too deeply")]) from error
    if node is None:
        return Document(None, {}, {})
    reader = _Reader(source)
    data = reader.value(node, (), _mark(node), 0)
    if reader.problems:
        raise ScenarioError(reader.problems)
    return Document(data, reader.values, reader.keys)


@dataclass
class _Reader:
    source: str
    values: dict[Keys, Mark] = field(default_factory=dict)
    keys: dict[Keys, Mark] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    nodes: int = 0

    def value(self, node: Node, path: Keys, mark: Mark, depth: int) -> Any:
        """Turn a node into plain data and note where it is."""
        self.nodes += 1
        if self.nodes > MAX_NODES or depth > _MAX_DEPTH:
            what = "nested too deeply or in itself" if depth > _MAX_DEPTH else f"more than {MAX_NODES} values"
            raise ScenarioError([self._problem(_mark(node), path, what)])
        self.values[path] = mark
        if isinstance(node, ScalarNode):
            if node.value or node.style:  # an empty one is marked where the next key begins
                self.values[path] = _mark(node)
            return self._scalar(node, path)
        if isinstance(node, SequenceNode):
            return [
                self.value(item, (*path, index), _mark(item), depth + 1)
                for index, item in enumerate(node.value)
            ]
        if isinstance(node, MappingNode):
            return dict(self._items(node, path, depth))
        raise AssertionError(f"a node of another kind: {node!r}")

    def _items(self, node: MappingNode, path: Keys, depth: int) -> Iterator[tuple[str, Any]]:
        first: dict[str, Mark] = {}
        for key_node, value_node in node.value:
            mark = _mark(key_node)
            key = self._scalar(key_node, path) if isinstance(key_node, ScalarNode) else None
            if not isinstance(key, str):
                what = found(key) if isinstance(key_node, ScalarNode) else "a list or mapping"
                self.problems.append(self._problem(mark, path, f"found {what} as a key; keys are text"))
            elif key in first:
                message = f"duplicate key; it is already in line {first[key].line}"
                self.problems.append(self._problem(mark, (*path, key), message, "remove one of the two"))
            else:
                first[key] = mark
                self.keys[*path, key] = mark
                yield key, self.value(value_node, (*path, key), mark, depth + 1)

    def _scalar(self, node: ScalarNode, path: Keys) -> Any:
        kind = str(node.tag).removeprefix(_CORE)
        text: str = node.value
        match kind:
            case "null":
                return None
            case "bool":
                return text.lower() in {"true", "yes", "on"}
            case "int" | "float":
                return _number(text, kind)
            case "str" | "timestamp":
                return text
        self.problems.append(
            self._problem(_mark(node), path, f"found the tag {kind}; a scenario has no tags")
        )
        return None

    def _problem(self, mark: Mark, path: Keys, message: str, hint: str | None = None) -> Problem:
        dotted = ".".join(map(str, path))
        return Problem(self.source, mark.line, mark.column, dotted, message, hint)


def _number(text: str, kind: str) -> int | float | str:
    plain = text.replace("_", "").lower()
    try:
        if kind == "float":
            return float(plain.replace(".inf", "inf").replace(".nan", "nan"))
        # Base 0 knows 0x, 0o and 0b but refuses 010, which YAML 1.2 reads as ten.
        return int(plain, 0 if plain.lstrip("+-")[:2] in {"0x", "0o", "0b"} else 10)
    except ValueError:
        return text


def _mark(node: Node) -> Mark:
    return Mark(node.start_mark.line + 1, node.start_mark.column + 1)


def _whole(source: str, message: str) -> Problem:
    return Problem(source, None, None, "", message)


def _syntax(error: MarkedYAMLError, source: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    line, column = (None, None) if mark is None else (mark.line + 1, mark.column + 1)
    what = str(error.problem or error.context)
    if r"'\t'" in what:
        return Problem(source, line, column, "", "found a tab; YAML is indented with spaces")
    if "<stream end>" in what or "end of stream" in what:
        opened = (
            error.context_mark if re.search("quoted|flow (sequence|mapping)", str(error.context)) else None
        )
        since = f" opened in line {opened.line + 1}" if opened is not None else ""
        message = f"not YAML: the text ends inside a bracket or quote{since}"
        return Problem(source, line, column, "", message, "close it")
    if "another document" in what:
        return Problem(
            source, line, column, "", "found a second document after ---; a scenario is one document"
        )
    return Problem(
        source, line, column, "", f"not YAML: {what}" + (f", {error.context}" if error.context else "")
    )


def _unreadable_character(error: YAMLError, text: str, source: str) -> Problem:
    at = getattr(error, "position", None)
    if not isinstance(at, int):
        return _whole(source, f"not YAML: {error}")
    line = text.count("\n", 0, at) + 1
    column = at - (text.rfind("\n", 0, at) + 1) + 1
    return Problem(
        source, line, column, "", f"found the control character {text[at : at + 1]!r}", "remove it"
    )
