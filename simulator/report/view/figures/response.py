"""Response times, up to the highest percentile that the samples carry."""

from collections.abc import Iterator, Sequence

from simulator.analysis.combinations import Combination
from simulator.report.view.columns import STRATEGY, starred
from simulator.report.view.figure import Axis, Line, Lines, Spot
from simulator.report.view.figures.drawn import (
    PREDICTED,
    Chart,
    Picture,
    compared,
    having,
    lines,
    missing,
    ok,
    scale,
    tone,
    unknown,
)
from simulator.report.view.figures.wording import spread
from simulator.report.view.parts import Column
from simulator.report.view.sureness import OF_SAMPLES, PERCENTILES, ends_of
from simulator.result.document import CellResult, ResultDocument
from simulator.text.numbers import NONE, duration, ms
from simulator.text.words import sentence

HALF = 0.5

Curve = tuple[tuple[float, float], ...]


def curve(cell: CellResult) -> Curve:
    """Return shares below 1 and seconds; of a document that has no curve the few percentiles that it has."""
    if cell.response_curve or cell.response_time_s is None:
        return cell.response_curve
    known = ((share, getattr(cell.response_time_s, name)) for name, share in PERCENTILES.items())
    return tuple((share, seconds) for share, seconds in known if seconds is not None)


def _picture(group: Combination, _: ResultDocument) -> Picture | None:
    known = having(group.cells, lambda cell: curve(cell) or None)
    if not known:
        return None
    seconds = [each for _, found in known for _, each in found]
    shares = sorted({share for _, found in known for share, _ in found})
    lacking = [cell for cell in ok(group.cells) if not curve(cell)]
    foreseen = sorted({share for cell, _ in known for share in _foreseen(cell)})
    uneven = len({found[-1][0] for _, found in known}) > 1
    return Picture(
        Lines(
            Axis("share of jobs", "", "tail"),
            Axis("response time", "ms", scale(seconds)),
            (
                *lines(
                    ([pair] for pair in known),
                    lambda cell, found: [_spot(cell, share, each) for share, each in found],
                ),
                *(line for cell, _ in known for line in _predicted(cell)),
            ),
        ),
        _summary(known),
        (
            STRATEGY,
            *(Column(_percentile(share), "ms", _explained(share)) for share in shares),
            *(Column(f"{_percentile(share)} predicted", "ms", PREDICTED) for share in foreseen),
        ),
        tuple(
            (
                starred(cell),
                *(_text(cell, found, share) for share in shares),
                *(ms(_foreseen(cell).get(share)) for share in foreseen),
            )
            for cell, found in known
        ),
        (
            *missing(group.cells),
            *unknown(lacking, "too few samples for any percentile"),
            *((f"{NONE}: fewer than 10 samples lie beyond",) if uneven else ()),
        ),
    )


def _predicted(cell: CellResult) -> Iterator[Line]:
    """Yield the line between the percentiles that are predicted; none where nothing is."""
    spots = tuple(Spot(share, each * 1e3) for share, each in _foreseen(cell).items())
    if spots:
        yield Line(starred(cell), tone(cell), spots, PREDICTED)


def _foreseen(cell: CellResult) -> dict[float, float]:
    """Return shares of jobs, and the response time (s) that is predicted for them."""
    found = cell.predicted
    if found is None:
        return {}
    bands = ((share, found.percentile_s(name)) for name, share in PERCENTILES.items())
    return {share: band.median for share, band in bands if band is not None}


def _spot(cell: CellResult, share: float, seconds: float) -> Spot:
    low, high = ends_of(cell, share) or (None, None)
    return Spot(share, seconds * 1e3, low and low * 1e3, high and high * 1e3)


def _text(cell: CellResult, found: Curve, share: float) -> str:
    """Return a percentile, and below it the ends of its interval where they are known."""
    text, ends = ms(dict(found).get(share)), ends_of(cell, share)
    return text if ends is None else f"{text}\n{ms(ends[0])}–{ms(ends[1])}"


def _percentile(share: float) -> str:
    return f"p{share * 100:.10g}"


def _explained(share: float) -> str:
    return (
        f"{share * 100:.10g} % of the jobs took at most this long; below: 95 %" if share else "the shortest"
    )


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


CHART = Chart(
    "response",
    "Response times",
    "How long does a job take, and how long do the slowest take?",
    _picture,
    (
        (
            "From the moment a job is due until its record is ready; exact percentiles of the pooled raw samples,"
            " as far as 10 samples lie beyond. To the right every further nine is as wide as the one before."
        ),
        f"Whiskers are 95 % intervals. {OF_SAMPLES}",
    ),
)
