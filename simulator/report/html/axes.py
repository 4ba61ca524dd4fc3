"""Axes of ECharts: numbers with their units, ticks that a person would choose."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from simulator.report.view.figure import Axis

Option = dict[str, Any]

SPLITS = 4
FEW_TICKS = 8
MOST_NINES = 4
STEPS = (1, 2, 5)
LEAST = 1e-12
COUNTED_TWICE = 1.0
"""Percent by which shares that add up to all may exceed it, where clocks disagree a little."""
FULL = 100.0
HALF = 0.5


def named(axis: Axis) -> str:
    """Return an axis' name with its unit."""
    return f"{axis.name} ({axis.unit})" if axis.unit else axis.name


def grid(**changes: Any) -> Option:
    """Return a drawing area that leaves room for whatever its axes write."""
    return {
        "left": 2,
        "right": 14,
        "top": 10,
        "bottom": 2,
        "outerBoundsMode": "same",
        "outerBoundsContain": "all",
        **changes,
    }


def names(texts: Sequence[str], *, title: str = "", inverse: bool = False) -> Option:
    """Return an axis of names; long ones are folded at their underscores."""
    return {
        "type": "category",
        "data": list(texts),
        "inverse": inverse,
        "name": title,
        **_title(),
        "axisTick": {"show": False},
        "axisLine": {"lineStyle": {"color": "@line"}},
        "axisLabel": {
            "color": "@text",
            "fontSize": 12,
            "lineHeight": 14,
            "interval": 0,
            "formatter": "@folded",
        },
    }


def numbers(axis: Axis, values: Iterable[float], *, ticks: Iterable[float] = ()) -> Option:
    """Return an axis of numbers.

    Args:
        axis: what it is of.
        values: all that has to be on it.
        ticks: where marks are wanted on a logarithmic axis; taken where they are few.
    """
    found = [value for value in (axis.among or values) if math.isfinite(value)]
    option: Option = {
        "type": "value",
        "name": named(axis),
        **_title(),
        "splitNumber": SPLITS,
        "axisLabel": {"color": "@quiet", "fontSize": 12, "hideOverlap": True, "formatter": "@number"},
        "axisLine": {"show": False},
        "axisTick": {"show": False},
        "splitLine": {"lineStyle": {"color": "@line"}},
    }
    if axis.scale == "tail":
        _nines(option, found)
    elif axis.scale == "log" and any(value > 0 for value in found):
        _logarithmic(option, [value for value in found if value > 0], sorted(set(ticks)))
    elif axis.unit == "%" and found and min(found) >= 0 and FULL / 2 <= max(found) <= FULL + COUNTED_TWICE:
        option |= {"max": FULL, "interval": FULL / 4}
    elif axis.among and found and min(found) >= 0 and max(found) > 0:
        # Left to itself each panel would end where its own values do.
        step = _step(max(found) / SPLITS)
        option |= {"min": 0, "max": math.ceil(max(found) / step - LEAST) * step, "interval": step}
    return option


def _step(least: float) -> float:
    """Return 1, 2, 2.5, 5 or 10 times a power of ten: the first that is no less."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(step * power for step in (1, 2, 2.5, 5, 10, 20) if step * power >= least * (1 - LEAST))


def tail(share: float) -> float:
    """Return how many nines a share has: 0.9 is 1, 0.99 is 2. Of 1, which has no end, MOST_NINES."""
    return MOST_NINES if share >= 1 else -math.log10(1 - max(0.0, share))


def _title() -> Option:
    return {
        "nameLocation": "middle",
        "nameGap": 26,
        "nameTextStyle": {"color": "@quiet", "fontSize": 12},
        "nameMoveOverlap": True,
    }


def _nines(option: Option, shares: Sequence[float]) -> None:
    """Ticks at 90 %, 99 % …, and at the half or at nothing, whichever is nearer to the first share."""
    low = tail(HALF) if min(shares, default=0.0) >= HALF else 0.0
    most = max(1, math.ceil(max(map(tail, shares), default=1.0) - LEAST))
    ticks = [low, *map(float, range(1, most + 1))]
    option |= {"min": low, "max": most}
    option["axisLabel"] |= {"formatter": "@share", "customValues": ticks}
    option["axisTick"] |= {"customValues": ticks}


def _logarithmic(option: Option, values: Sequence[float], wanted: Sequence[float]) -> None:
    low, high = min(values), max(values)
    if 1 < len(wanted) <= FEW_TICKS:
        ticks = list(wanted)
        pad = (ticks[-1] / ticks[0]) ** 0.04
        low, high = min(low, ticks[0]) / pad, max(high, ticks[-1]) * pad
    else:
        ticks = _steps(low, high)
        low, high = ticks[0], ticks[-1]
    option |= {"type": "log", "min": low, "max": high}
    option["axisLabel"] |= {"customValues": ticks}
    option["axisTick"] |= {"customValues": ticks}
    option["splitLine"] |= {"show": False}
    option["axisLine"] = {"show": True, "lineStyle": {"color": "@line"}}


def _steps(low: float, high: float) -> list[float]:
    """Return 1, 2, 5, 10 … around the values; only powers of ten where those would be many."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    steps = (1,) if last - first > len(STEPS) else STEPS
    every = sorted({step * 10.0**power for power in range(first, last + 1) for step in steps})
    below = max((i for i, tick in enumerate(every) if tick <= low * (1 + LEAST)), default=0)
    above = min((i for i, tick in enumerate(every) if tick >= high * (1 - LEAST)), default=len(every) - 1)
    above = max(above, min(below + 1, len(every) - 1))
    return every[below : above + 1]
