"""What is wrong with a scenario, in words for the person who wrote it."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One mistake: where it is, what was found, what is allowed."""

    source: str
    """The file, `--set`, or the environment variable that the value came from."""
    line: int | None
    """Line in the file, from 1; None where there is no file."""
    column: int | None
    """Column in the file, from 1; None where there is no file."""
    path: str
    """Dotted path of the value; empty when the mistake concerns the whole document."""
    message: str
    """What was found and what is allowed."""
    hint: str | None = None
    """What to write instead."""

    def __str__(self) -> str:
        where = self.source if self.line is None else f"{self.source}:{self.line}"
        what = self.message if self.hint is None else f"{self.message}; {self.hint}"
        return ": ".join(part for part in (where, self.path, what) if part)


class ScenarioError(ValueError):
    """A scenario that cannot be run, with everything that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def found(value: object) -> str:
    """Name a value the way YAML shows it, short enough for one line."""
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case str():
            return repr(value if len(value) <= 40 else value[:39] + "…")  # noqa: PLR2004 (what fits beside a sentence)
        case dict():
            return "a mapping"
        case list() | tuple():
            return "a list"
        case _:
            return str(value)[:40]
