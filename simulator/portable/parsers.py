# -*- coding: utf-8 -*-
"""From what a scenario writes under `job.parser` to a parser, and to the parse of one job."""

from __future__ import absolute_import, division, unicode_literals

import hashlib
import importlib
import json
import sys
import types
import zlib

from .charset import decode
from .failure import Failure, raised
from .python import IMPLEMENTATION, count_to, native

ORIGIN = "http://mockserver.test"
"""Of the URL that a parser sees: a server's port differs from run to run, and a record must not."""
BLOCK = b"\0" * (1 << 20)
BUILT_IN = ("html.parser", "json", "spin", "sha256")


def page_url(page):
    """Return the URL of a page as parsers see it."""
    return "%s/pages/%d" % (ORIGIN, page)


def is_scalable(spec):
    """Whether the parser takes an amount of work."""
    return spec.get("name") in ("spin", "sha256")


def load(spec, units=0):
    """Return the parser, a callable (body, url) -> record. Raises Failure where that cannot be done.

    Args:
        spec: `{"name": …}`, or `{"function": "package.module:function", "input": "bytes"|"text", "url": bool}`.
        units: loop iterations of `spin`, bytes of `sha256`.
    """
    name = spec.get("name")
    if name is None:
        return load_function(spec["function"], spec.get("input") == "text", bool(spec.get("url")))
    if name == "html.parser":
        from .html_page import parse  # noqa: PLC0415 - so that an import that fails is told like any other

        return parse
    if name == "json":
        return parse_json
    if name == "spin":
        return spin(units)
    if name == "sha256":
        return sha256(units)
    raise Failure(
        "unsupported",
        "the driver for %s has no parser %s; it has %s, and your own package.module:function"
        % (IMPLEMENTATION, name, ", ".join(BUILT_IN)),
    )


def parse_json(body, url):
    """Parse a page that is a JSON document; raises ValueError for any other."""
    try:
        # Before 3.6 json takes no bytes.
        return json.loads(body if sys.version_info >= (3, 6) else body.decode("utf-8-sig"))
    except ValueError as error:
        raise ValueError(
            "%s is not JSON (%s); the json parser needs pages that are, as in server.content:"
            " {kind: folder, path: …} with *.json files" % (url, error)
        )


def spin(units):
    """Return the parser that loops `units` times: a loop of integer arithmetic, all interpreter."""

    def parse(body, _url):
        value = 1
        for _ in count_to(units):
            value = (value * 1664525 + 1013904223) & 0xFFFFFFFF
        return {"bytes": len(body)}

    return parse


def sha256(units):
    """Return the parser that hashes `units` bytes, besides the page itself."""
    blocks, rest = divmod(units, len(BLOCK))
    last = BLOCK[:rest]

    def parse(body, _url):
        work = hashlib.sha256()
        for _ in count_to(blocks):
            work.update(BLOCK)
        if rest:
            work.update(last)
        return {"bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}

    return parse


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


def bind(spec):
    """Return the parse of one job, (page id, body) -> record. Raises Failure.

    A parse cost is reached by whole parses; what is left over is one more parse for a share of the page ids that
    depends on nothing but the seed, and is the same as under every other driver.
    """
    parser = load(spec.parser, spec.units or 0)
    if is_scalable(spec.parser) or (spec.repeats == 1 and not spec.extra_fraction):
        return lambda page, body: parser(body, page_url(page))
    repeats, threshold, seed = spec.repeats, int(round(spec.extra_fraction * 2**32)), spec.seed

    def parse(page, body):
        record, url = None, page_url(page)
        chosen = zlib.crc32(("%d:%d" % (seed, page)).encode("ascii")) & 0xFFFFFFFF  # signed in Python 2
        for _ in count_to(repeats + (chosen < threshold)):
            record = parser(body, url)
        return record

    return parse
