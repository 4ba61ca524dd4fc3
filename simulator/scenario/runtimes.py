"""The entries of `runtimes`: on which Pythons the job is measured, each a level of the factor `runtime`."""

import re
from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from mockserver.document import Config
from simulator.scenario.problem import found

CURRENT = "current"
"""The interpreter of `--python`; by default the one that runs this program."""

_ONE_DIGIT = re.compile(r"\d+\.\d")


class Runtime(Config):
    """One Python to measure on, and what it needs beside client and parser."""

    name: str = Field(
        default="",
        max_length=200,
        pattern=r"^[^\n\"']*$",
        description="What tables and conditions call it; by default `python` as it is written.",
    )
    python: str = Field(
        min_length=1,
        max_length=1_000,
        pattern=r"^[^\n\"']+$",
        description="current, a version on PATH such as 3.13t, a command on PATH, the path of an interpreter, or the"
        " folder of a virtual environment.",
    )
    requirements: tuple[Annotated[str, Field(min_length=1, pattern=r"^[^\s-][^\n]*$")], ...] = Field(
        default=(),
        alias="with",
        description="What is installed beside client and parser: requirements, or paths of projects such as `.`.",
    )

    @property
    def level(self) -> str:
        """The level of the factor."""
        return self.name or self.python


def _as_text(value: Any) -> Any:
    """Return a version that YAML read as a number as it was written, where that can be told."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    text = str(value)
    if isinstance(value, int) or _ONE_DIGIT.fullmatch(text):
        raise ValueError(f'found the number {text}; write a version in quotes, as in "3.10" or "3.14"')
    return text


def _named(value: Any) -> Any:
    """Turn `3.13t` into the runtime of that name."""
    value = _as_text(value)
    if isinstance(value, str):
        return {"python": value}
    if isinstance(value, dict) and "python" in value:
        return {**value, "python": _as_text(value["python"])}
    if not isinstance(value, dict | Runtime):
        raise ValueError(  # noqa: TRY004 (pydantic reports only a ValueError)
            f"found {found(value)}; a runtime is a name such as 3.13t, or {{python: 3.13t, with: [.]}}"
        )
    return value


RuntimeEntry = Annotated[Runtime, BeforeValidator(_named, json_schema_input_type=str | float | Runtime)]


def different(runtimes: tuple[Runtime, ...]) -> tuple[Runtime, ...]:
    """Refuse two runtimes of one name. Raises ValueError."""
    names = [runtime.level for runtime in runtimes]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ValueError(f"{', '.join(repeated)} listed more than once; give each a name of its own")
    return runtimes


def levels(entries: Any) -> tuple[str, ...]:
    """Return the levels that the entries of a document make; those that are no runtimes are left out.

    Args:
        entries: The value of `runtimes` in a document, perhaps wrong: the model says what is.
    """
    return tuple(dict.fromkeys(_levels(entries if isinstance(entries, list | tuple) else ())))


def _levels(entries: Iterable[Any]) -> Iterable[str]:
    for entry in entries:
        written = entry
        if isinstance(entry, dict):
            written = entry.get("name") or entry.get("python")
        if isinstance(written, str | int | float) and not isinstance(written, bool) and written != "":
            yield str(written)
