# -*- coding: utf-8 -*-
"""From what a scenario writes under `job.parser` to a parser."""

from __future__ import absolute_import, division, unicode_literals

import importlib
import sys
import types

from .shared.charset import decode
from .shared.failure import Failure, raised
from .shared.json_document import parse as parse_json
from .shared.python import IMPLEMENTATION, native
from .shared.scalable import Sha256, Spin

BUILT_IN = ("html.parser", "json", "spin", "sha256")


def load(spec):
    """Return the parser, a callable (body, url) -> record. Raises Failure where that cannot be done.

    `spec` is `{"name": …}`, or `{"function": "package.module:function", "input": "bytes"|"text", "url": bool}`.
    """
    name = spec.get("name")
    if name is None:
        return load_function(spec["function"], spec.get("input") == "text", bool(spec.get("url")))
    if name == "html.parser":
        from .shared.html_page import parse  # noqa: PLC0415 - so that an import that fails is told like any other

        return parse
    if name in BUILT_IN:
        return {"json": parse_json, "spin": Spin(), "sha256": Sha256()}[name]
    raise Failure(
        "unsupported",
        "the driver for %s has no parser %s; it has %s, and your own package.module:function"
        % (IMPLEMENTATION, name, ", ".join(BUILT_IN)),
    )


def load_function(target, text, url):
    """Import the user's own function and make it a parser. Raises Failure."""
    module_name, colon, path = target.partition(":")
    if not (colon and module_name and path):
        raise Failure(
            "failed",
            "job.parser: %r is not a function's address; write package.module:function, as in mypkg.parse:parse"
            % native(target),
        )
    try:
        found = importlib.import_module(native(module_name))
    except ImportError:
        raise Failure(
            "unsupported",
            "%s: %s cannot be imported (%s); choose the Python that has it with --python PATH"
            % (sys.executable, module_name, raised()[1]),
        )
    except:  # noqa: E722 - the user's module runs its own code, and on the JVM what it raises may be Java's
        raise Failure("failed", "importing the parser raised %s" % raised()[1])
    for name in path.split("."):
        if not hasattr(found, name):
            names = [other for other in dir(found) if not other.startswith("_")]
            raise Failure(
                "failed",
                "job.parser: %s has no %s; it has %s"
                % (getattr(found, "__name__", target), name, ", ".join(names) or "nothing"),
            )
        found = getattr(found, name)
    if not callable(found):
        raise Failure(
            "failed",
            "job.parser: %s is of type %s; a parser must be callable" % (target, type(found).__name__),
        )
    return call(found, text, url, target)


def call(function, text, url, target):
    """Return the parser that calls the user's function; what it yields is drained."""

    def parse(body, address):
        page = decode(body) if text else body
        result = function(page, address) if url else function(page)
        if isinstance(result, types.GeneratorType):
            return list(result)
        if hasattr(result, "__await__") or hasattr(result, "__aiter__"):
            if hasattr(result, "close"):
                result.close()  # else Python warns that it was never awaited
            raise TypeError(
                "job.parser: %s returned an object of type %s, which only an event loop can finish; return the"
                " record itself" % (target, type(result).__name__)
            )
        if hasattr(result, "__iter__") and (hasattr(result, "__next__") or hasattr(result, "next")):
            return list(result)
        return result

    return parse
