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

    def of_parser(self, function: str, message: str) -> tuple[Problem, ...]:
        """Say the same of each place that names a function as the parser."""
        places = [keys for keys in _where(self.document, (), function) if _is_parser(keys)]
        return tuple(self.at(keys, message) for keys in places) or (
            Problem(self.source, None, None, "job.parser", message),
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


def _is_parser(keys: Keys) -> bool:
    """Tell whether a value there is a parser: also below `cases` and `vary`, whose keys are dotted paths."""
    path = ".".join(key for key in keys if isinstance(key, str))
    return path.endswith(("job.parser", "job.parser.function"))
