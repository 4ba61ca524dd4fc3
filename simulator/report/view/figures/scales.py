"""One scale for all panels of a figure, so that what is longer in one of them is more."""

from collections.abc import Sequence
from dataclasses import replace

from simulator.report.view.figure import Axis, Bars, Lanes, Lines, Panel, Shape, Stack


def on_one_scale(panels: Sequence[Panel]) -> tuple[Panel, ...]:
    """Return the panels, whose shapes are of one kind, each axis with what stands on it in any of them."""
    shapes = [panel.shape for panel in panels]
    return tuple(replace(panel, shape=_scaled(panel.shape, shapes)) for panel in panels)


def _scaled(shape: Shape, shapes: Sequence[Shape]) -> Shape:
    match shape:
        case Bars() | Stack():
            alike = [each for each in shapes if isinstance(each, type(shape))]
            axes = [(each.axis, each.along) for each in alike]
            return replace(shape, axis=_common(shape.axis, axes))
        case Lines():
            lines = [each for each in shapes if isinstance(each, Lines)]
            return replace(
                shape,
                x=_common(shape.x, [(each.x, each.xs) for each in lines]),
                y=_common(shape.y, [(each.y, each.ys) for each in lines]),
            )
        case Lanes():
            return replace(shape, width_us=max(each.width_us for each in shapes if isinstance(each, Lanes)))
    return shape


def _common(axis: Axis, alike: Sequence[tuple[Axis, Sequence[float]]]) -> Axis:
    """Return the axis with the values of all, logarithmic where one is and none has a value that it cannot show."""
    among = tuple(sorted({value for _, values in alike for value in values}))
    scale = axis.scale
    if scale != "tail" and any(each.scale == "log" for each, _ in alike):
        scale = "log" if among and among[0] > 0 else "linear"
    return replace(axis, scale=scale, among=among)
