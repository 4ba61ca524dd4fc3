"""Any text as GitHub-flavoured Markdown that shows it as it is: escaped, as code, as a table."""

import re
from collections.abc import Sequence

_ACTIVE = re.compile(r"([\\`*\[\]|~#])")
_UNDERSCORE = re.compile(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
"""One inside a word is no emphasis on GitHub, and names are full of them."""
_ENTITIES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"))


def escaped(text: str) -> str:
    """Return a text on one line in which nothing is markup."""
    line = " ".join(text.split())
    for sign, entity in _ENTITIES:
        line = line.replace(sign, entity)
    return _UNDERSCORE.sub(r"\\_", _ACTIVE.sub(r"\\\1", line))


def code(text: str) -> str:
    """Return a code span of a text; its line breaks become spaces, as they would when it is shown."""
    line = " ".join(text.splitlines())
    longest = max(map(len, re.findall("`+", line)), default=0)
    fence, room = "`" * (longest + 1), " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{room}{line}{room}{fence}"


def table(names: Sequence[str], numeric: Sequence[bool], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of a table; numbers are set to the right.

    Args:
        names: of the columns.
        numeric: for each column whether it holds numbers.
        rows: of as many texts as there are columns.
    """
    rule = ["--:" if right else ":--" for right in numeric]
    head, *body = [[escaped(text) for text in row] for row in (names, *rows)]
    return [f"| {' | '.join(row)} |" for row in (head, rule, *body)]
