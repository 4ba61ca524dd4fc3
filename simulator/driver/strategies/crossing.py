"""What is said of a record that cannot cross from one interpreter to another."""

from typing import Any

from ..shared.failure import describe

PLAIN_DATA = "return plain data (str, int, list, dict, dataclasses of an importable module)"


def not_brought_back(error: BaseException) -> str:
    """Say that a record was pickled where it was made and cannot be unpickled here."""
    return f"a record cannot be brought back from where it was made: {describe(error)}; {PLAIN_DATA}"


def not_picklable(page: int, record: Any, error: BaseException) -> str:
    """Say that a record cannot leave the interpreter in which it was made."""
    return (
        f"the record of page {page} (a {type(record).__qualname__}) cannot be pickled, so no other interpreter can"
        f" hand it back: {describe(error)}; {PLAIN_DATA}"
    )
