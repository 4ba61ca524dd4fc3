"""What a repetition measured, written after the window: samples, digests and records by digest (protocol.md)."""

import json
import os
import platform
import sys
import sysconfig
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from .difference import digest
from .libraries import LIBRARIES
from .shared.canonical import NotCanonicalError, canonical
from .shared.recorder import COLUMNS, READY
from .spec import PROTOCOL, Spec
from .strategies import Outcome
from .strategies.process_setup import cpus_now


def write_measured(
    spec: Spec, outcome: Outcome, *, go_ns: int, startup_ns: int, environment: "dict[str, Any]"
) -> None:
    """Write the sample file: columns of equal length in the order in which records became ready."""
    jobs = sorted((job for log in outcome.logs for job in log.jobs()), key=lambda job: job[0][READY])
    digests, records, unchecked = digest_records(jobs)
    # Pages are claimed in order: what was not started is what comes after those that were.
    offsets = spec.offsets_ns()
    unstarted = [] if offsets is None else offsets[len(jobs) :].tolist()
    write(
        spec.output,
        {
            "protocol": PROTOCOL,
            "go_ns": go_ns,
            "unstarted_due_ns": [go_ns + offset for offset in unstarted],
            "startup_ns": startup_ns,
            "columns": {name: [numbers[i] for numbers, _, _ in jobs] for i, name in enumerate(COLUMNS)}
            | {"error": [error for _, _, error in jobs]},
            "digests": digests,
            "records": records,
            "unchecked": unchecked,
            "errors": outcome.errors,
            "loop_lag_ns": outcome.loop_lag_ns,
            "environment": {**environment, **outcome.notes},
        },
    )


def digest_records(
    jobs: "Sequence[tuple[Sequence[int], Any, str]]",
) -> "tuple[list[str], dict[str, str], str | None]":
    """Return each job's digest, the canonical text of each digest, and why there are none, if so.

    A record without a canonical form has the digest "", and the first such says why.
    """
    digests: list[str] = []
    records: dict[str, str] = {}
    unchecked: str | None = None
    for numbers, record, error in jobs:
        if error:
            digests.append("")
            continue
        try:
            text = canonical(record)
        except NotCanonicalError as reason:
            unchecked = unchecked or f"page {numbers[0]}: {reason}"
            digests.append("")
            continue
        name = digest(text)
        digests.append(name)
        records[name] = text
    return digests, records, unchecked


def write(path: str, document: "dict[str, Any]") -> None:
    """Write JSON under a name of its own first, so that a half-written file is never read."""
    partial = Path(path + ".partial")
    partial.write_text(json.dumps(document), encoding="utf-8")
    partial.replace(path)


def environment(spec: Spec) -> "dict[str, Any]":
    """Which Python this is, and which versions of the libraries that a job may use."""
    versions: dict[str, str] = {}
    for name in LIBRARIES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return {
        "implementation": platform.python_implementation(),
        "version": platform.python_version(),
        "build": sys.version,
        "executable": sys.executable,
        "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
        "switch_interval_s": sys.getswitchinterval() if hasattr(sys, "getswitchinterval") else None,
        "affinity": cpus_now(),
        "hash_seed": os.environ.get("PYTHONHASHSEED"),
        "client": spec.client,
        "beside": None
        if spec.beside is None
        else {"spinners": spec.beside.spinners, "in": spec.beside.place},
        "libraries": versions,
    }
