"""How a place in a record, and what stands there, is shown to a person."""

from collections.abc import Iterable

_SHOWN_CHARACTERS = 80


def step_to(key: str) -> str:
    """Write one step of a path: `.price`, or `["unit price"]` for what is no name."""
    return f".{key}" if key.isidentifier() else f"[{key!r}]"


def path_of(steps: Iterable[str]) -> str:
    """Join steps from the outside in: `products[3].price`; `record` for the record itself."""
    return "".join(steps).removeprefix(".") or "record"


def shortened(text: str, start: int = 0) -> str:
    """Cut `text` to 80 characters, from about `start` on."""
    if len(text) <= _SHOWN_CHARACTERS:
        return text
    # Some of what stands before is shown too, and all of it where that is short.
    start = max(min(start - 20, len(text) - _SHOWN_CHARACTERS), 0)
    cut = text[start : start + _SHOWN_CHARACTERS]
    return ("…" if start else "") + cut + ("…" if start + _SHOWN_CHARACTERS < len(text) else "")
