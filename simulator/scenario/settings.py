"""Values from outside the file: `--set path=value`, options of their own and SIMULATOR_… variables."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.scenario.document import parse
from simulator.scenario.paths import PathError, split
from simulator.scenario.problem import Problem, ScenarioError

PREFIX = "SIMULATOR_"
RESERVED_VARIABLES = frozenset({"SIMULATOR_STORE", "SIMULATOR_PYTHON", "SIMULATOR_CACHE"})
"""Variables that mean something else to the program."""

SET = "--set"


@dataclass(frozen=True)
class Setting:
    """One value for one dotted path."""

    source: str
    """The option or the variable's name: problems with the value name it."""
    parts: tuple[str, ...]
    value: Any


def from_environment(environ: Mapping[str, str]) -> Iterator[Setting | Problem]:
    """Read `SIMULATOR_SERVER__LATENCY=20ms` as `server.latency: 20ms`, in the order of the names."""
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in RESERVED_VARIABLES:
            path = name.removeprefix(PREFIX).lower().replace("__", ".")
            yield setting(name, path, environ[name])


def from_overrides(overrides: Sequence[str]) -> Iterator[Setting | Problem]:
    """Read `path=value` texts, the value as YAML, in the order given."""
    for text in overrides:
        path, equals, value = text.partition("=")
        if equals:
            yield setting(SET, path.strip(), value)
        else:
            message = f"found {text!r}; write path=value, as in server.latency=40ms"
            yield Problem(SET, None, None, "", message)


def in_turn(
    outside: Iterable[Setting | Problem], options: Iterable[Setting | Problem]
) -> Iterator[Setting | Problem]:
    """Yield what options of their own set after the others, but before what is set inside of it.

    So `--parser mypkg:parse --set job.parser.input=text` sets the input of that parser.
    """
    first, own = list(outside), list(options)
    wholes = [one.parts for one in own if isinstance(one, Setting)]
    inside = [one for one in first if isinstance(one, Setting) and _is_below(one.parts, wholes)]
    yield from (one for one in first if one not in inside)
    yield from own
    yield from inside


def _is_below(parts: tuple[str, ...], wholes: Iterable[tuple[str, ...]]) -> bool:
    return any(len(parts) > len(whole) and parts[: len(whole)] == whole for whole in wholes)


def setting(source: str, path: str, text: str) -> Setting | Problem:
    """Read one value, written as YAML, for a dotted path; `source` is what problems with it name."""
    try:
        return Setting(source, split(path), parse(text, source).data)
    except PathError as error:
        return Problem(source, None, None, "", str(error))
    except ScenarioError as error:
        return Problem(source, None, None, path, error.problems[0].message, error.problems[0].hint)
