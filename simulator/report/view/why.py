"""Why: where the time of workers and of jobs went, and a stretch of it as a picture."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from simulator.analysis.findings.responsive import idle_lag_s
from simulator.analysis.overlap import together
from simulator.report.view.columns import STRATEGY, Shown, columns_of, measured, row_of
from simulator.report.view.lanes import shown
from simulator.report.view.parts import Column, Stretch, Table, Timeline
from simulator.report.view.rounds import titled
from simulator.report.view.sureness import resources_table, response_table
from simulator.result.document import CellResult
from simulator.text.numbers import NONE, duration, share

MOST_WIDTH_US = 300_000
"""Over more than that, turns of 5 ms would be narrower than a character."""

LACKING = "not known, because a thread's times or the server's stamps cannot be read there"

SHARES = (
    *map(measured, ("fetch_share", "parse_share", "other_share", "network_share", "no_core", "stalled")),
    measured("stalled_in_parse", "the part of it that lies in parses"),
    *map(measured, ("idle", "gap", "steal", "startup", "warmup")),
)
"""Where the time of workers went, and what it took before."""
WORKERS = (
    Column(
        "strategy",
        "",
        "how the jobs share the machine, on how many threads that fetch or parse",
        numeric=False,
    ),
    *columns_of(SHARES),
)


def _is_inline(cell: CellResult) -> bool:
    return cell.job_time is not None and cell.job_time.to_parser_s == 0


def _unless(name: str, nothing: Callable[[CellResult], bool]) -> Shown:
    """Return the column of a measure in which a cell that has nothing of it has a dash."""
    plain = measured(name)
    return replace(plain, text=lambda cell: NONE if nothing(cell) else plain.text(cell))


_WAY = (
    Shown(STRATEGY, lambda cell: cell.name),
    *map(measured, ("way_to_server", "way_network", "way_resume")),
    _unless("way_to_parser", _is_inline),
    measured("way_parse"),
    _unless(
        "way_back",
        lambda cell: _is_inline(cell) and cell.job_time is not None and cell.job_time.back_s == 0,
    ),
    *map(measured, ("moved", "loop_lag_p99")),
    measured("loop_lag", "the latest of those ticks"),
)
JOBS = columns_of(_WAY)
_AGAIN = measured("way_again")
_HANDED = (
    Shown(STRATEGY, lambda cell: cell.name),
    Shown(
        Column("cluster", "", "workers × threads of each", numeric=False), lambda cell: _cluster(cell) or NONE
    ),
    *map(measured, ("task_hand_over", "hand_over", "hand_over_there", "hand_over_share", "done_again")),
)
"""What handing tasks over to a cluster takes."""
_QUEUED = measured("server_queue", "the part of it in which the request waited in the server's queue")


def why(title: str, cells: Sequence[CellResult]) -> list[Table | Timeline]:
    """Return the parts that say why the strategies of one combination reach what they reach."""
    told = [cell for cell in cells if cell.status == "ok"]
    parts: list[Table | Timeline] = []
    known = [(cell, cell.attribution) for cell in told if cell.attribution is not None]
    if known:
        parts.append(
            Table(
                title=titled(f"{title}: where the workers' time went", told),
                columns=WORKERS,
                rows=tuple(_worker_row(cell, attribution.workers) for cell, attribution in known),
                notes=_lacking(told),
                findings=(),
            )
        )
    ways = [cell for cell in told if cell.job_time is not None]
    if ways:
        shown_of = _way_of(ways)
        parts.append(
            Table(
                title=titled(f"{title}: the way of a job", ways),
                columns=columns_of(shown_of),
                rows=tuple(row_of(shown_of, cell) for cell in ways),
                notes=(),
                findings=(_idle_loop(ways),) if _idle_loop(ways) else (),
            )
        )
    parts.extend(_handed_over(title, told))
    opened = any(cell.arrivals is not None for cell in told)  # then response times stand above
    sureness = (None if opened else response_table(title, told), resources_table(title, told))
    parts.extend(table for table in sureness if table is not None)
    stretches = tuple(stretch for cell in told if (stretch := _stretch(cell)) is not None)
    if stretches:
        parts.append(Timeline(f"{title}: a stretch of it", stretches))
    return parts


def _handed_over(title: str, cells: Sequence[CellResult]) -> list[Table]:
    """Return what clusters take to hand tasks over, where there are some."""
    of_clusters = [cell for cell in cells if cell.task_hand_over_s is not None]
    if not of_clusters:
        return []
    return [
        Table(
            title=titled(f"{title}: handing tasks over", of_clusters),
            columns=columns_of(_HANDED),
            rows=tuple(row_of(_HANDED, cell) for cell in of_clusters),
            notes=(),
            findings=(),
        )
    ]


def _cluster(cell: CellResult) -> str | None:
    told = cell.environment.get("dask")
    return None if not told else f"{told['workers']} × {told['threads']}"


def _way_of(cells: Sequence[CellResult]) -> tuple[Shown, ...]:
    """Return the columns of the way: with attempts that failed, and the server's queue, where there are such."""
    who, to_server, network, *rest = _WAY
    again = any(cell.job_time is not None and cell.job_time.again_s for cell in cells)
    queued = any(cell.server_queue_s is not None for cell in cells)
    return (who, *([_AGAIN] if again else []), to_server, network, *([_QUEUED] if queued else []), *rest)


def _stretch(cell: CellResult) -> Stretch | None:
    """Return what is drawn of a cell: who ran when, if somebody looked; else what its clocks tell."""
    drawn = cell.turns or cell.timeline
    if drawn is None:
        return None
    width_us = min(drawn.width_us, MOST_WIDTH_US)
    return Stretch(
        title=f"{cell.name}, {duration(width_us / 1e6)}{_about(cell)}",
        width_us=width_us,
        lanes=tuple(shown(lane, width_us) for lane in drawn.lanes),
        left_out=drawn.left_out,
        watched=cell.turns is not None,
    )


def _about(cell: CellResult) -> str:
    found = cell.attribution
    if cell.turns is not None:
        ran = together(cell.turns)
        return (
            f", watched: one ran for {share(ran.one)} of the time, several at once for {share(ran.several)}"
        )
    if cell.loop_lag_s is not None and cell.job_time is not None:
        return f"; a task's answer waits {duration(cell.job_time.resume_s)} for the loop on average"
    if found is not None:
        return (
            f"; over the whole run {share(found.stall)} stalled, {share(found.run_queue)} waiting for a core"
        )
    return ""


def _worker_row(cell: CellResult, workers: int) -> tuple[str, ...]:
    return (f"{cell.name} ({workers})", *row_of(SHARES, cell))


def _idle_loop(cells: Sequence[CellResult]) -> str:
    for cell in cells:
        idle_s = idle_lag_s(cell)
        if cell.loop_lag_s is not None and idle_s is not None:
            return (
                f"An idle loop on this machine was itself late by up to {duration(idle_s)} before the run:"
                " a control for the loop lag."
            )
    return ""


def _lacking(cells: Sequence[CellResult]) -> tuple[str, ...]:
    lacking = [cell.name for cell in cells if cell.attribution is None]
    if not lacking:
        return ()
    return (f"{', '.join(lacking)}: {LACKING}",)
