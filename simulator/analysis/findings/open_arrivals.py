"""Findings on jobs that come by themselves: who keeps up, and who of those answers soonest.

Throughput ranks nobody here: whoever keeps up does exactly as much as comes.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.result.document import CellResult, Finding
from simulator.result.repetition import Arrivals
from simulator.stats.intervals import Interval, differs, paired_ratio
from simulator.stats.percentiles import Percentiles
from simulator.text.numbers import duration, rate, times
from simulator.text.words import form, listed


def open_findings(
    scope: Mapping[str, Any], cells: Sequence[CellResult], first: int | None = None
) -> list[Finding]:
    """Return what can be said of one combination of levels.

    Args:
        scope: its levels.
        cells: those with valid numbers, all with open arrivals.
        first: as of `intervals.interval`.
    """
    found: list[Finding] = []
    steady: list[CellResult] = []
    for cell in cells:
        if (arrivals := cell.arrivals) is None:
            continue
        if arrivals.keeps_up:
            steady.append(cell)
        else:
            found.append(_behind(scope, cell, arrivals))
    if steady:
        found.insert(0, _steady(scope, steady))
    return found + _soonest(scope, [cell for cell in steady if not cell.marked], first)


def _behind(scope: Mapping[str, Any], cell: CellResult, arrivals: Arrivals) -> Finding:
    done = cell.throughput_per_s.median if cell.throughput_per_s else 0.0
    offered = f"{_per_s(arrivals.offered_per_s)} came and {rate(done)} were done"
    who = f"{cell.strategy}{_condition(cell)}"
    if arrivals.unstable:
        text = (
            f"{who} {form(cell.strategy, 'is', 'are')} unstable at this rate: {offered}; the backlog grew to"
            f" {arrivals.backlog_end} of {arrivals.offered} jobs, and a longer run would only have longer responses."
        )
    else:
        text = (
            f"Whether {who} {form(cell.strategy, 'keeps', 'keep')} up is not told: {offered}; {arrivals.backlog_end} of"
            f" {arrivals.offered} jobs waited for a worker at the end, too few to tell a growing backlog from chance:"
            " let jobs come for longer."
        )
    return Finding(
        "arrivals",
        text,
        scope,
        {
            "strategy": cell.strategy,
            "offered_per_s": arrivals.offered_per_s,
            "throughput_per_s": done,
            "backlog_end": float(arrivals.backlog_end),
            "unstable": "yes" if arrivals.unstable else "not told",
        },
    )


def _steady(scope: Mapping[str, Any], cells: Sequence[CellResult]) -> Finding:
    names = listed([f"{cell.strategy}{_condition(cell)}" for cell in cells])
    one = len(cells) == 1
    keeps = form(cells[0].strategy, "keeps", "keep") if one else "keep"
    offered = cells[0].arrivals.offered_per_s if cells[0].arrivals is not None else None
    worst = max(cell.arrivals.backlog_max for cell in cells if cell.arrivals is not None)
    backlog = (
        f"at most {worst} of them waited for a worker at a time" if worst else "none waited for a worker"
    )
    return Finding(
        "arrivals",
        f"{names} {keeps} up with the {_per_s(offered)} that come; {backlog}.",
        scope,
        {"offered_per_s": offered, "backlog_max": float(worst)},
    )


def _soonest(scope: Mapping[str, Any], cells: Sequence[CellResult], first: int | None) -> list[Finding]:
    """Compare the median response times of those that keep up, paired by round."""
    known = [cell for cell in cells if _p50(cell.response_time_s) is not None]
    if len(known) < 2:  # noqa: PLR2004 - nobody to compare with
        return []
    best, *rest = sorted(known, key=lambda cell: _p50(cell.response_time_s) or 0.0)
    against = [(cell, _ratio(cell, best, first)) for cell in rest]
    p50 = _p50(best.response_time_s) or 0.0
    numbers: dict[str, float | str | None] = {"winner": best.strategy, "p50_s": p50}
    numbers |= {f"p50_ratio_of_{cell.strategy}": r.median for cell, r in against if r is not None}
    answers = f"a response in {duration(p50)} (median, from the planned start{_tail(best.response_time_s)})"
    ties = [cell for cell, r in against if not differs(r)]
    slower = [(cell, r) for cell, r in against if differs(r) and r is not None]
    if any(r is not None and r.kind == "range" for _, r in against):
        text = f"{best.strategy} gave {answers}, sooner than the rest; fewer than 3 rounds cannot tell if that is luck"
    elif ties:
        names = listed([best.strategy, *(cell.strategy for cell in ties)])
        text = f"{names} are not told apart by response time: {best.strategy} gave {answers}"
    else:
        text = f"{best.strategy} {form(best.strategy, 'answers', 'answer')} soonest: {answers}"
    if slower:
        text += "; " + listed(
            [
                f"{cell.strategy} {form(cell.strategy, 'takes', 'take')} {times(r)} as long"
                for cell, r in slower
            ]
        )
    return [Finding("winner", text + ".", scope, numbers)]


def _ratio(cell: CellResult, best: CellResult, first: int | None) -> Interval | None:
    """Return median response time of one cell over that of another, paired by round."""
    left, right = _rounds(cell), _rounds(best)
    rounds = sorted(left.keys() & right.keys())
    return paired_ratio([left[r] for r in rounds], [right[r] for r in rounds], first)


def _rounds(cell: CellResult) -> dict[int, float]:
    found: dict[int, float] = {}
    for repetition in cell.repetitions:
        if repetition.status == "ok" and repetition.measures is not None:
            p50 = repetition.measures.response_time_s.p50
            if p50 is not None and p50 > 0:
                found[repetition.round] = p50
    return found


def _p50(times_s: Percentiles | None) -> float | None:
    return times_s.p50 if times_s is not None else None


def _tail(times_s: Percentiles | None) -> str:
    for key in ("p99", "p95", "p90"):
        value = getattr(times_s, key, None)
        if value is not None:
            return f"; {key} {duration(value)}"
    return ""


def _condition(cell: CellResult) -> str:
    return f", with {cell.in_flight} in flight by its nature," if cell.marked else ""


def _per_s(per_s: float | None) -> str:
    return "jobs" if per_s is None else rate(per_s, "jobs")
