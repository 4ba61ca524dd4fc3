"""What a repetition measured, written after the window: samples, digests and records by digest (protocol.md)."""

import sysconfig
from importlib import metadata
from typing import Any

from .difference import digest
from .libraries import LIBRARIES
from .shared import output
from .spec import Spec
from .strategies import Outcome


def write_measured(
    spec: Spec,
    outcome: Outcome,
    *,
    go_ns: int,
    startup_ns: int,
    warmup_ns: int,
) -> None:
    """Write the sample file."""
    more = {"errors": outcome.errors, "loop_lag_ns": outcome.loop_lag_ns}
    output.write_samples(
        spec.output, outcome.logs, digest, go_ns, startup_ns, warmup_ns, spec.offsets_ns(), more
    )


def environment(spec: Spec) -> "dict[str, Any]":
    """Which Python this is, and which versions of the libraries that a job may use."""
    versions: dict[str, str] = {}
    for name in LIBRARIES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return {
        **output.environment(spec.client),
        "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
        "beside": None
        if spec.beside is None
        else {"spinners": spec.beside.spinners, "in": spec.beside.place},
        "libraries": versions,
    }
