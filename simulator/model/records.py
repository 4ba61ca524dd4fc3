"""Records as the simulation's inner loop takes them: objects in lists, or rows of arrays where it is compiled."""

from collections.abc import Sequence
from dataclasses import astuple, fields
from typing import Any

import numpy as np


def row_type(of: type[Any]) -> np.dtype[Any]:
    """Return the type of a row with the fields of a dataclass of whole and real numbers."""
    return np.dtype([(field.name, np.int64 if field.type is int else np.float64) for field in fields(of)])


class Lists:
    """Objects in lists: what Python itself is quickest with."""

    def records(self, records: Sequence[Any], of: type[Any]) -> Any:
        """Keep records, all of one class."""
        del of
        return list(records)

    def reals(self, values: Any) -> Any:
        """Keep real numbers."""
        return np.asarray(values, dtype=np.float64).tolist()

    def heap(self, most: int) -> Any:
        """Keep so many pairs of when and what."""
        del most
        return []


class Arrays:
    """Rows of arrays."""

    def records(self, records: Sequence[Any], of: type[Any]) -> Any:
        """Keep records, all of one class."""
        return np.array([astuple(record) for record in records], dtype=row_type(of)).view(np.recarray)

    def reals(self, values: Any) -> Any:
        """Keep real numbers."""
        return np.array(values, dtype=np.float64)

    def heap(self, most: int) -> Any:
        """Keep so many pairs of when and what: see simulator.model.heap_rows."""
        return np.zeros(1 + 2 * most)
