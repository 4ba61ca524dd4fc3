"""What was measured, for services that watch it from commit to commit: github-action-benchmark, and Bencher."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

NS_PER_S = 1e9
"""Bencher's own measure `latency` is in nanoseconds."""


@dataclass(frozen=True)
class Figure:
    """One number of one benchmark."""

    benchmark: str
    """The same for the same thing in every run."""
    measure: str
    """Of lower-case letters, digits and hyphens."""
    unit: str
    value: float
    more_is_better: bool
    low: float | None = None
    """Of the 95 % interval; null where there is none."""
    high: float | None = None


def github(figures: Iterable[Figure]) -> str:
    """Return what github-action-benchmark reads as `customBiggerIsBetter`: figures of which more is better, alone."""
    entries: list[dict[str, Any]] = []
    for figure in figures:
        if figure.more_is_better:
            entry = {
                "name": f"{figure.benchmark}: {figure.measure}",
                "unit": figure.unit,
                "value": figure.value,
            }
            if figure.low is not None and figure.high is not None:
                entry["range"] = f"{figure.low:.4g} to {figure.high:.4g}"
            entries.append(entry)
    return _text(entries)


def bencher(figures: Iterable[Figure]) -> str:
    """Return Bencher's metric format: benchmark → measure → value with its bounds."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for figure in figures:
        metric = {"value": figure.value}
        if figure.low is not None and figure.high is not None:
            metric |= {"lower_value": figure.low, "upper_value": figure.high}
        found.setdefault(figure.benchmark, {})[figure.measure] = metric
    return _text(found)


FORMATS: Mapping[str, Callable[[Iterable[Figure]], str]] = {"github": github, "bencher": bencher}
"""By the name that the command line has for them."""


def _text(content: Any) -> str:
    return json.dumps(content, indent=1, allow_nan=False, ensure_ascii=False) + "\n"
