"""Findings: sentences that the numbers support, each with its numbers."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from simulator.analysis.intervals import differs, paired_ratio
from simulator.result.document import CellResult, Finding, Interval, ResultDocument

WAITING, COMPUTING = 0.8, 0.2
"""Share of one job's time, alone, that is waiting for the server: from here up, and down to there."""
SCALES, FLAT = 1.3, 1.15
"""Speed-ups that count as using the other jobs in flight, and as not using them."""
CLOSE = 0.05
NO_PARSE_S = 0.00005
"""CPU below which a parse is nothing but a function call."""
PLURAL = ("threads", "processes")
"""Strategies whose names sentences treat as plurals."""


def findings(document: ResultDocument) -> tuple[Finding, ...]:
    """Return what can be said of each combination of levels, the strategies within it compared."""
    by_id = {cell.id: cell for cell in document.cells}
    groups: dict[tuple[tuple[str, str], ...], list[CellResult]] = defaultdict(list)
    for cell in document.cells:
        if cell.baseline_id is not None:
            groups[_combination(cell.factors)].append(cell)
    found: list[Finding] = []
    for key, cells in groups.items():
        found.extend(_group(dict(key), by_id.get(cells[0].baseline_id or ""), cells))
    if not groups:
        alone = [_character(dict(_combination(cell.factors)), cell) for cell in document.cells]
        found.extend(finding for finding in alone if finding is not None)
    return tuple(found)


