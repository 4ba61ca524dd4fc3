"""What `package.module:name` names: how it is written, and what is said where nothing is found there."""

from typing import Any

EXAMPLES = {"function": "mypkg.parse:parse", "Client": "mypkg.fetch:Client"}


def split_address(address: str, *, key: str, what: str, error: "type[Exception]") -> "tuple[str, str]":
    """Split `package.module:name` into the module's name and the name in it.

    Args:
        address: As a person wrote it.
        key: Of the scenario, under which it stands.
        what: It is to be the address of: `function`, `Client`.
        error: Raised, with what is wrong, where it is not of that form.
    """
    module, colon, name = address.partition(":")
    if colon and all(part.isidentifier() for path in (module, name) for part in path.split(".")):
        return module, name
    problem = (
        "name the module as import does, without .py and slashes"
        if "/" in module or ".py" in address
        else f"write package.module:{what}, as in {EXAMPLES[what]}"
    )
    raise error(f"{key}: {address!r} is not a {what}'s address; {problem}")


def attribute(module: Any, path: str, *, key: str, address: str, error: "type[Exception]") -> Any:
    """Return what a dotted path names in a module; raises `error` where there is nothing. Arguments as above."""
    found = module
    for name in path.split("."):
        if not hasattr(found, name):
            names = [
                other for other in dir(found) if callable(getattr(found, other, None)) and other[:2] != "__"
            ]
            from difflib import get_close_matches  # noqa: PLC0415 - only to say what is wrong

            near = (
                get_close_matches(name, names, n=3)
                or [other for other in names if not other.startswith("_")][:5]
            )
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            owner = getattr(found, "__name__", address)
            raise error(f"{key}: {owner} has no {name!r}{hint}")
        found = getattr(found, name)
    return found
