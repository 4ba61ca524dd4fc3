"""Whether a function of the user's, `package.module:function`, can be found; nothing of the user's is run for it.

Only what is certain is said: a module may take its names from elsewhere (`from x import *`, `__getattr__`), and another
interpreter may have packages that this one has not.
"""

import ast
import contextlib
import importlib
import symtable
import sys
from collections.abc import Collection, Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import decode_source, find_spec
from pathlib import Path
from pkgutil import iter_modules

from simulator.text.nearest import nearest
from simulator.text.words import listed

_MAKES_NAMES = frozenset(
    {"__getattr__", "__path__", "exec", "eval", "globals", "locals", "modules", "setattr", "vars"}
)
"""A module that uses one of these names may have others than those that its text binds."""
_UNREADABLE = (OSError, SyntaxError, ValueError, RecursionError, MemoryError, OverflowError)
"""What reading a file as Python may end in."""
_SHOWN = 5


def why_not_found(target: str, folders: Sequence[str], *, here: bool) -> str | None:
    """Say why a function is not to be found, and what to write instead; null: it is there, or may be.

    Args:
        target: `package.module:function`, or an attribute of a class there.
        folders: where the user's modules are looked for, before installed packages.
        here: this interpreter runs it; otherwise only files in these folders are judged.
    """
    module, _, function = target.partition(":")
    top, *below = module.split(".")
    importlib.invalidate_caches()
    if top in sys.stdlib_module_names:
        return None
    spec = PathFinder.find_spec(top, [*folders, *sys.path] if here else list(folders))
    if spec is None or not _is_in(spec, folders):
        return _not_there(top, folders) if here and spec is None and not _is_importable(top) else None
    found = top
    for name in below:
        if spec.loader is None and not here:
            return None  # such a folder gives way to a package of that name anywhere
        inside = _places(spec)
        if not inside:
            return f"{found} is a file, not a package, and has no module {name} ({spec.origin})"
        # By its last name alone: the finder would look for the packages above it among the imported ones.
        following = PathFinder.find_spec(name, inside)
        if following is None:
            return _no_module(found, name, spec) if here else None
        found, spec = f"{found}.{name}", following
    return _no_function(found, function.partition(".")[0], spec, here=here)


def _places(spec: ModuleSpec) -> list[str]:
    """Return the folders of a package; none where it is a module."""
    return list(dict.fromkeys(spec.submodule_search_locations or ()))


def _is_in(spec: ModuleSpec, folders: Sequence[str]) -> bool:
    at = [spec.origin] if spec.has_location and spec.origin else _places(spec)
    return any(Path(place).is_relative_to(folder) for place in at for folder in folders)


def _is_importable(top: str) -> bool:
    """Ask all finders, as those of packages that are installed for editing; whatever one of them raises, it may be."""
    try:
        return find_spec(top) is not None
    except Exception:  # noqa: BLE001 (a finder of an installed package's)
        return True


def _not_there(top: str, folders: Sequence[str]) -> str:
    near = nearest(top, (module.name for module in iter_modules(folders)))
    remedy = (
        f"did you mean {near}?" if near else "correct the name, or name the Python that has it with --python"
    )
    return f"there is no module {top!r} in {' or '.join(folders)}, nor is it installed in {sys.executable}; {remedy}"


def _no_module(package: str, name: str, spec: ModuleSpec) -> str | None:
    with contextlib.suppress(*_UNREADABLE):
        if _makes_names(_text(spec) or ""):
            return None
    modules = [module.name for module in iter_modules(_places(spec))]
    return f"{package} has no module {name!r} ({', '.join(_places(spec))}); {_instead(name, modules)}"


def _no_function(module: str, name: str, spec: ModuleSpec, *, here: bool) -> str | None:
    modules = [inside.name for inside in iter_modules(_places(spec))]
    where = spec.origin or ", ".join(_places(spec))
    try:
        text = _text(spec)
        if name in modules or text is None or (spec.loader is None and not here):
            return None
        bound = _bound(text)
        if name in bound or _makes_names(text):
            return None
    except SyntaxError as error:
        return f"{where}, line {error.lineno}: {error.msg}; correct it" if here else None
    except OSError as error:
        return f"{where} cannot be read: {error.strerror}; make it readable"
    except _UNREADABLE:
        return None
    return f"{module} has no {name!r} ({where}); {_instead(name, _functions(text) or modules, bound)}"


def _text(spec: ModuleSpec) -> str | None:
    """Return a module's text; null where it has none, as an extension in C. A folder alone is an empty module."""
    if spec.loader is None or spec.origin is None:
        return ""
    return (
        decode_source(Path(spec.origin).read_bytes()) if isinstance(spec.loader, SourceFileLoader) else None
    )


def _bound(text: str) -> set[str]:
    """Return the names that a module's text binds in the module, also from inside a function."""
    tables, names = [symtable.symtable(text, "module", "exec")], set()
    while tables:
        table = tables.pop()
        tables += table.get_children()
        for symbol in table.get_symbols():
            binds = symbol.is_assigned() or symbol.is_imported() or symbol.is_annotated()
            if binds and (table.get_type() == "module" or symbol.is_declared_global()):
                names.add(symbol.get_name())
    return names


def _makes_names(text: str) -> bool:
    """Tell whether a module may have names that its text does not bind."""
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.ImportFrom(names=[ast.alias(name="*")]):
                return True
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.FunctionDef(name=name):
                if name in _MAKES_NAMES:
                    return True
    return False


def _functions(text: str) -> list[str]:
    """List what a module defines itself, and does not keep for itself."""
    kinds = ast.FunctionDef | ast.ClassDef
    return [n.name for n in ast.parse(text).body if isinstance(n, kinds) and not n.name.startswith("_")]


def _instead(name: str, names: Sequence[str], more: Collection[str] = ()) -> str:
    near = nearest(name, [*names, *sorted(more)])
    if near is not None:
        return f"did you mean {near}?"
    return f"it has {listed(list(names[:_SHOWN]))}" if names else "it has none"
