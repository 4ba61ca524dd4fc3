"""What a server says on standard error: few enough lines that no client can fill a disk with them."""

import logging
import sys
from collections import Counter
from typing import TextIO

MOST_FROM_ONE_PLACE = 20
"""Messages that one line of code may write in the life of a process."""

_LONGEST = 4_000


class BoundedHandler(logging.StreamHandler[TextIO]):
    """Writes the first messages from each place in the code, cut to a few thousand characters."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._written: Counter[tuple[str, int]] = Counter()

    def handle(self, record: logging.LogRecord) -> bool:
        """Write it if there were not too many of its kind."""
        place = (record.pathname, record.lineno)
        self._written[place] += 1
        return self._written[place] <= MOST_FROM_ONE_PLACE and bool(super().handle(record))

    def format(self, record: logging.LogRecord) -> str:
        """Write it, shortened in the middle."""
        text = super().format(record)
        if len(text) > _LONGEST:
            text = f"{text[: _LONGEST // 2]}\n[…]\n{text[-_LONGEST // 2 :]}"
        if self._written[record.pathname, record.lineno] == MOST_FROM_ONE_PLACE:
            text += "\nmockserver: no more messages like this one are written"
        return text


def bound_logs() -> None:
    """Write warnings and errors to standard error, within bounds."""
    handlers = [BoundedHandler(sys.stderr)]
    logging.basicConfig(format="%(message)s", handlers=handlers, level=logging.WARNING, force=True)
