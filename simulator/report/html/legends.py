"""The key of a chart: lists beside it rather than a part of it, so that they fold on a phone and can be read aloud."""

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from simulator.report.html.colours import Palette
from simulator.report.html.lanes import watched
from simulator.report.html.marks import SHAPES, dash, symbol
from simulator.report.view.figure import Bars, Grid, Lanes, Lines, Shape, Stack

BOX = '<rect x="3" y="0" width="16" height="12" rx="2"/>'
THIN = '<rect x="1" y="4" width="20" height="4"/>'
HATCH = '<path d="M3 6 9 0M3 12 15 0M9 12 19 2M15 12 19 8" stroke="var(--surface)" stroke-width="1.6"/>'
DASHED = '<path d="M11 0v12" stroke="currentColor" stroke-width="1.5" stroke-dasharray="3 2"/>'
MARK = '<path d="M11 0v12" stroke="currentColor" stroke-width="3"/>'
DOTTED = '<path d="M0 6h22" stroke="currentColor" stroke-width="1.5" stroke-dasharray="1.5 3"/>'
HATCHED = (
    '<rect x="3.5" y=".5" width="15" height="11" fill="none" stroke="currentColor"/>'
    '<path d="M3 6 9 0M3 12 15 0M9 12 19 2M15 12 19 8" stroke="currentColor" stroke-width="1.2"/>'
)


@dataclass(frozen=True)
class Entry:
    """One line of a key."""

    name: str
    variable: str
    """Of the style sheet: the colour."""
    drawing: Markup
    """Inside an SVG of 22 by 12."""


def legend(shapes: Iterable[Shape], palette: Palette) -> tuple[Entry, ...]:
    """Return the one key of shapes beside one another; empty where every mark has its name beside it."""
    return tuple(dict.fromkeys(entry for shape in shapes for entry in _of(shape, palette)))


def _of(shape: Shape, palette: Palette) -> tuple[Entry, ...]:
    match shape:
        case Bars():
            marks = ((shape.marks, MARK), *(((shape.reference[1], DASHED),) if shape.reference else ()))
            return tuple(_entry(name, "--text", drawing) for name, drawing in marks if name)
        case Stack():
            return tuple(
                _entry(
                    layer.name, palette.variable(layer.tone), BOX + (HATCH if layer.tone == "stall" else "")
                )
                for layer in shape.layers
                if any(layer.values)
            )
        case Lines():
            beside = dict.fromkeys(line.stands_for for line in shape.lines if line.stands_for)
            return (
                *(
                    _entry(line.name, palette.variable(line.tone), _stroke(palette.slot(line.tone)))
                    for line in shape.lines
                    if not line.stands_for
                ),
                *(_entry(name, "--text", DOTTED) for name in beside),
            )
        case Grid():
            squares = tuple(
                _entry(f"{letter} {name}", palette.variable(tone), BOX) for letter, name, tone in shape.key
            )
            pieces = {line.name: line.tone for line in shape.lines}  # a line with gaps is several of one name
            return squares + tuple(
                _entry(name, palette.variable(tone), _stroke(palette.slot(tone)))
                for name, tone in pieces.items()
            )
        case Lanes():
            return _lanes(shape)


def _lanes(shape: Lanes) -> tuple[Entry, ...]:
    seen = watched(shape)
    entries = [_entry("seen to run" if seen else "parse, its share on CPU", "--cpu", BOX)]
    if any(lane.queued_us for lane in shape.lanes):
        entries.append(_entry("could run, and no core was free", "--queue", BOX))
    if any(lane.parse_us for lane in shape.lanes):
        off = "parse begun, not seen to run" if seen else "parse, the rest of it: off CPU"
        entries.append(_entry(off, "--stall", HATCHED))
    if any(lane.network_us for lane in shape.lanes):
        entries.append(_entry("the server holds the request", "--network", THIN))
    if any(lane.resume_us for lane in shape.lanes):
        entries.append(_entry("the answer waits to be taken up", "--stall", THIN))
    return tuple(entries)


def _entry(name: str, colour: str, drawing: str) -> Entry:
    return Entry(name, colour, Markup(drawing))  # noqa: S704 - made of constants and numbers


def _stroke(slot: int | None) -> str:
    dashes = " ".join(map(str, dash(slot)))
    line = f'<path d="M0 6h22" stroke="currentColor" stroke-width="2" stroke-dasharray="{dashes}"/>'
    return line + SHAPES[symbol(slot)]
