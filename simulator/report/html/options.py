"""Shapes of figures as options of ECharts: plain data, the same in every theme, so that any page can draw them.

Colours are tokens (colours.py). Where ECharts wants a function there is the name of one that report.js has, as
`@whisker-x` and `@square`; it looks for names only under the keys of colours, renderers and formatters, so that a text
of a user that begins with `@` is a text.
"""

from collections.abc import Iterable
from typing import Any

from simulator.report.html.axes import Option, grid, names, numbers, tail
from simulator.report.html.colours import Palette
from simulator.report.html.lanes import lanes
from simulator.report.html.marks import dash, symbol
from simulator.report.html.squares import squares
from simulator.report.view.figure import Axis, Bar, Bars, Grid, Lanes, Line, Lines, Shape, Spot, Stack
from simulator.text.numbers import number, share

BAR_PX, STACK_PX, LINES_PX, SMALL_LINES_PX = 36, 34, 340, 260
AROUND_PX = 62
"""What an axis of numbers and its name take."""
MANY_SPOTS = 16
"""More than these are drawn as a line without marks."""


def chart(shape: Shape, palette: Palette, *, small: bool = False) -> dict[str, Any]:
    """Return `option`, what ECharts is to draw, and `height`, in pixels; `small`: others stand beside it."""
    match shape:
        case Bars():
            height, option = _bars(shape, palette)
        case Stack():
            height, option = _stack(shape, palette)
        case Lines():
            height, option = SMALL_LINES_PX if small else LINES_PX, _lines(shape, palette)
        case Grid():
            height, option = squares(shape, palette)
        case Lanes():
            height, option = lanes(shape)
    return {"height": height, "option": {**_common(), **option}}


def _common() -> Option:
    return {
        "animation": False,
        "textStyle": {"fontFamily": "inherit", "color": "@text"},
        "tooltip": {
            "confine": True,
            "backgroundColor": "@surface",
            "borderColor": "@line",
            "textStyle": {"color": "@text", "fontSize": 13},
            "formatter": "@tip",
        },
    }


def _bars(shape: Bars, palette: Palette) -> tuple[int, Option]:
    drawn = [(index, bar) for index, bar in enumerate(shape.bars) if bar is not None]
    reference = shape.reference
    series: list[Option] = [
        {
            "type": "bar",
            "barMaxWidth": 18,
            "barMinHeight": 1,
            "data": [
                {"value": "-"}
                if bar is None
                else {
                    "value": bar.value,
                    "itemStyle": {"color": palette.token(bar.tone), "borderRadius": [0, 2, 2, 0]},
                    "tip": _tip(name, bar, shape.axis),
                }
                for name, bar in zip(shape.names, shape.bars, strict=True)
            ],
        },
        {
            "type": "custom",
            "renderItem": "@whisker-x",
            "encode": {"x": [0, 1], "y": 2},
            "silent": True,
            "z": 4,
            "data": [
                {"value": [bar.low, bar.high, index], "color": "@text"}
                for index, bar in drawn
                if bar.low is not None and bar.high is not None
            ],
        },
        {
            "type": "scatter",
            "symbolSize": 1,
            "silent": True,
            "z": 6,
            "itemStyle": {"color": "transparent"},
            "label": {
                "show": True,
                "position": "right",
                "formatter": "{b}",
                "color": "@text",
                "fontSize": 12,
                "backgroundColor": "@surface",
                "padding": [1, 2],
            },
            "data": [
                {"value": [max(*bar.reach, bar.mark or 0.0), index], "name": number(bar.value)}
                for index, bar in drawn
            ],
        },
    ]
    if shape.marks:
        series.append(_marks(shape))
    if reference is not None:
        series[0]["markLine"] = {
            "symbol": "none",
            "silent": True,
            "lineStyle": {"color": "@text", "type": "dashed"},
            "label": {"show": False},
            "data": [{"xAxis": reference[0]}],
        }
    return AROUND_PX + BAR_PX * len(shape.names), {
        "grid": grid(right=58),
        "xAxis": numbers(shape.axis, shape.along),
        "yAxis": names(shape.names, inverse=True),
        "series": series,
    }


def _marks(shape: Bars) -> Option:
    """Return a stroke across each bar that has a mark, in its surface's colour but for an edge, so that it is seen."""
    return {
        "type": "scatter",
        "symbol": "rect",
        "symbolSize": [3, 24],
        "z": 5,
        "itemStyle": {"color": "@text", "borderColor": "@surface", "borderWidth": 1},
        "data": [
            {
                "value": [bar.mark, index],
                "tip": f"{name}\n{shape.marks}: {quantity(bar.mark, shape.axis.unit)}",
            }
            for index, (name, bar) in enumerate(zip(shape.names, shape.bars, strict=True))
            if bar is not None and bar.mark is not None
        ],
    }


