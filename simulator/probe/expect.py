"""Conditions over a probe's result: `KEY OP NUMBER`, as in 'gil_held < 0.2' or 'speedup(2) > 1.5'; pure."""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from mockserver.units import format_duration, parse_duration
from simulator.measures.dimension import DURATION, PLAIN, Dimension, with_units
from simulator.probe.diagnosis import contradiction, too_few
from simulator.probe.result import Measured
from simulator.stats.intervals import Interval
from simulator.text.numbers import factor

KEYS: Mapping[str, Dimension] = {
    "cost": DURATION,
    "gil_held": PLAIN,
    "speedup": PLAIN,
    "processes": PLAIN,
    "loop_lag": DURATION,
    "subinterpreter": PLAIN,
    "keeps_gil_off": PLAIN,
}
NUMBERED = frozenset({"speedup", "processes"})
FLAGS = frozenset({"subinterpreter", "keeps_gil_off"})
_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_FORM = re.compile(r"\s*([a-z_]+)\s*(?:\(\s*(\d{1,4})\s*\))?\s*(?:(<=|>=|<|>)\s*([\w.]+))?\s*")
EXAMPLES = "'gil_held < 0.2', 'speedup(2) > 1.5', 'cost < 5ms' or 'keeps_gil_off'"


class ConditionError(ValueError):
    """The condition cannot be read: what is wrong with it, and what is allowed."""


@dataclass(frozen=True)
class ProbeCondition:
    """One condition."""

    text: str
    key: str
    number: int | None
    comparison: str
    limit: float
    """Seconds, where the key is a time."""


@dataclass(frozen=True)
class Judged:
    """What became of it."""

    condition: ProbeCondition
    verdict: Literal["held", "not held", "undecided"]
    because: str


def parse(text: str) -> ProbeCondition:
    """Read a condition. Raises ConditionError."""
    match = _FORM.fullmatch(text)
    if match is None:
        raise ConditionError(f"--expect {text!r} is no condition; write one like {EXAMPLES}")
    key, number, comparison, limit = match.groups()
    if key not in KEYS:
        near = get_close_matches(key, KEYS, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(KEYS)}"
        raise ConditionError(f"--expect {text!r}: a probe has no {key!r}; {hint}")
    if (number is not None) != (key in NUMBERED):
        how = f"{key}(2)" if key in NUMBERED else f"{key} alone"
        raise ConditionError(f"--expect {text!r}: write {how}, as in {EXAMPLES}")
    if key in FLAGS:
        if comparison is not None:
            raise ConditionError(f"--expect {text!r}: {key} is true or false; write it alone")
        return ProbeCondition(text.strip(), key, None, ">", 0.5)
    if comparison is None:
        raise ConditionError(f"--expect {text!r}: the comparison is missing; write one like {EXAMPLES}")
    return ProbeCondition(
        text.strip(), key, None if number is None else int(number), comparison, _limit(text, key, limit)
    )


def _limit(text: str, key: str, written: str) -> float:
    plain = re.fullmatch(r"\d+(\.\d+)?|\.\d+", written) is not None
    if KEYS[key] == PLAIN:
        if not plain:
            raise ConditionError(f"--expect {text!r}: {key} is compared with a plain number, not {written!r}")
        return float(written)
    if plain:
        raise ConditionError(
            f"--expect {text!r}: {key} is a duration; write {with_units(written, DURATION) or 'it with a unit'}"
        )
    try:
        return parse_duration(written) / 1e9
    except ValueError as error:
        raise ConditionError(f"--expect {text!r}: {error}") from error


def judge(condition: ProbeCondition, measured: Measured) -> Judged:
    """Hold it against what was measured: undecided where that is not known, or its interval lies on both sides."""
    value = _value(condition, measured)
    if isinstance(value, str):
        return Judged(condition, "undecided", value)
    compare = _COMPARE[condition.comparison]
    results = {compare(bound, condition.limit) for bound in (value.low, value.high)}
    because = _words(condition, value)
    if (said := too_few(value)) is not None:
        return Judged(condition, "undecided", f"{because}; {said}")
    if len(results) > 1:
        return Judged(condition, "undecided", because)
    return Judged(condition, "held" if results == {True} else "not held", because)


def _value(condition: ProbeCondition, measured: Measured) -> Interval | str:
    """Return what the condition speaks of, or why it is not known."""
    key, number = condition.key, condition.number
    if key in ("speedup", "gil_held") and (wrong := contradiction(measured)) is not None:
        return wrong
    if number is not None:
        ratios = measured.speedup if key == "speedup" else measured.processes
        had = ", ".join(f"{key}({n})" for n in ratios) or "nothing of it"
        return ratios.get(number) or f"{key}({number}) was not measured; there is {had}"
    held, lag = measured.gil_held, measured.loop_lag_s
    known: Mapping[str, Interval | None] = {
        "cost": measured.cost_s,
        "gil_held": None if held is None else Interval(held.median, held.low, held.high),
        "loop_lag": None if lag is None else _exactly(lag.p90),
        "subinterpreter": _flag(measured.subinterpreter),
        "keeps_gil_off": _flag(measured.keeps_gil_off),
    }
    reason = measured.reasons.get("loop_lag_s" if key == "loop_lag" else key, "it was not measured")
    return known[key] or reason


def _flag(value: bool | None) -> Interval | None:  # noqa: FBT001 - the value itself
    return None if value is None else _exactly(float(value))


def _exactly(value: float) -> Interval:
    return Interval(value, value, value)


def _words(condition: ProbeCondition, value: Interval) -> str:
    if condition.key in FLAGS:
        return "it does" if value.median else "it does not"
    if KEYS[condition.key] == DURATION:
        texts = [
            format_duration(max(1, int(round(bound * 1e9, -2))))
            for bound in (value.median, value.low, value.high)
        ]
    else:
        texts = [factor(bound) for bound in (value.median, value.low, value.high)]
    return f"measured {texts[0]}" + (f" ({texts[1]} to {texts[2]})" if texts[1] != texts[2] else "")
