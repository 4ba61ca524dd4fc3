"""Numbers and answers of a probe as a test asserts them: what is too noisy to tell skips the test, with the reason.

Only the pytest plugin imports this.
"""

import operator
from collections.abc import Callable
from typing import NoReturn

import pytest

from simulator.probe.diagnosis import came_on, contradiction, too_few
from simulator.probe.result import Measured
from simulator.stats.intervals import Interval
from simulator.text.numbers import duration, factor
from simulator.text.words import listed


class Amount:
    """A number to be compared with another: `scales(threads=4) > 1.5`.

    Args:
        what: it is, as a phrase.
        interval: what is known of it.
        shown: writes one of its values.
        excuse: why a comparison that does not hold says nothing; null: it does.
        between: what the interval is.
    """

    def __init__(
        self,
        what: str,
        interval: Interval,
        shown: Callable[[float], str],
        *,
        excuse: str | None = None,
        between: str = "95 %",
    ) -> None:
        self._between = between
        self._what, self._shown, self._excuse = what, shown, excuse
        self.interval = (interval.low, interval.high)
        self.median = interval.median

    def __gt__(self, limit: float) -> bool:
        return self._compared(operator.gt, limit)

    def __ge__(self, limit: float) -> bool:
        return self._compared(operator.ge, limit)

    def __lt__(self, limit: float) -> bool:
        return self._compared(operator.lt, limit)

    def __le__(self, limit: float) -> bool:
        return self._compared(operator.le, limit)

    def __float__(self) -> float:
        return self.median

    def __bool__(self) -> bool:
        raise TypeError(f"{self._what} is a number: compare it, as in > 1.5")

    def __repr__(self) -> str:
        low, high = (self._shown(end) for end in self.interval)
        between = "" if low == high else f" ({self._between}: {low} to {high})"
        return f"<{self._what}: {self._shown(self.median)}{between}>"

    def _compared(self, compare: Callable[[float, float], bool], limit: float) -> bool:
        found = {compare(end, limit) for end in self.interval}
        if len(found) > 1:
            pytest.skip(f"too noisy to tell: {self!r} has {self._shown(limit)} inside")
        if found == {False} and self._excuse is not None:
            pytest.skip(f"{self!r}: {self._excuse}")
        return found == {True}


class Answer:
    """Yes, no, or not known, which skips the test: `assert found.keeps_gil_off`."""

    def __init__(self, what: str, *, value: bool | None, reason: str) -> None:
        self._what, self._value = what, value
        self.reason = reason
        """How it was found out; names the module that turned the GIL on."""

    def __bool__(self) -> bool:
        if self._value is None:
            pytest.skip(f"{self._what} is not known: {self.reason}")
        return self._value

    def __repr__(self) -> str:
        answer = {None: "not known", True: "yes", False: "no"}[self._value]
        return f"<{self._what}: {answer}: {self.reason}>"


def scaling(measured: Measured, threads: int) -> Amount:
    """Return how many times the work of one thread that many do; skips where it was not, or wrongly, measured."""
    said = contradiction(measured) or came_on(measured)
    if said is not None:
        pytest.skip(f"{measured.target}: {said}")
    found = measured.speedup.get(threads)
    if found is None:
        _not_measured(measured, threads)
    if (said := too_few(found)) is not None:
        pytest.skip(f"{measured.target}, {threads} threads over one: {said}")
    few = None
    if threads > measured.cores:
        few = f"{threads} threads cannot show it on {measured.cores} cores"
    return Amount(f"{measured.target}, {threads} threads over one", found, factor, excuse=few)


def _not_measured(measured: Measured, threads: int) -> NoReturn:
    there = listed([str(n) for n in measured.speedup]) or "none"
    if threads < 2 or threads & (threads - 1):  # noqa: PLR2004 - one thread is what is compared with
        pytest.fail(f"scales(threads={threads}): measured are powers of two: {there}", pytrace=False)
    pytest.skip(
        f"{measured.target}: {threads} threads were not measured (but {there}): there are {measured.cores} cores, and a"
        f" call takes {duration(measured.cost_s.median)}"
    )


def lag(measured: Measured) -> Amount:
    """Return how late ticks of an event loop are that makes the calls (s, p90); skips where it was not measured."""
    found = measured.loop_lag_s
    if found is None:
        pytest.skip(f"{measured.target}: loop lag: {measured.reasons['loop_lag_s']}")
    # What an idle loop is late by is the machine's: it may be all of it.
    least = max(0.0, found.p90 - found.idle_p90)
    return Amount(
        f"{measured.target}, ticks of an event loop late by",
        Interval(found.p90, least, found.p90),
        duration,
        between="less what an idle loop is",
    )
