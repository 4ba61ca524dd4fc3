"""A trace as text, piece by piece, so that it need not fit into memory."""

import json
from collections.abc import Iterator
from typing import Any

from .build import Trace


def text(trace: Trace) -> Iterator[str]:
    """Yield the pieces of the file, an event on each line; its `events` are used up by it."""
    yield f'{{"displayTimeUnit":"ms","otherData":{_compact(trace.other_data)},"traceEvents":['
    before = "\n"
    for event in trace.events:
        yield f"{before}{_compact(event)}"
        before = ",\n"
    yield "\n]}\n"


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False)
