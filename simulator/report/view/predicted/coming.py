"""How cells would cope with jobs that come by themselves."""

from collections.abc import Iterator

from simulator.report.view.columns import STRATEGY, headed
from simulator.report.view.parts import Column, Table
from simulator.report.view.predicted.titles import Title, name
from simulator.result.prediction import Band, PredictedArrivals
from simulator.result.predictions import PredictedCombination, PredictionDocument
from simulator.text.numbers import NONE, ms, number

COLUMNS = (
    STRATEGY,
    Column("come", "/s", "jobs that come: at the very moments that a run of this seed has"),
    Column("done", "/s", "ready inside the window, predicted"),
    Column("queue", "ms", "mean time from a job's planned start to its start, predicted"),
    Column("backlog", "", "most jobs at a time that waited for a worker, predicted"),
    Column(
        "keeps up", "", "whether the backlog stays small wherever in its band the cell lies", numeric=False
    ),
    Column("p50", "ms", "response time from the planned start: 90 % band of the median"),
    Column("p95", "ms", "90 % band of what 95 % of the jobs stay within"),
    Column("p99", "ms", "90 % band of what 99 % of the jobs stay within"),
)
BANDS = (
    "Bands are what a slower and a quicker machine would do with the same jobs: the nearer the rate to what a strategy"
    " can do, the wider."
)


def coming_table(found: PredictedCombination, document: PredictionDocument, title: Title) -> Iterator[Table]:
    """Yield the table of one combination whose jobs come by themselves; none of any other."""
    cells = {cell.id: cell for cell in document.cells}
    rows = []
    for id_ in found.cells:
        guess = cells[id_].predicted
        if guess is None or guess.arrivals is None:
            continue
        coming = guess.arrivals
        rows.append(
            (
                name(cells[id_]),
                number(coming.offered_per_s),
                number(guess.throughput_per_s.median),
                ms(coming.queue_s),
                number(coming.backlog_max),
                _told(coming),
                _reach_ms(guess.response_p50_s),
                _reach_ms(guess.response_p95_s),
                _reach_ms(guess.response_p99_s),
            )
        )
    if rows:
        columns = headed(COLUMNS, found.contrast)
        yield Table(f"{title.headline}: jobs come by themselves", columns, tuple(rows), (), (BANDS,))


def _told(coming: PredictedArrivals) -> str:
    if not coming.surely or coming.keeps_up is None:
        return "cannot\ntell"
    return "yes" if coming.keeps_up else "no"


def _reach_ms(band: Band | None) -> str:
    return NONE if band is None else f"{ms(band.low)}–{ms(band.high)}"
