"""Whether a method of a class of the user's is a coroutine; nothing of the user's is run for it.

Only what is certain is said: of a class that the module binds once, whose method stands in it once, without decorators.
"""

import ast
import importlib
from collections.abc import Sequence
from importlib.machinery import PathFinder, SourceFileLoader
from importlib.util import decode_source
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef


def is_coroutine(target: str, method: str, folders: Sequence[str]) -> bool | None:
    """Tell whether a method is a coroutine function; null where that is not certain.

    Args:
        target: `package.module:Class`, or a class inside of one.
        method: its name.
        folders: where the user's modules are looked for.
    """
    module, _, path = target.partition(":")
    importlib.invalidate_caches()
    try:
        text = _text(module, folders)
        body = None if text is None else ast.parse(text).body
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None  # said by whoever imports it
    for name in path.split("."):
        found = None if body is None else _only(body, name)
        if not isinstance(found, ast.ClassDef) or found.decorator_list:
            return None
        body = found.body
    found = None if body is None else _only(body, method)
    if not isinstance(found, Function) or found.decorator_list:
        return None
    yields = any(isinstance(node, ast.Yield | ast.YieldFrom) for node in ast.walk(found))
    return None if yields else isinstance(found, ast.AsyncFunctionDef)


def _text(module: str, folders: Sequence[str]) -> str | None:
    """Return the text of a module in these folders; null where it is not there."""
    places = list(folders)
    origin: str | None = None
    for name in module.split("."):
        spec = PathFinder.find_spec(name, places)
        if spec is None or not (spec.loader is None or isinstance(spec.loader, SourceFileLoader)):
            return None
        origin, places = spec.origin, list(spec.submodule_search_locations or ())
    return None if origin is None else decode_source(Path(origin).read_bytes())


def _only(body: Sequence[ast.stmt], name: str) -> ast.stmt | None:
    """Return what binds a name in these statements, where only one does, and nothing inside of others."""
    defined = [one for one in body if isinstance(one, ast.ClassDef | Function)]
    found = [one for one in defined if one.name == name]
    others = [one for one in body if one not in defined and _binds(one, name)]
    return found[0] if len(found) == 1 and not others else None


def _binds(statement: ast.stmt, name: str) -> bool:
    """Tell whether a statement may bind a name."""
    for node in ast.walk(statement):
        match node:
            case ast.Name(id=bound, ctx=ast.Store()) if bound == name:
                return True
            case ast.ClassDef(name=bound) | ast.FunctionDef(name=bound) | ast.AsyncFunctionDef(name=bound):
                if bound == name:
                    return True
            case ast.ImportFrom(names=names) | ast.Import(names=names):
                if any(one.name == "*" or name in (one.asname, one.name) for one in names):
                    return True
    return False