def _combination(factors: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((name, str(level)) for name, level in factors.items() if name != "strategy")


def _group(scope: Mapping[str, Any], base: CellResult | None, cells: Sequence[CellResult]) -> list[Finding]:
    found: list[Finding] = []
    if base is not None and base.status == "ok":
        character = _character(scope, base)
        if character is not None:
            found.append(character)
    usable = [c for c in cells if c.status == "ok" and c.throughput_per_s is not None]
    alike = [c for c in usable if not c.marked]
    found.extend(_winner(scope, alike, [c for c in usable if c.marked]))
    found.extend(_cause(scope, base, alike))
    return found


def _character(scope: Mapping[str, Any], base: CellResult) -> Finding | None:
    """Is the job waiting or computing? Read off the sequential cell, where nothing overlaps."""
    if base.network_s is None or base.parse is None or base.fetch is None:
        return None
    parse, fetch_cpu, network = base.parse.cpu_s, base.fetch.cpu_s, base.network_s
    if parse is None or fetch_cpu is None or network + parse + fetch_cpu <= 0:
        return None
    share = network / (network + parse + fetch_cpu)
    kind = (
        "waiting" if share >= WAITING else "computing" if share <= COMPUTING else "both waiting and computing"
    )
    parsing = f"{_ms(parse)} CPU of parsing" if parse >= NO_PARSE_S else "no parsing to speak of"
    return Finding(
        "character",
        f"The job is {kind}: one page alone takes {_ms(network)} of waiting for the server, {parsing}"
        f" and {_ms(fetch_cpu)} CPU of the HTTP client ({share:.0%} waiting).",
        scope,
        {"network_s": network, "parse_cpu_s": parse, "client_cpu_s": fetch_cpu, "waiting_share": share},
    )


def _rounds(cell: CellResult) -> dict[int, float]:
    return {
        r.round: r.measures.throughput_per_s
        for r in cell.repetitions
        if r.status == "ok" and r.measures is not None and r.measures.throughput_per_s > 0
    }


def ratio(a: CellResult, b: CellResult) -> Interval | None:
    """Return throughput of a over that of b, paired by the rounds in which both are valid."""
    left, right = _rounds(a), _rounds(b)
    rounds = sorted(left.keys() & right.keys())
    return paired_ratio([left[r] for r in rounds], [right[r] for r in rounds])


def name(cell: CellResult) -> str:
    """Return the strategy's name."""
    return str(cell.factors["strategy"])


def _winner(
    scope: Mapping[str, Any], cells: Sequence[CellResult], marked: Sequence[CellResult]
) -> list[Finding]:
    ranked = sorted(cells, key=lambda c: c.throughput_per_s.median if c.throughput_per_s else 0, reverse=True)
    if not ranked:
        return [_alone(scope, cell, f", with {cell.in_flight} in flight by its nature,") for cell in marked]
    best = ranked[0]
    found = [_fastest(scope, ranked) if len(ranked) > 1 else _alone(scope, best)]
    for cell in marked:
        r = ratio(cell, best)
        if r is not None:
            found.append(
                Finding(
                    "winner",
                    f"{name(cell)}, with {cell.in_flight} in flight by its nature, {_verb(cell, 'does', 'do')}"
                    f" {_times(r)} what {name(best)} {_verb(best, 'does', 'do')} with {best.in_flight}.",
                    scope,
                    {"ratio": r.median},
                )
            )
    return found


def _alone(scope: Mapping[str, Any], cell: CellResult, condition: str = "") -> Finding:
    """Say what the one strategy did that there is to speak of."""
    rate = cell.throughput_per_s.median if cell.throughput_per_s else 0.0
    text = f"{name(cell)}{condition} did {_rate(rate)}{_over(cell)}{_behind([cell])}."
    return Finding("winner", text, scope, {"winner": name(cell), "throughput_per_s": rate})


def _fastest(scope: Mapping[str, Any], ranked: Sequence[CellResult]) -> Finding:
    best = ranked[0]
    against = [(cell, ratio(best, cell)) for cell in ranked[1:]]
    ties = [cell for cell, r in against if not differs(r)]
    slower = [(cell, r) for cell, r in against if differs(r) and r is not None]
    rate = best.throughput_per_s.median if best.throughput_per_s else 0.0
    over = _over(best)
    if best.throughput_per_s is not None and best.throughput_per_s.kind == "range":
        text = f"{name(best)} did most: {_rate(rate)}{over}; fewer than 3 rounds cannot tell whether that is luck"
    elif ties:
        names = _list([name(best), *map(name, ties)])
        text = f"{names} are not told apart: {name(best)} did {_rate(rate)}{over}, the rest the same within the noise"
        if slower:
            is_ = _verb(best, "is", "are")
            text += f"; {name(best)} {is_} " + _list([f"{_times(r)} {name(c)}" for c, r in slower])
    else:
        text = f"{name(best)} {_verb(best, 'is', 'are')} fastest: {_rate(rate)}{over}"
        text += f"; {_verb(best, 'it is', 'they are')} " + _list(
            [f"{_times(r)} {name(c)}" for c, r in slower]
        )
    text += _behind(ranked)
    numbers: dict[str, float | str | None] = {"winner": name(best), "throughput_per_s": rate}
    numbers |= {f"ratio_to_{name(c)}": r.median for c, r in against if r is not None}
    return Finding("winner", text + ".", scope, numbers)


def _over(cell: CellResult) -> str:
    return f", {_times(cell.speedup)} sequential" if cell.speedup is not None else ""


def _behind(cells: Sequence[CellResult]) -> str:
    """Say so when the best is still slower than one job after the other."""
    speedup = cells[0].speedup
    if not differs(speedup) or speedup is None or speedup.median > 1:
        return ""
    return "; sequential is faster" + (" than all of them" if len(cells) > 1 else "")


def _cause(scope: Mapping[str, Any], base: CellResult | None, cells: Sequence[CellResult]) -> list[Finding]:
    by_name = {name(cell): cell for cell in cells}
    threads, processes = by_name.get("threads"), by_name.get("processes")
    found = [_threads_cause(scope, base, threads, processes)] if threads is not None else []
    loop = by_name.get("asyncio")
    if loop is not None:
        found.append(_loop_cause(scope, loop))
    if threads is not None and processes is not None:
        found.append(_price(scope, threads, processes))
    return [finding for finding in found if finding is not None]


def _threads_cause(
    scope: Mapping[str, Any], base: CellResult | None, threads: CellResult, processes: CellResult | None
) -> Finding | None:
    """Why threads reach what they reach, by the control in processes: what happens inside one process, or not."""
    speedup, cores = threads.speedup, threads.cores_used
    if speedup is None or cores is None or base is None or base.cores_used is None:
        return None
    flight = threads.in_flight
    numbers: dict[str, float | str | None] = {
        "speedup_threads": speedup.median,
        "cores_threads": cores,
        "speedup_processes": processes.speedup.median if processes and processes.speedup else None,
        "cores_processes": processes.cores_used if processes else None,
    }
    waited = base.cores_used < 0.5  # noqa: PLR2004 - alone, the job was off CPU more than on it
    gain = ratio(processes, threads) if processes is not None else None
    held_back = processes is not None and differs(gain) and gain is not None and gain.median > FLAT
    if held_back and processes is not None and gain is not None:
        inside = (
            f"so what holds them back is inside the one process, a lock that all its threads share: they used"
            f" {cores:.2f} cores, {name(processes)} {_number(processes.cores_used)}"
        )
        if waited and speedup.median > SCALES:
            text = (
                f"threads overlap the waiting ({_times(speedup)} sequential with {flight} in flight: the wait lets"
                f" go of the lock), but not the computing: {name(processes)} are {_times(gain)} threads, {inside}."
            )
        else:
            text = (
                f"threads {'gain little' if speedup.median <= SCALES else 'share only part of the computing'}"
                f" ({_times(speedup)} sequential with {flight} in flight);"
                f" {name(processes)} are {_times(gain)} threads, {inside}."
            )
        return Finding("cause", text, scope, numbers)
    if waited and speedup.median > SCALES:
        return Finding(
            "cause",
            f"threads overlap the waiting: {_times(speedup)} sequential with {flight} in flight on"
            f" {cores:.2f} cores, so a thread that waits for the network holds no lock that the others need.",
            scope,
            numbers,
        )
    if speedup.median > SCALES and cores > SCALES:
        return Finding(
            "cause",
            f"threads share the computing: {_times(speedup)} sequential on {cores:.2f} cores, so most of the work"
            " runs without a lock that the others need.",
            scope,
            numbers,
        )
    return None


def _loop_cause(scope: Mapping[str, Any], loop: CellResult) -> Finding | None:
    lag = loop.loop_lag_s.max if loop.loop_lag_s is not None else None
    parse = loop.parse.wall_s if loop.parse is not None else None
    if lag is None or parse is None or parse < 0.001:  # noqa: PLR2004 - under a millisecond nobody waits for the loop
        return None
    return Finding(
        "cause",
        f"asyncio parses on its loop: each parse holds up {_tasks(loop.in_flight)} for"
        f" {_ms(parse)}, and a timer on that loop was up to {_ms(lag)} late.",
        scope,
        {"parse_wall_s": parse, "loop_lag_max_s": lag},
    )


def _price(scope: Mapping[str, Any], threads: CellResult, processes: CellResult) -> Finding | None:
    a, b = threads.memory_bytes, processes.memory_bytes
    if a is None or b is None or threads.startup_s is None or processes.startup_s is None:
        return None
    return Finding(
        "price",
        f"{name(processes)} hold {b / 1e6:.0f} MB where threads hold {a / 1e6:.0f} MB, and are ready after"
        f" {_ms(processes.startup_s)} instead of {_ms(threads.startup_s)}.",
        scope,
        {
            "memory_threads_bytes": float(a),
            "memory_processes_bytes": float(b),
            "startup_threads_s": threads.startup_s,
            "startup_processes_s": processes.startup_s,
        },
    )


def _tasks(number: int) -> str:
    return "its only task" if number == 1 else f"all {number} tasks"


def _verb(cell: CellResult, singular: str, plural: str) -> str:
    return plural if name(cell) in PLURAL else singular


def _times(interval: Interval | None) -> str:
    """Return a ratio with its interval; three decimals where two would hide which side of 1 it is on."""
    if interval is None:
        return ""
    digits = 3 if abs(interval.median - 1) < CLOSE else 2
    middle, low, high = (f"{value:.{digits}f}" for value in (interval.median, interval.low, interval.high))
    label = "range " if interval.kind == "range" else ""
    return f"{middle} ×" if low == high else f"{middle} × ({label}{low} to {high})"


def _number(value: float | None) -> str:
    return "an unknown number" if value is None else f"{value:.2f}"


def _rate(value: float) -> str:
    return f"{value:,.0f} pages/s" if value >= 100 else f"{value:.1f} pages/s"  # noqa: PLR2004 - three digits suffice


def _ms(seconds: float) -> str:
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1e3:.0f} ms" if seconds >= 0.1 else f"{seconds * 1e3:.1f} ms"  # noqa: PLR2004 - three digits


def _list(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
