"""One scale for all panels of a figure, so that what is longer in one of them is more."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from simulator.report.view.figure import Axis, Bars, Lanes, Lines, Panel, Shape, Stack


@dataclass(frozen=True)
class _Common:
    """What stands on one axis in all panels, gathered once for all of them."""

    among: tuple[float, ...]
    any_log: bool

    @classmethod
    def of(cls, alike: Iterable[tuple[Axis, Sequence[float]]]) -> "_Common":
        """Gather it from each axis and what stands on it."""
        axes = list(alike)
        values = {value for _, along in axes for value in along}
        return cls(tuple(sorted(values)), any(axis.scale == "log" for axis, _ in axes))

    def on(self, axis: Axis) -> Axis:
        """Return the axis with the values of all, logarithmic where one is and none has a value that it cannot show."""
        scale = axis.scale
        if scale != "tail" and self.any_log:
            scale = "log" if self.among and self.among[0] > 0 else "linear"
        return replace(axis, scale=scale, among=self.among)


def on_one_scale(panels: Sequence[Panel]) -> tuple[Panel, ...]:
    """Return the panels, whose shapes are of one kind, each axis with what stands on it in any of them."""
    shapes = [panel.shape for panel in panels]
    lines = [shape for shape in shapes if isinstance(shape, Lines)]
    lanes = [shape.width_us for shape in shapes if isinstance(shape, Lanes)]
    axes = {
        kind: _Common.of((shape.axis, shape.along) for shape in shapes if isinstance(shape, kind))
        for kind in (Bars, Stack)
    }
    x, y = _Common.of((each.x, each.xs) for each in lines), _Common.of((each.y, each.ys) for each in lines)

    def scaled(shape: Shape) -> Shape:
        match shape:
            case Bars() | Stack():
                return replace(shape, axis=axes[type(shape)].on(shape.axis))
            case Lines():
                return replace(shape, x=x.on(shape.x), y=y.on(shape.y))
            case Lanes():
                return replace(shape, width_us=max(lanes))
        return shape

    return tuple(replace(panel, shape=scaled(panel.shape)) for panel in panels)
