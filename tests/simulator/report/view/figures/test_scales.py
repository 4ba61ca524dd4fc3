"""Panels of one figure on one scale."""

from simulator.report.html.axes import numbers
from simulator.report.view.figure import Axis, Bar, Bars, Line, Lines, Panel, Shape, Spot
from simulator.report.view.figures.scales import on_one_scale
from simulator.report.view.parts import Table

NONE = Table("", (), (), (), ())


def scaled(*shapes: Shape) -> list[Shape]:
    return [panel.shape for panel in on_one_scale([Panel("", shape, "", NONE) for shape in shapes])]


def test_every_axis_ends_where_the_longest_of_all_panels_does() -> None:
    axis = Axis("throughput", "pages/s")
    small = Bars(("threads",), (Bar(10.0, 9.0, 11.0),), axis)
    large = Bars(("threads",), (Bar(380.0, 300.0, 410.0),), axis, (500.0, "jobs that come"))
    made = [numbers(shape.axis, shape.along) for shape in scaled(small, large) if isinstance(shape, Bars)]
    assert made[0] == made[1]
    assert (made[0]["min"], made[0]["max"], made[0]["interval"]) == (0, 600, 200)


def test_times_are_logarithmic_in_all_panels_or_in_none() -> None:
    def lines(scale: str, *ys: float) -> Lines:
        spots = tuple(Spot(float(at + 1), y) for at, y in enumerate(ys))
        y = Axis("response time", "ms", "log" if scale == "log" else "linear")
        return Lines(Axis("jobs in flight", "", "log"), y, (Line("threads", "plain", spots),))

    def scales(*shapes: Lines) -> list[str]:
        return [shape.y.scale for shape in scaled(*shapes) if isinstance(shape, Lines)]

    assert scales(lines("log", 1, 100), lines("linear", 5, 6)) == ["log", "log"]
    assert scales(lines("log", 1, 100), lines("linear", 0, 6)) == ["linear", "linear"]
    assert scales(lines("linear", 1, 2), lines("linear", 5, 6)) == ["linear", "linear"]
