"""Who wins at which parse cost and at which of the other levels, and where that turns."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import log

from simulator.analysis.combinations import Key, key_of
from simulator.analysis.matrix import Matrix, by_pair, matrix
from simulator.analysis.standing import Standing
from simulator.measures.factors import PARSE_COST
from simulator.report.view.figure import STRATEGY, Axis, Figure, Grid, Line, Panel, Spot, Square
from simulator.report.view.figures.letters import letters
from simulator.report.view.matrix import crossover_text, picture, told, winner_text
from simulator.report.view.parts import Column, Table
from simulator.result.document import Crossover, ResultDocument
from simulator.text.numbers import NONE, duration, ms, times
from simulator.text.words import form, names, plural

TITLE = "Who wins where"
FULL = 3.0
"""From this lead on the colour is full."""


def build(document: ResultDocument) -> Figure | None:
    """Return the map; null where not both the parse cost and another factor vary, or nothing valid was measured."""
    found = matrix(document)
    if found is None or not any(place.best for place in found.standings.values()):
        return None
    levels = _rising(found)
    known = {cell.strategy for cell in document.cells if cell.baseline_id is not None}
    letter = letters([name for name in _strategies(document) if name in known])
    winners = dict.fromkeys(
        place.best for place in found.standings.values() if place.best and not _several(place)
    )
    rows = tuple(found.rows)
    grid = Grid(
        x=Axis("parse CPU per page, measured", "ms", "log"),
        y=Axis(", ".join(found.paths), ""),
        columns=tuple(_column(found, level) for level in levels),
        rows=tuple(found.rows[key] for key in rows),
        squares=tuple(tuple(_square(found, key, level, letter) for level in levels) for key in rows),
        key=tuple((letter[name], name, STRATEGY + name) for name in letter if name in winners),
        lines=tuple(_lines(document, found, levels)),
    )
    return Figure(
        "crossover-map",
        TITLE,
        "Which strategy is fastest for this parse cost, and where does the answer turn?",
        (Panel("", grid, picture(found), _table(document, found, levels)),),
        tuple(_notes(document, grid)),
    )


def _strategies(document: ResultDocument) -> list[str]:
    return list(dict.fromkeys(cell.strategy for cell in document.cells))


def _rising(found: Matrix) -> list[str]:
    """Return the parse costs by what was measured; as they are listed, where that is not known of all."""
    costs = {level: cost for level, cost in found.costs.items() if cost is not None}
    return (
        sorted(costs, key=lambda level: costs[level]) if len(costs) == len(found.costs) else list(found.costs)
    )


def _column(found: Matrix, level: str) -> str:
    cost = found.costs[level]
    return f"{level} asked" if cost is None else ms(cost)


def _several(place: Standing) -> bool:
    return place.sure and bool(place.near or place.open)


def _square(found: Matrix, key: Key, level: str, letter: Mapping[str, str]) -> Square | None:
    place = found.standings.get((key, level))
    if place is None:
        return None
    cost = found.costs[level]
    where = ", ".join(f"{path} {dict(key).get(path, NONE)}" for path in found.paths)
    where += f", {PARSE_COST} {level}" + ("" if cost is None else f" ({duration(cost)} of CPU)")
    explanation = f"{where}: {_explained(place)}."
    if place.best is None:
        return Square("", place.status, "muted", 0.0, explanation)
    if place.sure and place.open:
        return Square("?", "cannot tell", "muted", 0.0, explanation)
    if place.sure and place.near:
        return Square("=", "as fast", "plain", 0.0, explanation)
    ratio = None if place.lead is None else place.lead.median
    lead = "alone" if ratio is None else times(ratio)
    strength = 0.0 if ratio is None else min(1.0, max(0.0, log(ratio) / log(FULL)))
    return Square(
        letter[place.best], lead if place.sure else f"{lead}?", STRATEGY + place.best, strength, explanation
    )


def _explained(place: Standing) -> str:
    """Return in words what a square shows."""
    best = place.best
    if best is None:
        return f"no valid number ({place.status})"
    if place.lead is None:
        told = f"{best} {form(best, 'has', 'have')} nothing to be compared with"
    elif not place.sure:
        told = (
            f"{best} did most, {times(place.lead)} the next, which fewer than 3 rounds cannot tell from luck"
        )
    elif _several(place):
        told = f"{best} {form(best, 'leads', 'lead')}"
        if place.near:
            told += f"; {names(place.near)} {plural(place.near, 'is', 'are')} as fast"
        if place.open:
            told += f"; of {names(place.open)} the rounds cannot tell"
        if place.slower:
            told += f"; {names(place.slower)} {plural(place.slower, 'is', 'are')} slower"
    else:
        told = f"{best} {form(best, 'is', 'are')} fastest, {times(place.lead.median)} the next"
    if place.baseline_best:
        told += "; one job after the other is as fast, or faster"
    if not place.complete:
        told += "; not every strategy has a valid number here"
    return told


def _lines(document: ResultDocument, found: Matrix, levels: Sequence[str]) -> Iterator[Line]:
    """Return the crossovers, joined from row to row where rows differ in one level and both have one.

    A line has the tone of the slower strategy: the squares beyond it have that of the faster one already.
    """
    rows = list(found.rows)
    costs = [found.costs[level] for level in levels]
    for (faster, slower), members in by_pair(document).items():
        by_row = {key_of(member.scope, PARSE_COST): member for member in members}
        run: list[Spot] = []
        for y, key in enumerate(rows):
            x = _place(by_row.get(key), costs)
            if run and (x is None or not _adjoin(rows[y - 1], key)):
                yield Line(f"{faster} over {slower}", STRATEGY + slower, tuple(run))
                run = []
            if x is not None:
                run.append(Spot(x, float(y)))
        if run:
            yield Line(f"{faster} over {slower}", STRATEGY + slower, tuple(run))


def _adjoin(one: Key, other: Key) -> bool:
    return len(set(one) ^ set(other)) == 2  # noqa: PLR2004 - one level given up for one other


def _place(found: Crossover | None, costs: Sequence[float | None]) -> float | None:
    """Return where among the columns a crossover lies, in the logarithm of the cost; null where that is not known."""
    if found is None or found.kind != "crossing" or found.cost_s is None:
        return None
    for x, (left, right) in enumerate(pairwise(costs)):
        if left is None or right is None or not 0 < left < right:
            continue
        if left <= found.cost_s <= right:
            return x + log(found.cost_s / left) / log(right / left)
    return None


def _table(document: ResultDocument, found: Matrix, levels: Sequence[str]) -> Table:
    pairs = by_pair(document)
    rows = {
        names: {key_of(each.scope, PARSE_COST): each for each in members} for names, members in pairs.items()
    }
    return Table(
        TITLE,
        (
            Column(", ".join(found.paths), "", "what varies besides the parse cost", numeric=False),
            *(
                Column(
                    level,
                    "" if found.costs[level] is None else f"{ms(found.costs[level])} ms",
                    "the fastest at this parse cost, and how many times faster it is than the next; below: the CPU"
                    " per page that was measured",
                )
                for level in levels
            ),
            *(
                Column(
                    f"{faster} over {slower}",
                    "ms",
                    "the parse CPU from which on it is faster, and its 95 % interval",
                )
                for faster, slower in pairs
            ),
        ),
        tuple(
            (
                name,
                *(winner_text(found.standings.get((key, level))).replace("\n", " ") for level in levels),
                *(crossover_text(members.get(key)) for members in rows.values()),
            )
            for key, name in found.rows.items()
        ),
        (),
        told(document),
    )


def _notes(document: ResultDocument, grid: Grid) -> Iterator[str]:
    yield (
        "The letter is of the fastest strategy, below it how many times faster it is than the next; = several are"
        " surely as fast; ? the rounds cannot tell."
    )
    if any(square is not None and square.text.endswith("?") for row in grid.squares for square in row):
        yield "? fewer than 3 rounds cannot tell whether that is luck."
    if grid.lines:
        yield (
            "A line is where one strategy begins to beat another, between the costs that were measured on a"
            " logarithmic scale; where it has gaps, no crossing is certain there."
        )
    elif document.crossovers:
        yield "No line: nowhere inside what was measured is a crossing certain; the table has what is known."
