"""What was measured, written after the window (protocol.md)."""

from __future__ import absolute_import, division, unicode_literals

import io
import json
import os
import platform
import sys

from .setting import cpus_now
from .shared.canonical import NotCanonicalError, canonical
from .shared.python import IMPLEMENTATION
from .shared.recorder import COLUMNS
from .spec import PROTOCOL


def write_measured(spec, threads, go_ns, startup_ns, gil):
    """Write the sample file: columns of equal length in the order in which records became ready."""
    jobs = threads.jobs()
    names, records, unchecked = name_records(jobs)
    columns = {name: [job[0][at] for job in jobs] for at, name in enumerate(COLUMNS)}
    columns["error"] = [error for _, _, error in jobs]
    # Pages are claimed in order: what was not started is what comes after those that were.
    unstarted = (threads.offsets or [])[len(jobs) :]
    described = environment(spec)
    described["gil_enabled"] = gil
    write(
        spec.output,
        {
            "protocol": PROTOCOL,
            "go_ns": go_ns,
            "unstarted_due_ns": [go_ns + offset for offset in unstarted],
            "startup_ns": startup_ns,
            "columns": columns,
            "digested": False,
            "digests": names,
            "records": records,
            "unchecked": unchecked,
            "errors": threads.errors.kept,
            "loop_lag_ns": [],
            "environment": described,
        },
    )


def name_records(jobs):
    """Return a name for each job's record, the canonical text of each name, and why there are none, if so.

    Equal records have the same name. It is no digest: these Pythons lack BLAKE2b, and the runner has it.
    """
    names, texts, unchecked = [], {}, None
    for numbers, record, error in jobs:
        if error:
            names.append("")
            continue
        try:
            text = canonical(record)
        except NotCanonicalError as reason:
            unchecked = unchecked or "page %d: %s" % (numbers[0], reason)
            names.append("")
            continue
        names.append(texts.setdefault(text, "record-%d" % len(texts)))
    return names, {name: text for text, name in texts.items()}, unchecked


def write(path, document):
    """Write JSON under a name of its own first, so that a half-written file is never read."""
    partial = path + ".partial"
    with io.open(partial, "wb") as out:
        out.write(json.dumps(document).encode("ascii"))
    os.rename(partial, path)


def environment(spec):
    """Which Python this is."""
    return {
        "implementation": IMPLEMENTATION,
        "version": platform.python_version(),
        "build": sys.version,
        "executable": sys.executable,
        "free_threaded": False,
        "switch_interval_s": sys.getswitchinterval() if hasattr(sys, "getswitchinterval") else None,
        "affinity": cpus_now(),
        "hash_seed": os.environ.get("PYTHONHASHSEED"),
        "client": spec.client,
        "libraries": {},
        "driver": "portable",
    }
