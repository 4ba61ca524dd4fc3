"""How sure the numbers are that stand elsewhere without an interval: response times, memory, start-up."""

from collections.abc import Callable, Sequence

from simulator.report.view.columns import WHO, Shown, columns_of, measured, row_of
from simulator.report.view.parts import Column, Table
from simulator.report.view.rounds import titled
from simulator.result.document import CellResult
from simulator.stats.intervals import Interval
from simulator.text.numbers import NONE, factor, mb, ms, number

PERCENTILES = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "p99_9": 0.999}
OF_SAMPLES = (
    "Intervals are by the ranks of the pooled samples, as if no job had to do with another; where rounds differ, they"
    " are too narrow."
)
_OVER_ROUNDS = "its 95 % interval over the rounds; with fewer than 3 the range, in brackets"


def response_table(title: str, cells: Sequence[CellResult]) -> Table | None:
    """Return the response times of one combination with their intervals; null where no sample is known."""
    known = [cell for cell in cells if cell.response_ends]
    shown: list[Shown] = [WHO]
    names = [name for name, share in PERCENTILES.items() if any(share in _ends(cell) for cell in known)]
    for name in names:
        shown += [measured(name), _of_percentile(PERCENTILES[name])]
    shown += [_of_predicted(name) for name in names[-1:] if any(_over(cell, name) for cell in known)]
    return _table(f"{title}: response times", shown, known, OF_SAMPLES)


def resources_table(title: str, cells: Sequence[CellResult]) -> Table | None:
    """Return memory and start-up of one combination with their intervals; null where neither has one."""
    known = [cell for cell in cells if cell.memory_interval_bytes or cell.startup_interval_s]
    shown = (
        WHO,
        measured("memory"),
        Shown(Column("95 %", "MB", _OVER_ROUNDS), lambda cell: _reach(cell.memory_interval_bytes, mb)),
        measured("startup"),
        Shown(Column("95 %", "s", _OVER_ROUNDS), lambda cell: _reach(cell.startup_interval_s, number)),
    )
    return _table(f"{title}: memory and start-up", shown, known)


def ends_of(cell: CellResult, share: float) -> tuple[float, float] | None:
    """Return the ends (s) of the interval of a percentile; null where the samples carry none."""
    return _ends(cell).get(share)


def _ends(cell: CellResult) -> dict[float, tuple[float, float]]:
    return {share: (low, high) for share, low, high in cell.response_ends}


def _of_percentile(share: float) -> Shown:
    def text(cell: CellResult) -> str:
        ends = ends_of(cell, share)
        return NONE if ends is None else f"{ms(ends[0])}–{ms(ends[1])}"

    return Shown(Column("95 %", "ms", "its 95 % interval"), text)


def _of_predicted(name: str) -> Shown:
    explained = f"{name} over the one that is predicted from one job alone"
    return Shown(Column("of predicted", "×", explained), lambda cell: factor(_over(cell, name)))


def _over(cell: CellResult, name: str) -> float | None:
    """Return a measured percentile over the predicted one; null where one of them is not known."""
    guess = None if cell.predicted is None or not cell.predicted.whole else cell.predicted.percentile_s(name)
    seen = None if cell.response_time_s is None else getattr(cell.response_time_s, name)
    return None if guess is None or seen is None else seen / guess.median


def _reach(found: Interval | None, written: Callable[[float], str]) -> str:
    if found is None:
        return NONE
    text = f"{written(found.low)}–{written(found.high)}"
    return f"[{text}]" if found.kind == "range" else text


def _table(title: str, shown: Sequence[Shown], cells: Sequence[CellResult], *findings: str) -> Table | None:
    if not cells:
        return None
    rows = tuple(row_of(shown, cell) for cell in cells)
    return Table(titled(title, cells), columns_of(shown), rows, (), findings)