def _stack(shape: Stack, palette: Palette) -> tuple[int, Option]:
    return AROUND_PX + STACK_PX * len(shape.names), {
        "grid": grid(),
        "xAxis": numbers(shape.axis, shape.along),
        "yAxis": names(shape.names, inverse=True),
        "series": [
            {
                "type": "bar",
                "stack": "whole",
                "name": layer.name,
                "barMaxWidth": 20,
                "itemStyle": {
                    "color": palette.token(layer.tone),
                    "borderColor": "@surface",
                    "borderWidth": 0.5,
                    # What costs the most and is seen the least is hatched, too.
                    **({"decal": _hatch()} if layer.tone == "stall" else {}),
                },
                "data": [
                    {"value": value, "tip": f"{name}\n{layer.name}: {quantity(value, shape.axis.unit)}"}
                    for name, value in zip(shape.names, layer.values, strict=True)
                ],
            }
            for layer in shape.layers
        ],
    }


def _hatch() -> Option:
    return {
        "symbol": "rect",
        "color": "@surface",
        "dashArrayX": [1, 0],
        "dashArrayY": [2, 4],
        "rotation": -0.7854,
    }


def _lines(shape: Lines, palette: Palette) -> Option:
    return {
        "grid": grid(),
        "xAxis": numbers(shape.x, shape.xs, ticks=shape.x.among or shape.xs),
        "yAxis": numbers(shape.y, shape.ys),
        "series": [one for line in shape.lines for one in _line(line, shape, palette)],
    }


def _dotted(line: Line, shape: Lines, palette: Palette) -> Option:
    """Return a line beside another one."""
    token = palette.token(line.tone)
    return {
        "type": "line",
        "name": f"{line.name}, {line.stands_for}",
        "symbol": "emptyCircle",
        "symbolSize": 5,
        "showAllSymbol": True,
        "color": token,
        "lineStyle": {"width": 1.5, "color": token, "type": "dotted"},
        "itemStyle": {"color": token},
        "z": 1,
        "data": [
            {
                "value": [_place(spot.x, shape.x), _place(spot.y, shape.y)],
                "tip": _spot_tip(f"{line.name}, {line.stands_for}", spot, shape),
            }
            for spot in line.spots
        ],
    }


def _line(line: Line, shape: Lines, palette: Palette) -> Iterable[Option]:
    if line.stands_for:
        yield _dotted(line, shape, palette)
        return
    token, slot = palette.token(line.tone), palette.slot(line.tone)
    yield {
        "type": "line",
        "name": line.name,
        "symbol": symbol(slot),
        "symbolSize": 4 if len(line.spots) > MANY_SPOTS else 8,
        "showAllSymbol": True,
        "color": token,
        "lineStyle": {"width": 2, "color": token, "type": list(dash(slot)) or "solid"},
        "itemStyle": {"color": token},
        "data": [
            {
                "value": [_place(spot.x, shape.x), _place(spot.y, shape.y)],
                "tip": _spot_tip(line.name, spot, shape),
            }
            for spot in line.spots
        ],
    }
    reaching = [spot for spot in line.spots if spot.low is not None and spot.high is not None]
    if reaching:
        yield {
            "type": "custom",
            "renderItem": "@whisker-y",
            "encode": {"x": 2, "y": [0, 1]},
            "silent": True,
            "data": [
                {
                    "value": [
                        _place(spot.low or 0.0, shape.y),
                        _place(spot.high or 0.0, shape.y),
                        _place(spot.x, shape.x),
                    ],
                    "color": token,
                }
                for spot in reaching
            ],
        }


def _place(value: float, axis: Axis) -> float:
    return tail(value) if axis.scale == "tail" else value


def quantity(value: float, unit: str) -> str:
    """Return a number with its unit."""
    return share(value / 100) if unit == "%" else f"{number(value)} {unit}".rstrip()


def _tip(name: str, bar: Bar, axis: Axis) -> str:
    return f"{name}\n{axis.name}: {quantity(bar.value, axis.unit)}{_span(bar.low, bar.high)}"


def _spot_tip(name: str, spot: Spot, shape: Lines) -> str:
    x, y = (
        f"{value * 100:.5g} %" if axis.scale == "tail" else quantity(value, axis.unit)
        for value, axis in ((spot.x, shape.x), (spot.y, shape.y))
    )
    return f"{name}\n{shape.x.name}: {x}\n{shape.y.name}: {y}{_span(spot.low, spot.high)}"


def _span(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f" ({number(low)} to {number(high)})"
