"""The way of a job, from its start to its record."""

from collections.abc import Callable, Sequence

from simulator.analysis.combinations import Combination
from simulator.report.view.columns import STRATEGY, starred
from simulator.report.view.figure import Axis, Layer, Stack, Tone
from simulator.report.view.figures.drawn import Chart, Picture, compared, having, missing, ok, unknown
from simulator.report.view.figures.wording import ALIKE, spread
from simulator.report.view.parts import Column
from simulator.report.view.why import LACKING
from simulator.result.attribution import JobTime
from simulator.result.document import CellResult, ResultDocument
from simulator.text.numbers import duration, ms
from simulator.text.words import form

Part = tuple[str, Tone, str, Callable[[JobTime], float]]
PARTS: tuple[Part, ...] = (
    ("again", "idle", "attempts that failed, and the waits after them", lambda way: way.again_s),
    (
        "to server",
        "fetch",
        "from the start of its last attempt until the server has the request",
        lambda way: way.before_server_s,
    ),
    ("network", "network", "the server holds the request", lambda way: way.network_s),
    ("resume", "stall", "from the server's last byte until the client goes on", lambda way: way.resume_s),
    ("to parser", "queue", "from there until the parse begins", lambda way: way.to_parser_s),
    ("parse", "cpu", "wall time of the parse, its waits included", lambda way: way.parse_s),
    ("back", "other", "until the driver's main interpreter holds the record", lambda way: way.back_s),
)


def _columns(parts: Sequence[Part]) -> tuple[Column, ...]:
    return (
        STRATEGY,
        *(Column(name, "ms", explanation) for name, _, explanation, _ in parts),
        Column("in all", "ms", "the sum: the service time of a job"),
    )


def _picture(group: Combination, _: ResultDocument) -> Picture | None:
    cells = ok(group.cells)
    known = having(cells, lambda cell: cell.job_time)
    if not known:
        return None
    again = any(way.again_s for _, way in known)
    parts = PARTS if again else PARTS[1:]
    layers = (Layer(name, tone, tuple(pick(way) * 1e3 for _, way in known)) for name, tone, _, pick in parts)
    return Picture(
        Stack(tuple(starred(cell) for cell, _ in known), tuple(layers), Axis("mean time of a job", "ms")),
        _summary(cells),
        _columns(parts),
        tuple(
            (starred(cell), *(ms(pick(way)) for _, _, _, pick in parts), ms(_whole(way)))
            for cell, way in known
        ),
        (*missing(group.cells), *unknown([cell for cell in cells if cell.job_time is None], LACKING)),
    )


def _whole(way: JobTime) -> float:
    return sum(pick(way) for _, _, _, pick in PARTS)


def _summary(cells: Sequence[CellResult]) -> str:
    with_way = [cell for cell in cells if cell.job_time is not None]
    known = [(starred(cell), cell.job_time) for cell in compared(with_way) if cell.job_time is not None]
    told = "On average a job takes " + spread([(who, _whole(way)) for who, way in known], duration)
    who, way = max(known, key=lambda pair: _whole(pair[1]))
    seconds, part = max((pick(way), name) for name, _, _, pick in PARTS)
    alike = _whole(way) < ALIKE * min(_whole(each) for _, each in known)
    told += f"; the longest part {'' if alike and len(known) > 1 else 'there '}is {_called(part)}, {duration(seconds)}"
    told += f" with {who}" if alike and len(known) > 1 else ""
    late = [(each.resume_s + each.to_parser_s, name) for name, each in known]
    wait, waiting = max(late)
    if part not in ("resume", "to parser") and wait > seconds / 10:
        told += (
            f"; after the answer {waiting} {form(waiting, 'waits', 'wait')} {duration(wait)} before parsing"
        )
    return told + "."


def _called(part: str) -> str:
    return {
        "again": "attempts that failed, and the waits after them",
        "to server": "the way to the server",
        "network": "waiting for the server",
        "resume": "the wait of an answer that is there",
        "to parser": "the wait for a parser",
        "parse": "the parse",
        "back": "the way back",
    }[part]


CHART = Chart(
    "way",
    "The way of a job",
    "Where does a job spend its time, from its start to its record?",
    _picture,
    (
        "Means over all jobs. The wait of a job that was due before a worker was free is not in it.",
        "Of a loop, resume is the wait until the loop turns to the task again.",
    ),
)
