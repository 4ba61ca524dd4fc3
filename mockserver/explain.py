"""What is wrong with a configuration, in sentences for the person who wrote it."""

import difflib
from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from mockserver.config import Body, CatalogueContent, FolderContent, RecordedContent, ServerConfig
from mockserver.document import Config
from mockserver.fault_models import KINDS, SEQUENCE, Sequence
from mockserver.latency_models import (
    Empirical,
    Exponential,
    Fixed,
    LogNormal,
    Normal,
    Pareto,
    Percentiles,
    Recorded,
    Uniform,
)
from mockserver.rate_limit import RateLimit

# Pydantic puts the kind it chose into an error's path; the document has no such level.
_KINDS: Final[Mapping[str, Mapping[str, type[Config]]]] = {
    "latency": {
        "fixed": Fixed,
        "uniform": Uniform,
        "normal": Normal,
        "lognormal": LogNormal,
        "exponential": Exponential,
        "pareto": Pareto,
        "percentiles": Percentiles,
        "empirical": Empirical,
        "recorded": Recorded,
    },
    "content": {"catalogue": CatalogueContent, "folder": FolderContent, "recorded": RecordedContent},
    "faults": {**KINDS, SEQUENCE: Sequence},
}
_WHOLE: Final[Mapping[str, type[Config]]] = {"body": Body, "rate_limit": RateLimit}


def problems(error: ValidationError) -> list[str]:
    """Say what is wrong, one sentence per mistake: `latency.delay: 40 has no unit; write 40ms or 40s`."""
    return [_sentence(detail) for detail in error.errors(include_url=False)]


def _sentence(detail: Mapping[str, Any]) -> str:
    model, path = _place(detail["loc"])
    where = ".".join(path) or "configuration"
    found = detail["input"]
    match detail["type"]:
        case "missing":
            return f"{where}: is missing"
        case "extra_forbidden":
            known = sorted(field.alias or name for name, field in model.model_fields.items())
            near = difflib.get_close_matches(path[-1], known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
            return f"{where}: unknown key; {hint}"
        case "union_tag_invalid" | "union_tag_not_found":
            kinds = ", ".join(_KINDS.get(path[0] if path else "", ()))
            kind = found.get("kind") if isinstance(found, dict) else found
            return f"{where}: kind {kind!r} is not one of {kinds}"
        case "model_type" | "model_attributes_type" | "dict_type" | "tuple_type":
            needed = "a list" if detail["type"] == "tuple_type" else "a mapping of keys to values"
            return f"{where}: found {found!r}; {needed} is needed"
        case "value_error":
            return f"{where}: {detail['ctx']['error']}"
        case _:
            message = str(detail["msg"]).removeprefix("Input ")
            return f"{where}: {message}; found {found!r}"


def _place(location: tuple[int | str, ...]) -> tuple[type[Config], list[str]]:
    """Find the model an error is in, and the path as it is in the document."""
    path = [str(step) for step in location]
    first = path[0] if path else ""
    at = 2 if first == "faults" else 1  # after the number in the list
    if len(path) > at and path[at] in (kinds := _KINDS.get(first, {})):
        return kinds[path.pop(at)], path
    return _WHOLE.get(first, ServerConfig), path
