"""The parts of a probe's report."""

import re
from collections.abc import Sequence
from pathlib import Path

from simulator.probe.diagnosis import came_on, disturbed
from simulator.probe.expect import Judged
from simulator.probe.result import Holder, Measured, ProbeResult, Record, Threads
from simulator.report.view.parts import Check, Checks, Column, Facts, Part, Table, Verdict
from simulator.stats.intervals import Interval
from simulator.text.numbers import (
    NONE,
    duration,
    durations,
    factor,
    number,
    percent,
    share,
    shares,
    size,
    times,
)

_INSTALLED = re.compile(r"(?:/python3\.\d+t?)?/(?:site|dist)-packages/|/python3\.\d+t?/")
SHOWN_PARTS = 2
"""Of a path that lies in no installation."""
_COLUMNS = (
    Column("calls in", "", "how they ran side by side", numeric=False),
    Column("speed-up", "×", "calls per second over those of one thread"),
    Column("95 %", "×", "interval of it"),
    Column("on CPU", "%", "share of the threads' time"),
    Column("no core", "%", "waiting for a core"),
    Column("rest", "%", "for the GIL, another lock, or a wait of its own"),
)


_HOLDERS = (
    Column("function", "", "the innermost of Python; what it calls in C counts as it", numeric=False),
    Column("where", "", "file, and the line in which it begins", numeric=False),
    Column("share", "%", "of the time of a call, in which it holds the GIL"),
)


def build(result: ProbeResult, judged: Sequence[Judged]) -> list[Part]:
    """Return the parts: the answer, the facts, how it scales, and what was expected."""
    measured = result.measured
    parts: list[Part] = [answer(result), Facts("", tuple(_facts(result))), side_by_side(result)]
    if measured.holders:
        parts.append(Table("Where it holds the GIL", _HOLDERS, tuple(map(_holder, measured.holders)), (), ()))
    if judged:
        parts.append(
            Checks(
                "Expectations",
                tuple(Check(one.verdict, None, one.condition.text, one.because) for one in judged),
            )
        )
    return parts


def answer(result: ProbeResult) -> Verdict:
    """Return where it is to run, and why."""
    return Verdict(
        f"{result.measured.target}: {result.advice.where}",
        (_sentence(result.advice.reason), *_limits(result)),
    )


def side_by_side(result: ProbeResult) -> Table:
    """Return how it scales; what to be careful about are its notes."""
    return Table("Side by side", _COLUMNS, tuple(_rows(result.measured)), _cautions(result), ())


def _holder(holder: Holder) -> tuple[str, str, str]:
    return holder.function, _where(holder), percent(holder.share)


def _where(holder: Holder) -> str:
    """Return file and line, the file by what it is called inside of the folder that it was installed in."""
    if holder.file is None:
        return "in C"
    *_, file = _INSTALLED.split(holder.file)
    short = "/".join(Path(file).parts[-SHOWN_PARTS:]) if Path(file).is_absolute() else file
    return short if holder.line is None else f"{short}:{holder.line}"


def _cautions(result: ProbeResult) -> tuple[str, ...]:
    measured = result.measured
    said = (result.contradiction, came_on(measured), disturbed(measured))
    return tuple(text for text in said if text is not None)


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _limits(result: ProbeResult) -> list[str]:
    if result.limit is None:
        return []
    if result.limit == "cores":
        return ["Beyond that it is cores that threads lack, not the GIL."]
    said = f"What holds threads back: {result.limit}."
    if result.limit.startswith("the GIL") and result.measured.holders:
        most = result.measured.holders[0]
        said += f" Most of it is held in {most.function} ({_where(most)}), {share(most.share)} of a call."
    return [said]


def python_of(measured: Measured) -> str:
    """Say which Python it was, and on how many cores."""
    python = measured.python
    gil = "with its GIL on" if python.gil_enabled else "without GIL"
    if python.gil_enabled_by is not None:
        gil += f"{'' if python.gil_enabled else ' at first'}, turned on by {python.gil_enabled_by}"
    return f"{python.implementation} {python.version}, {gil}; {measured.cores} cores"


def holds(measured: Measured) -> str:
    """Say for how much of a call it holds the GIL, or why that is not known."""
    held = measured.gil_held
    if held is None:
        return f"not known: {measured.reasons['gil_held']}"
    span = f"{share(held.median)} of that time (95 %: {shares(held.low, held.high)})"
    return f"{span}; {held.estimator}"


def _facts(result: ProbeResult) -> list[tuple[str, str]]:
    measured = result.measured
    cost, lag = measured.cost_s, measured.loop_lag_s
    facts = [
        ("Python", python_of(measured)),
        ("cost per call", f"{duration(cost.median)} ({durations(cost.low, cost.high)})"),
        ("holds the GIL", holds(measured)),
    ]
    if result.ceiling is not None:
        facts.append(("at most gained", f"{times(result.ceiling)} by threads, by the GIL and the cores"))
    if lag is not None:
        late = f"ticks come {duration(lag.p50)} late (p50), {duration(lag.p90)} (p90), {duration(lag.max)} at worst"
        facts.append(("on an event loop", f"{late}; of an idle loop {duration(lag.idle_p90)} (p90)"))
    if measured.record is not None:
        facts.append(("its record", _record(measured.record)))
    facts.append(("in a subinterpreter", _flag(measured.subinterpreter, measured.reasons["subinterpreter"])))
    facts.append(("keeps the GIL off", _flag(measured.keeps_gil_off, measured.reasons["keeps_gil_off"])))
    return facts


def _record(record: Record) -> str:
    if record.bytes is None:
        return f"cannot be handed back by a process: {record.to_blame}; return plain data"
    text = f"{size(record.bytes)} when pickled, of a page of {size(record.page_bytes)}"
    if record.to_blame is None:
        return text
    times_it = number(record.bytes / max(record.page_bytes, 1))
    return f"{text}: {times_it} times as much, most of it by {record.to_blame}; each process pays for that"


def _flag(value: bool | None, reason: str) -> str:  # noqa: FBT001 - the answer itself
    return f"{'not known' if value is None else 'yes' if value else 'no'}: {reason}"


def _rows(measured: Measured) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    if (alone := measured.threads.get(1)) is not None:
        rows.append(("1 thread", "1", NONE, *_shares(alone)))
    for n, speedup in measured.speedup.items():
        rows.append((f"{n} threads", *_ratio(speedup), *_shares(measured.threads[n])))
    for n, speedup in measured.processes.items():
        rows.append((f"{n} processes", *_ratio(speedup), NONE, NONE, NONE))
    return rows


def _ratio(speedup: Interval) -> tuple[str, str]:
    return factor(speedup.median), f"{factor(speedup.low)}–{factor(speedup.high)}"


def _shares(threads: Threads) -> tuple[str, str, str]:
    return percent(threads.on_cpu), percent(threads.waiting), percent(threads.rest)
