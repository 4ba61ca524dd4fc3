"""The document of `/__admin/stats` in the text format of Prometheus."""

from collections.abc import Iterator, Mapping
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

CONTENT_TYPE = CONTENT_TYPE_LATEST

_COUNTERS = (
    ("requests", "mockserver_requests", "Pages sent since the last reset"),
    ("requests_begun", "mockserver_requests_begun", "Requests for pages begun since the last reset"),
    ("rate_limited", "mockserver_rate_limited", "Requests that the rate limit refused since the last reset"),
    ("connections_opened", "mockserver_connections_opened", "Connections opened since the last reset"),
    ("cpu_s", "mockserver_cpu_seconds", "CPU time of all workers since the last reset"),
    ("run_queue_wait_s", "mockserver_run_queue_wait_seconds", "Time ready to run without a core"),
)
_GAUGES = (
    ("in_flight", "mockserver_in_flight", "Requests received and not answered yet"),
    ("connections_open", "mockserver_connections_open", "Connections open now"),
    ("generation", "mockserver_generation", "Configurations put in force since the start"),
    ("window_s", "mockserver_window_seconds", "Time since the last reset"),
)
_QUANTILES = (
    ("delay_error_s", "mockserver_delay_error_seconds", "Actual minus intended delay to the first byte"),
    ("loop_lag_s", "mockserver_loop_lag_seconds", "Lateness of the event loop's 10 ms ticks"),
)


def exposition(stats: Mapping[str, Any]) -> bytes:
    """Write the numbers of `/__admin/stats`; those that are null are left out."""
    # A registry of its own: the process-wide one would add numbers about this worker alone.
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Stats(stats))
    return generate_latest(registry)


class _Stats(Collector):
    def __init__(self, stats: Mapping[str, Any]) -> None:
        self._stats = stats

    def collect(self) -> Iterator[Metric]:
        for key, name, text in _COUNTERS:
            if self._stats[key] is not None:
                yield CounterMetricFamily(name, text, value=self._stats[key])
        for key, name, text in _GAUGES:
            yield GaugeMetricFamily(name, text, value=self._stats[key])
        errors = CounterMetricFamily(
            "mockserver_errors", "Error responses since the last reset", labels=["status"]
        )
        for status, number in self._stats["errors"].items():
            errors.add_metric([status], number)
        yield errors
        faults = CounterMetricFamily(
            "mockserver_faults", "Requests that met a fault since the last reset", labels=["kind"]
        )
        for kind, number in self._stats["faults"].items():
            faults.add_metric([kind], number)
        yield faults
        for key, name, text in _QUANTILES:
            yield _statistics(name, text, self._stats[key])
        queue = self._stats["queue"]
        if queue is not None:
            yield from _queue(queue)


def _queue(queue: Mapping[str, Any]) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "mockserver_queue_waiting", "Requests that wait for a place now", queue["waiting"]
    )
    lengths = {"mean": queue["mean"], "max": queue["max"]}
    yield _statistics("mockserver_queue_length", "Requests that waited since the last reset", lengths)
    yield _statistics(
        "mockserver_queue_wait_seconds", "How long requests waited for a place", queue["wait_s"]
    )


def _statistics(name: str, text: str, values: Mapping[str, float | None]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=["statistic"])
    for statistic, value in values.items():
        if value is not None:
            family.add_metric([statistic], value)
    return family
