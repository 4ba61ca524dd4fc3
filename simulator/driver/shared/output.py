"""What a repetition measured, written after the window: numbers as NPY, the rest as JSON (protocol.md)."""

from __future__ import absolute_import, division, unicode_literals

import io
import os
import platform
import sys

from .canonical import NotCanonicalError, canonical
from .control import PROTOCOL
from .npy import write_npy
from .process_setup import cpus_now
from .python import IMPLEMENTATION, to_json
from .recorder import COLUMNS, MOST_KEPT_BYTES, NOT_KEPT, READY, UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any


ROWS = COLUMNS + ("error", "record")
"""What the rows of the array are. The last two number what the JSON names; UNKNOWN: there is none."""


def write_samples(path, logs, name, go_ns, startup_ns, warmup_ns, offsets, more):
    # type: (str, Iterable[Any], Callable[[str], str], int, int, int, Sequence[int] | None, dict[str, Any]) -> None
    """Write what a sample file says, jobs in the order in which records became ready, and their numbers beside it.

    Args:
        path: Of the file; that of the numbers ends in `.npy` instead.
        logs: `SampleLog`s.
        name: From the canonical text of a record to its name, the same for equal ones and no others.
        go_ns: When the window began.
        startup_ns: How long the workers took until the last was up.
        warmup_ns: How long they then took for their first jobs, which do not count.
        offsets: How long after that each job was due (ns); None for closed arrivals.
        more: What else it says.
    """
    jobs = sorted((job for log in logs for job in log.jobs()), key=lambda job: job[0][READY])
    names, records, unchecked = name_records(jobs, name)
    errors, kinds = numbered(error for _, _, error in jobs)
    named, digests = numbered(names)
    columns = [[numbers[at] for numbers, _, _ in jobs] for at in range(len(COLUMNS))]
    write_npy(numbers_beside(path), columns + [errors, named], len(jobs))
    # Pages are claimed in order: what was not started is what comes after those that were.
    unstarted = [] if offsets is None else offsets[len(jobs) :]
    written = {
        "protocol": PROTOCOL,
        "go_ns": go_ns,
        "unstarted_due_ns": [go_ns + offset for offset in unstarted],
        "startup_ns": startup_ns,
        "warmup_ns": warmup_ns,
        "columns": list(ROWS),
        "error_kinds": kinds,
        "digests": digests,
        "records": records,
        "unchecked": unchecked,
    }
    written.update(more)
    write(path, written)


def numbers_beside(path):
    # type: (str) -> str
    """Return where the numbers of a sample file are."""
    return os.path.splitext(path)[0] + ".npy"


def numbered(texts):
    # type: (Iterable[str]) -> tuple[list[int], list[str]]
    """Return a number for each text, UNKNOWN for "", and the texts by their numbers, in the order of coming."""
    numbers = {"": UNKNOWN}
    found = [numbers.setdefault(text, len(numbers) - 1) for text in texts]
    return found, sorted((text for text in numbers if text), key=numbers.__getitem__)


def name_records(jobs, name):
    # type: (Sequence[Any], Callable[[str], str]) -> tuple[list[str], dict[str, str], str | None]
    """Return a name for each job's record, the canonical text of each name, and why there are none, if so.

    A record without a canonical form has the name "", and the first such says why.
    """
    names = []  # type: list[str]
    records = {}  # type: dict[str, str]
    unchecked = None
    for numbers, record, error in jobs:
        named = ""
        if record is NOT_KEPT:
            unchecked = unchecked or (
                "page %d: its record was not kept, nor those after it: the ones before hold %d MB"
                % (numbers[0], MOST_KEPT_BYTES // 1024**2)
            )
        elif not error:
            try:
                text = canonical(record)
            except NotCanonicalError as reason:
                unchecked = unchecked or "page %d: %s" % (numbers[0], reason)
            else:
                named = name(text)
                records[named] = text
        names.append(named)
    return names, records, unchecked


def environment(client):
    # type: (str) -> dict[str, Any]
    """Which Python this is, and which client it fetches with."""
    return {
        "implementation": IMPLEMENTATION,
        "version": platform.python_version(),
        "build": sys.version,
        "executable": sys.executable,
        "free_threaded": False,
        "switch_interval_s": sys.getswitchinterval() if hasattr(sys, "getswitchinterval") else None,
        "affinity": cpus_now(),
        "hash_seed": os.environ.get("PYTHONHASHSEED"),
        "client": client,
    }


def write(path, document):
    # type: (str, dict[str, Any]) -> None
    """Write JSON under a name of its own first, so that a half-written file is never read."""
    partial = path + ".partial"
    with io.open(partial, "wb") as out:
        out.write(to_json(document).encode("ascii"))
    os.rename(partial, path)
