"""Where one strategy begins to beat another: measured ratios over the parse cost, and the fitted shape beside them."""

from collections.abc import Sequence

from simulator.analysis.combinations import Key, key_of, named
from simulator.measures.factors import PARSE_COST
from simulator.measures.varying import varying
from simulator.report.view.figure import STRATEGY, Axis, Figure, Line, Lines, Panel, Spot
from simulator.report.view.figures.scales import on_one_scale
from simulator.report.view.matrix import crossover_text
from simulator.report.view.parts import Column, Table
from simulator.result.document import Crossover, ResultDocument
from simulator.text.numbers import duration, factor, ms, share
from simulator.text.words import form, listed, sentence

TITLE = "Where the answer flips"
_COLUMNS = (
    Column("pair", "", "the first over the second", numeric=False),
    Column("parse CPU", "ms", "per page, measured"),
    Column("ratio", "×", "of their pages/s"),
    Column("low", "×", "of the interval; those of all costs hold together"),
    Column("high", "×", "likewise"),
    Column("flips at", "ms", "the parse CPU from which on the first wins by more than the margin"),
)


def build(document: ResultDocument) -> Figure | None:
    """Return the figure; null where no crossover has measured ratios with intervals."""
    groups: dict[Key, list[Crossover]] = {}
    for found in document.crossovers:
        if found.points:
            groups.setdefault(key_of(found.scope, PARSE_COST), []).append(found)
    if not groups:
        return None
    varied = varying([dict(key) for key in groups])
    panels = [
        Panel(
            ", ".join(named(name, level) for name, level in key if name in varied),
            _shape(members),
            _summary(members, document.margin),
            Table(TITLE, _COLUMNS, tuple(row for one in members for row in _rows(one)), (), ()),
        )
        for key, members in groups.items()
    ]
    return Figure(
        "flip",
        TITLE,
        "From which parse cost on does one strategy beat another?",
        on_one_scale(panels),
        (
            (
                "Points are measured, with their intervals; the other line is the shape that physics gives, fitted to"
                " them: flat while both wait, rising from where one runs full."
            ),
            f"A strategy wins where its ratio is above {factor(1 + document.margin)}.",
        ),
    )


def _shape(members: Sequence[Crossover]) -> Lines:
    drawn: list[Line] = []
    for found in members:
        name, tone = f"{found.faster} over {found.slower}", STRATEGY + found.slower
        drawn.append(
            Line(
                name,
                tone,
                tuple(
                    Spot(point.cost_s * 1e3, point.ratio.median, point.ratio.low, point.ratio.high)
                    for point in found.points
                ),
            )
        )
        if found.curve:
            drawn.append(Line(f"{name}, fitted", tone, tuple(Spot(x * 1e3, y) for x, y in found.curve)))
    return Lines(Axis("parse CPU per page, measured", "ms", "log"), Axis("ratio", "×"), tuple(drawn))


def _summary(members: Sequence[Crossover], margin: float) -> str:
    told = [_told(found) for found in members]
    return f"{sentence(listed(told))}: by more than {share(margin)}."


def _told(found: Crossover) -> str:
    beat = f"{found.faster} {form(found.faster, 'beats', 'beat')} {found.slower}"
    match found.kind:
        case "always":
            return f"{beat} at every cost"
        case "never":
            return f"{beat} at none"
        case "undecided":
            return f"whether {beat} the rounds do not tell"
    at = duration(found.cost_s) if found.cost_s is not None else f"{crossover_text(found)} ms"
    return f"{beat} from {at} on"


def _rows(found: Crossover) -> list[tuple[str, ...]]:
    return [
        (
            f"{found.faster} over {found.slower}",
            ms(point.cost_s),
            factor(point.ratio.median),
            factor(point.ratio.low),
            factor(point.ratio.high),
            crossover_text(found),
        )
        for point in found.points
    ]
