"""Which of two forms of a page a request gets: as it is, or in the content coding that the server has.

RFC 9110, section 12.5.3.
"""

import re
from functools import lru_cache

_WEIGHT = re.compile(r"[ \t]*q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)[ \t]*", re.IGNORECASE)

_SAME = {"x-gzip": "gzip"}


@lru_cache(maxsize=256)
def negotiated(accepted: str | None, coding: str) -> str | None:
    """Choose between `coding` and `identity`.

    Args:
        accepted: The request's Accept-Encoding; None where it sent none, which asks for nothing.
        coding: What the server has beside the page as it is.

    Returns:
        One of both, or None where neither is acceptable.
    """
    if accepted is None:
        return "identity"
    weights = _weights(accepted)
    anything = weights.get("*")
    encoded = weights.get(coding, anything or 0.0)
    # Acceptable unless it is excluded by name or by "*"; then what is asked for by name is preferred to it.
    identity = weights.get("identity", 0.0 if anything == 0 else None)
    if encoded and (identity is None or encoded >= identity):
        return coding
    return None if identity == 0 else "identity"


def _weights(accepted: str) -> dict[str, float]:
    """Read the codings with their weights; what is not written as it must be is not accepted."""
    weights: dict[str, float] = {}
    for element in accepted.split(","):
        coding, *parameters = element.split(";")
        name = coding.strip(" \t").lower()
        weight = 1.0 if not parameters else _weight(parameters)
        if name:
            weights[_SAME.get(name, name)] = weight
    return weights


def _weight(parameters: list[str]) -> float:
    found = _WEIGHT.fullmatch(parameters[0]) if len(parameters) == 1 else None
    return 0.0 if found is None else float(found[1])
