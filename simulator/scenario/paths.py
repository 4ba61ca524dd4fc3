"""Dotted paths into a scenario's document: `server.latency`, `strategies.uv.loop`, `vary.job.parse_cost`.

All functions are pure: a document is never changed, a changed copy is returned.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from simulator.scenario.document import Keys
from simulator.scenario.problem import found
from simulator.text.nearest import nearest

_FILES: frozenset[Keys] = frozenset(
    {("server", "content", "path"), ("server", "latency", "file"), ("arrivals", "file")}
)
"""The values that name files, relative to whoever wrote them."""


class PathError(ValueError):
    """A dotted path that leads nowhere; the message says why."""


def split(dotted: str) -> tuple[str, ...]:
    """Split a dotted path. What stands in `vary` and `cases` is a dotted path itself and stays whole.

    Raises:
        PathError: A part is empty.
    """
    whole_after = {"vary": 1, "cases": 2}.get(dotted.partition(".")[0], -1)
    parts = tuple(dotted.split(".", whole_after))
    if not all(parts):
        raise PathError(f"{dotted!r} is not a dotted path such as server.latency")
    return parts


def dotted(keys: Keys, document: Any = None) -> str:
    """Write keys as people read them: a strategy by its name where the document gives one, else `[index]`."""
    text = ""
    node = document
    for key in keys:
        node = child(node, key)
        if isinstance(key, str):
            text += f".{key}" if text else key
        elif text == "strategies" and isinstance(node, dict) and isinstance(node.get("name"), str):
            text += f".{node['name']}"
        else:
            text += f"[{key}]"
    return text


def child(node: Any, key: str | int) -> Any:
    """Return the value below `node`, or None when there is none."""
    if isinstance(node, dict):
        return node.get(key)
    if isinstance(node, list) and isinstance(key, int) and 0 <= key < len(node):
        return node[key]
    return None


def get(document: Any, keys: Keys) -> Any:
    """Return the value at `keys`, or None when there is none."""
    for key in keys:
        document = child(document, key)
    return document


def place(document: Any, parts: tuple[str, ...]) -> Keys:
    """Turn the parts of a dotted path into keys: the name of a strategy becomes its index.

    Raises:
        PathError: No strategy has that name.
    """
    if len(parts) < 2 or parts[0] != "strategies":  # noqa: PLR2004 (strategies.NAME)
        return parts
    strategies = get(document, ("strategies",))
    names = [_name(item) for item in strategies] if isinstance(strategies, list) else []
    if parts[1] not in names:
        close = nearest(parts[1], filter(None, names))
        hint = f"; did you mean {close}?" if close else ""
        listed = ", ".join(filter(None, names)) or "none"
        raise PathError(f"no strategy is named {parts[1]}{hint} (listed: {listed})")
    return ("strategies", names.index(parts[1]), *parts[2:])


def replaced(document: Any, keys: Keys, value: Any) -> Any:
    """Return the document with `value` at `keys`; mappings on the way are made where there are none.

    Raises:
        PathError: Something on the way is a plain value.
    """
    return _replaced(document, keys, 0, value)


def _replaced(node: Any, keys: Keys, depth: int, value: Any) -> Any:
    if depth == len(keys):
        return value
    key = keys[depth]
    if isinstance(node, list) and isinstance(key, int):
        return [_replaced(item, keys, depth + 1, value) if i == key else item for i, item in enumerate(node)]
    if isinstance(node, str) and depth and keys[:1] == ("strategies",):
        node = {"name": node, "base": node}
    if isinstance(node, str) and keys[:depth] == ("job", "parser"):
        node = _parser(node, key)
    if node is None:
        node = _unwritten(keys[:depth], key)
    if not isinstance(node, dict):
        above = dotted(keys[:depth]) or "the scenario"
        raise PathError(f"{above} is {found(node)}, which has no {key}; set {above} as a whole")
    return {**node, key: _replaced(node.get(key), keys, depth + 1, value)}


def _parser(text: str, key: str | int) -> dict[str, Any]:
    """Return the mapping that a parser's text is short for, before `key` is set in it."""
    if key in ("name", "function"):
        return {}
    return {"function" if ":" in text else "name": text}


def _unwritten(keys: Keys, key: str | int) -> dict[str, Any]:
    """Return what a mapping that is not written holds before `key` is set in it.

    Pages are a catalogue where nothing else is written, so that `server.content.items` has its meaning then too.
    """
    if keys == ("server", "content"):
        return {"kind": "folder" if key == "path" else "catalogue"}
    return {}


def absolute(value: Any, keys: Keys, base_dir: Path) -> Any:
    """Return `value`, which stands at `keys`, with every file it names made absolute from `base_dir`."""
    try:
        return _absolute(value, keys, base_dir)
    except PathError:
        return value  # a path in cases or vary that leads nowhere is reported when it is followed


def _absolute(value: Any, keys: Keys, base_dir: Path) -> Any:
    if keys[:1] == ("cases",) and len(keys) == 3:  # noqa: PLR2004 (cases, name, dotted path)
        return absolute(value, split(str(keys[2])), base_dir)
    if keys[:1] == ("vary",) and len(keys) == 2 and isinstance(value, list):  # noqa: PLR2004 (vary, dotted path)
        return [absolute(level, split(str(keys[1])), base_dir) for level in value]
    if isinstance(value, dict):
        return {key: absolute(item, (*keys, key), base_dir) for key, item in value.items()}
    if keys in _FILES and isinstance(value, str) and value:
        try:
            return str((base_dir / Path(value).expanduser()).resolve())
        except (RuntimeError, OSError, ValueError):
            return value
    return value


def files(document: Any) -> Iterator[tuple[Keys, Path]]:
    """List the files and folders that a document names outside `cases` and `vary`."""
    for keys in sorted(_FILES, key=str):
        value = get(document, keys)
        if isinstance(value, str):
            yield keys, Path(value)


def _name(item: Any) -> str:
    name = item.get("name") if isinstance(item, dict) else item
    return name if isinstance(name, str) else ""
