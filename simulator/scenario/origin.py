"""Where the values of a scenario were written, for mistakes that are found only when its cells are known."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from simulator.scenario.document import Keys
from simulator.scenario.problem import Problem


@dataclass(frozen=True)
class Origin:
    """The document as it was written. Two scenarios are equal wherever they come from, so origins are, too."""

    source: str = field(compare=False)
    document: Any = field(compare=False, repr=False)
    at: Callable[[Keys, str], Problem] = field(compare=False, repr=False)
    """Makes a problem of where something stands and what is wrong with it."""

    def of_address(self, key: str, address: str, message: str) -> tuple[Problem, ...]:
        """Say the same of each place under a key, `job.parser` or `job.client`, that names something of the user's."""
        places = [keys for keys in _where(self.document, (), address) if _is_under(key, keys)]
        return tuple(self.at(keys, message) for keys in places) or (
            Problem(self.source, None, None, key, message),
        )


def _where(node: Any, keys: Keys, wanted: str) -> Iterator[Keys]:
    """List where a text stands in a document."""
    if node == wanted:
        yield keys
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _where(value, (*keys, key), wanted)
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from _where(item, (*keys, index), wanted)


def _is_under(key: str, keys: Keys) -> bool:
    """Tell whether a value there is of this key: also below `cases` and `vary`, whose keys are dotted paths."""
    path = ".".join(key for key in keys if isinstance(key, str))
    return path.endswith((key, *(f"{key}.{below}" for below in BELOW[key])))


BELOW = {"job.parser": ("function",), "job.client": ("blocking", "asyncio")}
