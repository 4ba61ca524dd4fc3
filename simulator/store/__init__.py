"""The results database: every run with its repetitions and raw samples, in one SQLite file."""

from .errors import RunNotFoundError, StoreError
from .listing import RunRow
from .location import default_path
from .reading import SampleReader
from .reference import check_label
from .selection import STATUSES, Selection, moment, select
from .store import Store

__all__ = [
    "STATUSES",
    "RunNotFoundError",
    "RunRow",
    "SampleReader",
    "Selection",
    "Store",
    "StoreError",
    "check_label",
    "default_path",
    "moment",
    "select",
]
