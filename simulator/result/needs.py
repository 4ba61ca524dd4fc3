"""What a job needs of each resource when it is alone: measured before a run, to predict it from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Request:
    """One request of a client, alone; in seconds, in the mean."""

    cpu_s: float
    error: float | None
    """Standard error of that, as a share; null: not known."""
    wall_s: float
    """All the time that it takes."""
    kernel: float | None
    """Share of the CPU inside the kernel, where nothing holds the GIL; null: not known."""
    drops: float | None
    """How often it lets go of the GIL and takes it again; null where there is none."""
    wide_s: float | None
    """CPU of one of several at the same time on one event loop; null for a client that blocks."""
    server_s: float | None
    """CPU of the mock server for it; null where that cannot be read."""
    wall_error: float | None = None
    """Standard error of `wall_s`, as a share; null in older runs."""


@dataclass(frozen=True)
class Over:
    """One job handed over to another process, interpreter or pool, and its record back; in seconds, in the mean."""

    main_s: float
    """CPU in the driver's main interpreter."""
    worker_s: float
    """CPU where the job runs, the parse itself apart."""


@dataclass(frozen=True)
class Needs:
    """Beside the CPU of a parse, which the calibration has."""

    requests: Mapping[str, Request]
    """By `blocking:NAME` or `asyncio:NAME`."""
    gil: bool
    """Whether threads of this Python, with client and parser imported, share one."""
    held: float | None
    """Share of a parse's time in which it holds the GIL; null without one, and where it could not be seen."""
    over: Mapping[str, Over]
    """By `shards:processes`, `pool:threads`, `pool:processes` or `pool:interpreters`."""
    held_error: float | None = None
    """Standard error of `held`, in shares; null where it is known by itself, and in older runs."""
    parse_error: float | None = None
    """Standard error of the CPU of a parse, as a share; null in older runs."""


def needs_of(found: Mapping[str, Any], server_s: Mapping[str, float]) -> Needs | None:
    """Return what a preflight found; null where it did not look.

    Args:
        found: what it wrote (driver/protocol.md).
        server_s: CPU of the mock server for a request of each client, in seconds.
    """
    if "needs" not in found:
        return None
    return Needs(
        {
            name: Request(
                cpu_s=one["cpu_ns"] / 1e9,
                error=one["error"],
                wall_s=one["wall_ns"] / 1e9,
                kernel=one["kernel"],
                drops=one["drops"],
                wide_s=None if one.get("wide_ns") is None else one["wide_ns"] / 1e9,
                server_s=server_s.get(name),
                wall_error=one["wall_error"],
            )
            for name, one in found["needs"].items()
        },
        found["gil"],
        found["held"],
        {kind: Over(one["main_ns"] / 1e9, one["worker_ns"] / 1e9) for kind, one in found["over"].items()},
        found["held_error"],
        found["parse_error"],
    )
