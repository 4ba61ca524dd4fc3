"""A grid as options of ECharts: squares on axes of names, lines across them on hidden axes of numbers."""

from simulator.report.html.axes import Option, grid, named, names
from simulator.report.html.colours import Palette
from simulator.report.html.marks import dash, symbol
from simulator.report.view.figure import Grid

ROW_PX, AROUND_PX = 62, 60
NO_LINE: Option = {"axisLine": {"show": False}}
"""Squares need none, and it would stand where the hidden axes have their zero: in the middle of the first square."""


def squares(shape: Grid, palette: Palette) -> tuple[int, Option]:
    """Return the height in pixels, and the option."""
    columns, rows = len(shape.columns), len(shape.rows)
    squares: list[Option] = [
        {
            "value": [x, y],
            "color": palette.token(square.tone),
            "strength": min(1.0, max(0.0, square.strength)),
            "letter": square.letter,
            "text": square.text,
            "tip": f"{shape.columns[x]}, {shape.rows[y]}\n{square.explanation}",
        }
        for y, row in enumerate(shape.squares)
        for x, square in enumerate(row)
        if square is not None
    ]
    lines: list[Option] = [
        {
            "type": "line",
            "name": line.name,
            "xAxisIndex": 1,
            "yAxisIndex": 1,
            "silent": True,
            "z": 5,
            "symbol": symbol(palette.slot(line.tone)),
            "symbolSize": 8,
            "color": palette.token(line.tone),
            # The surface around it keeps it apart from squares of the same colour.
            "lineStyle": {
                "width": 3,
                "color": palette.token(line.tone),
                "type": list(dash(palette.slot(line.tone))) or "solid",
            },
            "itemStyle": {"color": palette.token(line.tone), "borderColor": "@surface", "borderWidth": 1},
            "data": [[spot.x, spot.y] for spot in line.spots],
        }
        for line in shape.lines
    ]
    outlines: list[Option] = [
        {**line, "z": 4, "symbol": "none", "lineStyle": {"width": 7, "color": "@surface"}} for line in lines
    ]
    return AROUND_PX + ROW_PX * rows, {
        "grid": grid(right=6),
        "xAxis": [{**names(shape.columns, title=named(shape.x)), **NO_LINE}, _hidden(columns)],
        "yAxis": [{**names(shape.rows, title=named(shape.y)), **NO_LINE}, _hidden(rows)],
        "series": [
            {"type": "custom", "renderItem": "@square", "encode": {"x": 0, "y": 1}, "data": squares},
            *outlines,
            *lines,
        ],
    }


def _hidden(count: int) -> Option:
    return {"type": "value", "show": False, "min": -0.5, "max": count - 0.5}
