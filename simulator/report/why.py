"""Why: where the time of workers and of jobs went, and a stretch of it as a picture."""

from collections.abc import Sequence

from simulator.report.lanes import shown, together
from simulator.report.numbers import NONE, ms
from simulator.report.parts import Column, Stretch, Table, Timeline
from simulator.result.attribution import Attribution
from simulator.result.document import CellResult

FEW_MS = 10
"""Stretches shorter than this are told with one decimal."""
MOST_WIDTH_US = 300_000
"""Over more than that, turns of 5 ms would be narrower than a character."""

LACKING = "not known, because a thread's times or the server's stamps cannot be read there"

WORKERS = (
    Column(
        "strategy",
        "",
        "how the jobs share the machine, on how many threads that fetch or parse",
        numeric=False,
    ),
    Column("fetch", "% CPU", "on CPU between the start of a fetch and its end; on a loop all but parsing"),
    Column("parse", "% CPU", "on CPU in a parse"),
    Column("other", "% CPU", "on CPU between jobs"),
    Column("network", "%", "off CPU while the server held the request"),
    Column("no core", "%", "runnable, but no core was free"),
    Column("stalled", "%", "off CPU with neither network nor core nor work to wait for"),
    Column("in parse", "%", "the part of it that lies in parses"),
    Column("idle", "%", "off CPU with no job to work on"),
    Column("gap", "%", "what the clocks inside and outside the driver do not agree about"),
    Column("steal", "%", "of the machine's capacity, taken by its host"),
)

JOBS = (
    Column("strategy", "", "how the jobs share the machine", numeric=False),
    Column("to server", "ms", "from a job's start until the server has the request"),
    Column("network", "ms", "the server holds the request"),
    Column("resume", "ms", "from the last byte handed over until the client goes on: the resume lag"),
    Column("to parse", "ms", "from there until the parse begins: waits for a pool, and the way to it"),
    Column("parse", "ms", "wall time of a parse"),
    Column("back", "ms", "until the driver's main interpreter holds the record"),
    Column("moved", "kB", "pickled on the way to another interpreter and back, per page"),
    Column("loop lag", "ms", "a 10 ms tick on the loop: p99 of its lateness"),
    Column("worst", "ms", "the latest of those ticks"),
)


def why(title: str, cells: Sequence[CellResult]) -> list[Table | Timeline]:
    """Return the parts that say why the strategies of one combination reach what they reach."""
    told = [cell for cell in cells if cell.status == "ok"]
    parts: list[Table | Timeline] = []
    known = [(cell, cell.attribution) for cell in told if cell.attribution is not None]
    if known:
        parts.append(
            Table(
                title=f"{title}: where the workers' time went",
                columns=WORKERS,
                rows=tuple(_worker_row(cell, attribution) for cell, attribution in known),
                notes=_lacking(told),
                findings=(),
            )
        )
    ways = [cell for cell in told if cell.job_time is not None]
    if ways:
        parts.append(
            Table(
                title=f"{title}: the way of a job",
                columns=JOBS,
                rows=tuple(_job_row(cell) for cell in ways),
                notes=(),
                findings=(_idle_loop(ways),) if _idle_loop(ways) else (),
            )
        )
    stretches = tuple(stretch for cell in told if (stretch := _stretch(cell)) is not None)
    if stretches:
        parts.append(Timeline(f"{title}: a stretch of it", stretches))
    return parts


def _stretch(cell: CellResult) -> Stretch | None:
    """Return what is drawn of a cell: who ran when, if somebody looked; else what its clocks tell."""
    drawn = cell.turns or cell.timeline
    if drawn is None:
        return None
    width_us = min(drawn.width_us, MOST_WIDTH_US)
    width_ms = width_us / 1e3
    return Stretch(
        title=f"{cell.factors['strategy']}, {width_ms:.{0 if width_ms >= FEW_MS else 1}f} ms{_about(cell)}",
        width_us=width_us,
        lanes=tuple(shown(lane, width_us) for lane in drawn.lanes),
        left_out=drawn.left_out,
        watched=cell.turns is not None,
    )


def _about(cell: CellResult) -> str:
    found = cell.attribution
    if cell.turns is not None:
        share = together(cell.turns)
        return f", watched: one ran for {share.one:.0%} of the time, several at once for {share.several:.0%}"
    if cell.loop_lag_s is not None and cell.job_time is not None:
        return f"; a task's answer waits {ms(cell.job_time.resume_s)} ms for the loop on average"
    if found is not None:
        return f"; over the whole run {found.stall:.0%} stalled, {found.run_queue:.0%} waiting for a core"
    return ""


def _worker_row(cell: CellResult, found: Attribution) -> tuple[str, ...]:
    return (f"{cell.factors['strategy']} ({found.workers})", *map(percent, shares(found)))


def shares(found: Attribution) -> tuple[float | None, ...]:
    """Return the numbers of the columns of WORKERS."""
    return (
        found.fetch_cpu,
        found.parse_cpu,
        found.other_cpu,
        found.network,
        found.run_queue,
        found.stall,
        found.stall_parse,
        found.idle,
        found.residual,
        found.steal,
    )


def percent(share: float | None) -> str:
    """Return a share in percent, without the sign."""
    return NONE if share is None else f"{share * 100 + 0.0:.1f}".replace("-0.0", "0.0")


def _job_row(cell: CellResult) -> tuple[str, ...]:
    way, lag, moved = cell.job_time, cell.loop_lag_s, cell.moved_bytes_per_page
    if way is None:
        return (str(cell.factors["strategy"]), *[NONE] * (len(JOBS) - 1))
    inline = way.to_parser_s == 0
    return (
        str(cell.factors["strategy"]),
        ms(way.before_server_s),
        ms(way.network_s),
        ms(way.resume_s),
        NONE if inline else ms(way.to_parser_s),
        ms(way.parse_s),
        NONE if inline and way.back_s == 0 else ms(way.back_s),
        NONE if moved is None else f"{moved / 1e3:.1f}",
        NONE if lag is None else ms(lag.p99),
        NONE if lag is None else ms(lag.max),
    )


def _idle_loop(cells: Sequence[CellResult]) -> str:
    for cell in cells:
        idle = (cell.calibration or {}).get("idle_loop_lag_s")
        if cell.loop_lag_s is not None and idle:
            return (
                f"An idle loop on this machine was itself late by up to {ms(idle['max'])} ms before the run:"
                " a control for the loop lag."
            )
    return ""


def _lacking(cells: Sequence[CellResult]) -> tuple[str, ...]:
    lacking = [str(cell.factors["strategy"]) for cell in cells if cell.attribution is None]
    if not lacking:
        return ()
    return (f"{', '.join(lacking)}: {LACKING}",)
