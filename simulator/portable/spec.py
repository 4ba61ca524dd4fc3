"""The job file (protocol.md): read, checked, and refused where it asks for what this driver does not do."""

from __future__ import absolute_import, division, unicode_literals

import io
import json

from .client import DECODED
from .shared.arrivals import offsets_ns
from .shared.control import PROTOCOL
from .shared.failure import Failure
from .shared.python import IMPLEMENTATION
from .twister import Twister

NEEDED = (
    "mode", "base_url", "client", "parser", "work", "seed", "strategy", "pages", "duration_ns", "warmup",
    "switch_interval_s", "affinity", "instrument", "import_path", "output", "clients", "content_pages",
)  # fmt: skip


class SpecError(ValueError):
    """The job file is not one that this driver understands."""


class Spec:
    """One repetition of one cell, or the preflight of a job; its attributes are the keys of the job file."""

    def __init__(self, raw):
        if not isinstance(raw, dict) or raw.get("protocol") != PROTOCOL:
            told = raw.get("protocol") if isinstance(raw, dict) else None
            raise SpecError("this driver speaks protocol %d, the job file %r" % (PROTOCOL, told))
        missing = [key for key in NEEDED if key not in raw]
        if missing:
            raise SpecError("the job file lacks %s" % ", ".join(missing))
        self.__dict__.update(raw)
        try:
            self.base_url = raw["base_url"].rstrip("/")
            self.repeats = raw["work"]["repeats"]
            self.extra_fraction = raw["work"]["extra_fraction"]
            self.units = raw["work"]["units"]
            self.widths = raw["strategy"]["widths"]
            self.arrivals = raw.get("arrivals")
            self.timeout_s = raw.get("timeout_s")
            self.retries = raw.get("retries")
            self.tls = raw.get("tls")
            self.accept_encoding = raw.get("accept_encoding", "identity")
            self.ramp_ns = raw.get("ramp_ns") or 0
            self.unsupported = None if raw["mode"] == "preflight" else why_not(raw)
        except (KeyError, TypeError, AttributeError) as error:
            raise SpecError("the job file lacks or mistypes a key: %r" % (error,))

    def offsets_ns(self):
        """Return how long after "go" each job is due (ns), in the order of page ids; null for closed arrivals."""
        if self.arrivals is None:
            return None
        told = self.arrivals
        return list(
            offsets_ns(
                told["process"],
                told["rate_per_s"],
                self.pages,
                self.duration_ns,
                Twister(self.seed).random,
                told.get("offsets_ns", ()),
                told.get("period_ns"),
            )
        )


def load(path):
    """Read a job file.

    Raises:
        SpecError: not JSON, another protocol version, or a key missing.
        IOError, OSError: unreadable.
    """
    with io.open(path, encoding="utf-8") as job:
        try:
            raw = json.load(job)
        except ValueError as error:
            raise SpecError("not JSON: %s" % error)
    return Spec(raw)


def other_strategy(strategy):
    """Return what a strategy asks beside threads that block, or null."""
    if strategy.get("dispatch", "pull") != "pull":
        return "the executor %s" % strategy["dispatch"]
    if strategy["shard_kind"] != "none":
        return "shards in %s" % strategy["shard_kind"]
    if strategy["fetch"] != "blocking":
        return "an event loop (%s)" % strategy["fetch"]
    return None if strategy.get("parse_kind", "inline") == "inline" else "parsing in a pool"


def other_job(raw):
    """Return what a job asks beside pages over plain connections of each worker's own, or null."""
    asked = None
    if raw["client"] != "http.client":
        asked = "the client %s" % raw["client"]
    elif raw.get("connections", "per_worker") != "per_worker":
        asked = "job.connections: %s" % raw["connections"]
    elif (raw.get("tls") or {}).get("context", "shared") != "shared":
        asked = "job.tls_context: %s" % raw["tls"]["context"]
    elif raw.get("beside"):
        asked = "spinners beside the job"
    elif raw.get("accept_encoding", "identity") not in DECODED:
        asked = "decoding %s" % raw["accept_encoding"]
    return asked


def why_not(raw):
    """Return why this driver cannot run the job, or null if it can."""
    asked = other_strategy(raw["strategy"]) or other_job(raw)
    if asked is None:
        return None
    return (
        "the driver for %s runs sequential and threads with http.client; %s needs CPython 3.11 or newer"
        % (IMPLEMENTATION, asked)
    )


def refuse(spec):
    """Raise Failure where the job asks for what this driver does not do."""
    if spec.unsupported is not None:
        raise Failure("unsupported", spec.unsupported)
