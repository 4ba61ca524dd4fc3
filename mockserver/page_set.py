"""All that a server has to serve, wherever it came from, and the error that there is nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

_MOST_NAMED = 3
"""Of the names that have one reason; more are counted."""


class ContentError(ValueError):
    """There is nothing to serve; one sentence that names the input and says what to do."""


@dataclass(frozen=True)
class Page:
    """One body."""

    name: str
    """Relative path below the folder, with `/`; or `"0"` to `"N-1"` in a catalogue."""
    body: bytes
    content_type: str
    """Value of the Content-Type header."""
    status: int = 200
    """Of the answer."""


@dataclass(frozen=True)
class PageSet:
    """All that a server has to serve."""

    pages: tuple[Page, ...]
    """At least one, in the order of the page ids."""
    problems: tuple[str, ...] = ()
    """What of the folder is not served: a sentence for each reason, with names."""
    left_out: int = 0
    """How many files and folders those are."""

    @cached_property
    def by_name(self) -> dict[str, Page]:
        """The pages by their names."""
        return {page.name: page for page in self.pages}


def listed(names: Iterable[str]) -> str:
    """Name a few and count the others: `a, b, c and 4 more`."""
    names = sorted(names)
    shown, more = names[:_MOST_NAMED], len(names) - _MOST_NAMED
    if more > 0:
        return f"{', '.join(shown)} and {more} more"
    return " and ".join((", ".join(shown[:-1]), shown[-1])) if len(shown) > 1 else shown[0]
