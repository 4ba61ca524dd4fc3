"""From what a scenario writes under `job.parser` to a parser.

A specification is a mapping: `{"name": "lxml"}` for a built-in parser, or for the user's own
`{"function": "package.module:function", "input": "bytes" | "text", "url": bool}`, the last two optional
and without effect on a built-in parser. A key with the value None counts as absent.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, NamedTuple

from .interface import Parser, ParserSpecError
from .missing import unavailable


class _BuiltIn(NamedTuple):
    module: str
    """From this package."""
    attribute: str
    """The parser in it; a class is called."""
    libraries: tuple[str, ...]
    """What that module imports from outside this package."""
    package: str | None = None
    """What to install, where the libraries are none of Python's own."""
    held: float | None = 1.0
    """Share of a parse in which it holds the GIL; null: it releases it, for how long depends on the pages."""

    @property
    def releases_gil(self) -> bool:
        """Whether threads can run it side by side: it computes in C, without the GIL."""
        return self.held != 1


BUILT_IN: Mapping[str, _BuiltIn] = {
    "html.parser": _BuiltIn("..shared.html_page", "parse", ("html.parser",)),
    "bs4": _BuiltIn(".beautiful_soup", "parse", ("bs4",), "beautifulsoup4"),
    "lxml": _BuiltIn(".lxml_html", "parse", ("lxml.etree",), "lxml", held=None),
    "selectolax": _BuiltIn(".selectolax_lexbor", "parse", ("selectolax.lexbor",), "selectolax", held=None),
    "json": _BuiltIn("..shared.json_document", "parse", ("json",)),
    "spin": _BuiltIn("..shared.scalable", "Spin", ()),
    "sha256": _BuiltIn("..shared.scalable", "Sha256", ("hashlib",), held=0.0),
}


_KEYS = frozenset({"name", "function", "input", "url"})


def load(spec: Mapping[str, Any]) -> Parser:
    """Import the parser that `spec` names.

    Raises:
        ParserSpecError: `spec` is malformed, or names nothing that can be a parser.
        ParserUnavailableError: A module it needs cannot be imported by this interpreter.
        BaseException: Whatever else the user's module raises while it is imported.
    """
    spec = _given(spec)
    if (name := _built_in_name(spec)) is None:
        from .user_function import load_function  # noqa: PLC0415 - only where it is needed

        return load_function(
            spec["function"], text=spec.get("input", "bytes") == "text", url=spec.get("url", False)
        )
    entry = BUILT_IN[name]
    try:
        module = import_module(entry.module, __package__)
    except ImportError as error:
        raise unavailable(entry.libraries[0], error, package=entry.package) from error
    found: Any = getattr(module, entry.attribute)
    parser: Parser = found() if isinstance(found, type) else found
    return parser


def modules(spec: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the modules that `load(spec)` imports from outside this package, for a fork server to preload.

    Raises:
        ParserSpecError: As `load` does for a malformed specification; nothing is imported.
    """
    spec = _given(spec)
    name = _built_in_name(spec)
    if name is not None:
        return BUILT_IN[name].libraries
    from .user_function import split_target  # noqa: PLC0415 - only where it is needed

    return (split_target(spec["function"])[0],)


def _given(spec: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in spec.items() if value is not None}


def _built_in_name(spec: Mapping[str, Any]) -> str | None:
    """Check a specification's form; None when it is a user's function."""
    if unknown := sorted(set(spec) - _KEYS):
        raise ParserSpecError(
            f"job.parser: unknown {', '.join(map(repr, unknown))}; known: {', '.join(sorted(_KEYS))}"
        )
    if ("name" in spec) == ("function" in spec):
        raise ParserSpecError(
            "job.parser: write either the name of a built-in parser or a function, one of them"
        )
    if "function" in spec:
        if not isinstance(spec["function"], str):
            raise ParserSpecError(
                f"job.parser: function is {spec['function']!r}; write package.module:function"
            )
        if spec.get("input", "bytes") not in ("bytes", "text"):
            raise ParserSpecError(f"job.parser: input is {spec['input']!r}; write bytes or text")
        if not isinstance(spec.get("url", False), bool):
            raise ParserSpecError(f"job.parser: url is {spec['url']!r}; write true or false")
        return None
    name = spec.get("name")
    if not isinstance(name, str) or name not in BUILT_IN:
        from difflib import get_close_matches  # noqa: PLC0415 - only to say what is wrong

        near = get_close_matches(str(name), BUILT_IN, n=1)
        hint = f"; did you mean {near[0]}?" if near else "."
        raise ParserSpecError(
            f"job.parser: there is no parser {name!r}{hint} Built in: {', '.join(BUILT_IN)}. "
            "Your own is written package.module:function"
        )
    return name
