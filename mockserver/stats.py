"""The numbers of several workers as one: merged from raw values, so that no percentile is an average."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict


class Snapshot(TypedDict):
    """What one worker knows about itself since its last reset; JSON, as it goes between workers."""

    pid: int
    generation: int
    requests: int
    requests_begun: int
    in_flight: int
    connections_open: int
    connections_opened: int
    errors: dict[str, int]
    faults: dict[str, int]
    rate_limited: int
    undelayed: int
    queued_ns: list[int]
    delay_errors_ns: list[int]
    delay_error_sum_ns: int
    cpu_ns: int
    run_queue_wait_ns: int | None
    loop_lag_ns: list[int]
    window_ns: int
    content: dict[str, Any]


def merged(snapshots: Sequence[Snapshot], queue: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Build the document of `/__admin/stats`.

    Args:
        snapshots: One per worker, at least one.
        queue: How many wait, and have waited; None: there is no queue.

    Returns:
        Durations in seconds; null where there is nothing to summarise or the system does not tell.
    """
    delay_errors_ns = sorted(error for snapshot in snapshots for error in snapshot["delay_errors_ns"])
    requests = sum(snapshot["requests"] for snapshot in snapshots)
    error_sum_ns = sum(snapshot["delay_error_sum_ns"] for snapshot in snapshots)
    lag_ns = sorted(lag for snapshot in snapshots for lag in snapshot["loop_lag_ns"])
    delayed = requests - sum(snapshot["undelayed"] for snapshot in snapshots)
    queued_ns = sorted(queued for snapshot in snapshots for queued in snapshot["queued_ns"])
    errors: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    for snapshot in snapshots:
        errors.update(snapshot["errors"])
        faults.update(snapshot["faults"])
    return {
        "generation": snapshots[0]["generation"],
        "requests": requests,
        "requests_begun": sum(snapshot["requests_begun"] for snapshot in snapshots),
        "in_flight": sum(snapshot["in_flight"] for snapshot in snapshots),
        "connections_open": sum(snapshot["connections_open"] for snapshot in snapshots),
        "connections_opened": sum(snapshot["connections_opened"] for snapshot in snapshots),
        "errors": dict(sorted(errors.items())),
        "faults": dict(sorted(faults.items())),
        "rate_limited": sum(snapshot["rate_limited"] for snapshot in snapshots),
        "queue": None
        if queue is None
        else {
            **queue,
            "wait_s": {
                "mean": sum(queued_ns) / len(queued_ns) / 1e9 if queued_ns else None,
                **_summary_s(queued_ns, 0.5, 0.9, 0.99),
            },
        },
        "delay_error_s": {
            "mean": error_sum_ns / delayed / 1e9 if delayed else None,
            **_summary_s(delay_errors_ns, 0.5, 0.9, 0.99),
        },
        "cpu_s": sum(snapshot["cpu_ns"] for snapshot in snapshots) / 1e9,
        "run_queue_wait_s": _sum_s([snapshot["run_queue_wait_ns"] for snapshot in snapshots]),
        "loop_lag_s": {"ticks": len(lag_ns), **_summary_s(lag_ns, 0.5, 0.9, 0.95, 0.99)},
        "window_s": max(snapshot["window_ns"] for snapshot in snapshots) / 1e9,
        "content": snapshots[0]["content"],
        "workers": [
            {
                "pid": snapshot["pid"],
                "requests": snapshot["requests"],
                "in_flight": snapshot["in_flight"],
                "connections_open": snapshot["connections_open"],
                "cpu_s": snapshot["cpu_ns"] / 1e9,
                "run_queue_wait_s": _sum_s([snapshot["run_queue_wait_ns"]]),
                "loop_lag_s": _summary_s(sorted(snapshot["loop_lag_ns"]), 0.5, 0.99),
            }
            for snapshot in snapshots
        ],
    }


def percentile(ordered: Sequence[int], quantile: float) -> int | None:
    """Give the nearest-rank percentile of sorted values: one that occurred; None when there are none."""
    if not ordered:
        return None
    return ordered[max(math.ceil(quantile * len(ordered)), 1) - 1]


def _summary_s(ordered_ns: Sequence[int], *quantiles: float) -> dict[str, float | None]:
    values_ns = {f"p{quantile * 100:g}": percentile(ordered_ns, quantile) for quantile in quantiles}
    values_ns["max"] = percentile(ordered_ns, 1)
    return {name: None if value_ns is None else value_ns / 1e9 for name, value_ns in values_ns.items()}


def _sum_s(values_ns: Sequence[int | None]) -> float | None:
    known = [value_ns for value_ns in values_ns if value_ns is not None]
    return sum(known) / 1e9 if len(known) == len(values_ns) else None
