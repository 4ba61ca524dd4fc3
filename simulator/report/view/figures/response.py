"""Response times, up to the highest percentile that the samples carry."""

from collections.abc import Sequence

from simulator.analysis.combinations import Combination, combinations
from simulator.report.view.columns import STRATEGY, starred
from simulator.report.view.figure import Axis, Figure, Line, Lines, Panel, Spot
from simulator.report.view.figures.drawn import compared, made, missing, ok, scale, tone, unknown
from simulator.report.view.figures.wording import spread
from simulator.report.view.parts import Column, Table
from simulator.result.document import CellResult, ResultDocument
from simulator.text.numbers import NONE, duration, ms
from simulator.text.words import sentence

TITLE = "Response times"
HALF = 0.5
NAMED = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "p99_9": 0.999}

Curve = tuple[tuple[float, float], ...]


def build(document: ResultDocument) -> Figure | None:
    """Return a line for each strategy; null where no samples carry a percentile."""
    panels = made(combinations(document), _panel)
    if not panels:
        return None
    return Figure(
        "response",
        TITLE,
        "How long does a job take, and how long do the slowest take?",
        panels,
        (
            (
                "From the moment a job is due until its record is ready; exact percentiles of the pooled raw samples,"
                " as far as 10 samples lie beyond. To the right every further nine is as wide as the one before."
            ),
            "No interval is known of a percentile: small differences may be luck.",
        ),
    )


def curve(cell: CellResult) -> Curve:
    """Return shares below 1 and seconds; of a document that has no curve the few percentiles that it has."""
    if cell.response_curve or cell.response_time_s is None:
        return cell.response_curve
    known = ((share, getattr(cell.response_time_s, name)) for name, share in NAMED.items())
    return tuple((share, seconds) for share, seconds in known if seconds is not None)


def _panel(group: Combination, name: str) -> Panel | None:
    cells = ok(group.cells)
    curves = [(cell, curve(cell)) for cell in cells]
    known = [(cell, found) for cell, found in curves if found]
    if not known:
        return None
    seconds = [each for _, found in known for _, each in found]
    shares = sorted({share for _, found in known for share, _ in found})
    return Panel(
        name,
        Lines(
            Axis("share of jobs", "", "tail"),
            Axis("response time", "ms", scale(seconds)),
            tuple(
                Line(starred(cell), tone(cell), tuple(Spot(share, each * 1e3) for share, each in found))
                for cell, found in known
            ),
        ),
        _summary(known),
        Table(
            f"{TITLE}: {group.title}",
            (STRATEGY, *(Column(_percentile(share), "ms", _explained(share)) for share in shares)),
            tuple(
                (starred(cell), *(ms(dict(found).get(share)) for share in shares)) for cell, found in known
            ),
            (
                *missing(group.cells),
                *unknown([cell for cell, found in curves if not found], "too few samples for any percentile"),
                *(
                    (f"{NONE}: fewer than 10 samples lie beyond",)
                    if len({f[-1][0] for _, f in known}) > 1
                    else ()
                ),
            ),
            (),
        ),
    )


def _percentile(share: float) -> str:
    return f"p{share * 100:.10g}"


def _explained(share: float) -> str:
    return f"{share * 100:.10g} % of the jobs took at most this long" if share else "the shortest"


def _summary(known: Sequence[tuple[CellResult, Curve]]) -> str:
    by_id = {cell.id: dict(found) for cell, found in known}
    cells = compared([cell for cell, _ in known])
    shares = set.intersection(*(set(by_id[cell.id]) for cell in cells))
    told = [f"{_who(share)} within {_reach(cells, by_id, share)}" for share in _telling(shares)]
    if not told:
        return "The samples of some strategies carry no percentile that says anything."
    return "; ".join([sentence(told[0]), *told[1:]]) + "."


def _telling(shares: set[float]) -> list[float]:
    """Return the median and the highest percentile that all carry."""
    return sorted({share for share in (HALF, max(shares, default=0.0)) if share in shares and share > 0})


def _who(share: float) -> str:
    return "half of the jobs are ready" if share == HALF else f"{share * 100:.10g} %"


def _reach(cells: Sequence[CellResult], by_id: dict[str, dict[float, float]], share: float) -> str:
    return spread([(starred(cell), by_id[cell.id][share]) for cell in cells], duration)
