"""Figures of every shape, with names as long and numbers as large as they get, and pages of them."""

from collections.abc import Sequence

from simulator.report.html.colours import FIXED
from simulator.report.view.document import Page, Section
from simulator.report.view.figure import (
    Axis,
    Bar,
    Bars,
    Figure,
    Grid,
    Lanes,
    Layer,
    Line,
    Lines,
    Panel,
    Shape,
    Spot,
    Square,
    Stack,
)
from simulator.report.view.parts import (
    Check,
    Checks,
    Column,
    Facts,
    Fragment,
    Remarks,
    Table,
    TimelineLane,
    Verdict,
)
from simulator.scenario import strategy

NAMES = (*strategy.PULLING[:FIXED], "my own")
RATES = (9.87, 104.3, 131.7, 61.25, 40.2, 99.4, 71.9, 64.1, 80.8, 88.6, 93.7, 70.3, 120.9)
PAGES = Axis("throughput", "pages/s")


def tone(name: str) -> str:
    return f"strategy:{name}"


def table(names: Sequence[str], *columns: Column, title: str = "the numbers") -> Table:
    numbers = columns or (
        Column("pages", "/s", "records ready per second"),
        Column("95 %", "", "its interval"),
    )
    rows = tuple((name, *(f"{at * 7.5 + 1:.3g}" for _ in numbers)) for at, name in enumerate(names))
    return Table(title, (Column("strategy", "", "how jobs share it", numeric=False), *numbers), rows, (), ())


def bars(names: Sequence[str] = NAMES) -> Bars:
    made = tuple(
        None if at == 4 else Bar(rate, rate * 0.93, rate * 1.08, tone(name), mark=rate * 1.15)
        for at, (name, rate) in enumerate(zip(names, RATES, strict=False))
    )
    return Bars(
        tuple(names), made, PAGES, reference=(RATES[0], "sequential"), marks="predicted, from one job alone"
    )


def stack(names: Sequence[str] = NAMES) -> Stack:
    shares = {
        "cpu": 22,
        "fetch": 6,
        "other": 3,
        "network": 30,
        "queue": 9,
        "stall": 21,
        "idle": 7,
        "residual": 2,
    }
    return Stack(
        tuple(names),
        tuple(Layer(key, key, tuple(float(share) for _ in names)) for key, share in shares.items()),
        Axis("share of the workers' time", "%"),
    )


def lines(count: int = 4) -> Lines:
    return Lines(
        Axis("jobs in flight", "", "log"),
        PAGES,
        tuple(
            Line(
                name,
                tone(name),
                tuple(
                    Spot(x, y := RATES[at] * x / (x + 6), y * 0.9, y * 1.1) for x in (1, 2, 4, 8, 16, 32, 64)
                ),
            )
            for at, name in enumerate(NAMES[:count])
        ),
    )


def tails() -> Lines:
    shares = (0.0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999)
    return Lines(
        Axis("share of all jobs", "", "tail"),
        Axis("response time", "ms", "log"),
        tuple(
            Line(name, tone(name), tuple(Spot(x, (20 + 5 * at) * (1 + 4 * x**8)) for x in shares[: 9 - at]))
            for at, name in enumerate(NAMES[1:4])
        ),
    )


def grid() -> Grid:
    def square(row: int, column: int) -> Square | None:
        if (row, column) == (3, 4):
            return None
        if (row, column) == (1, 2):
            return Square("=", "as fast", "muted", 0.1, "asyncio leads; processes are as fast")
        letter, name = ("P", "processes") if column > row else ("A", "asyncio")
        strength = abs(column - row) / 5 + 0.1
        return Square(letter, f"{1 + strength:.2f}×", tone(name), strength, f"{name} wins by {strength:.0%}")

    return Grid(
        Axis("parse CPU per page", "ms"),
        Axis("latency", ""),
        ("0.002", "1.03", "5.1", "20.4", "81.7"),
        ("5ms", "20ms", "100ms", "400ms"),
        tuple(tuple(square(row, column) for column in range(5)) for row in range(4)),
        (("A", "asyncio", tone("asyncio")), ("P", "processes", tone("processes")), ("=", "a tie", "muted")),
        (
            Line(
                "processes beat asyncio from here on",
                "plain",
                tuple(Spot(0.4 + row, row) for row in range(4)),
            ),
        ),
    )


def lanes(*, watched: bool = False) -> Lanes:
    """Return eight threads that hold the GIL in turns; each gets 9 ms of the 37 ms that its parse takes."""

    def spans(starts: range, *edges_us: int) -> tuple[int, ...]:
        return tuple(start + edge for start in starts for edge in edges_us)

    def lane(at: int) -> TimelineLane:
        starts = range(at * 9_000, 480_000, 72_000)
        parses = tuple(us for start in starts for us in (start + 23_000, start + 60_000, 9_000))
        turns = spans(starts, 23_000, 26_000, 35_000, 38_000, 57_000, 60_000) if watched else ()
        queued = spans(starts, 33_000, 35_000) if watched else ()
        return TimelineLane(
            f"thread {at + 1}", spans(starts, 0, 20_000), spans(starts, 20_000, 23_000), parses, turns, queued
        )

    return Lanes(500_000, tuple(map(lane, range(8))), left_out=2)


def figure(id_: str, title: str, *shapes: tuple[str, Shape], names: Sequence[str] = NAMES) -> Figure:
    panels = tuple(
        Panel(name, shape, f"{title}: asyncio leads with 132 pages/s {name}".strip() + ".", table(names))
        for name, shape in shapes
    )
    return Figure(
        id_, title, f"What does {title.lower()} say?", panels, ("Whiskers reach over the 95 % interval.",)
    )


def figures() -> tuple[Figure, ...]:
    """Return a figure of every shape."""
    return (
        figure("throughput", "Throughput", ("latency 5ms", bars()), ("latency 100ms", bars(NAMES[:4]))),
        figure("shares", "Where the time went", ("", stack())),
        figure("flight", "Throughput over jobs in flight", ("", lines(13))),
        figure("tails", "Response times", ("", tails())),
        figure("map", "Where the answer turns", ("", grid())),
        figure("timeline", "Half a second", ("threads", lanes()), ("threads, watched", lanes(watched=True))),
    )


def page(*, name: str = "shop", drawn: Sequence[Figure] | None = None) -> Page:
    """Return a page with every part there is."""
    return Page(
        title=name,
        description=f"Every kind of part, for {name}",
        caution="This run is partial: it was ended early, after 2 whole rounds.",
        opening=(
            Verdict(
                f"{name}: 5 rounds",
                (
                    "asyncio is the fastest with 132 pages/s, 1.26 × threads (1.19 to 1.31).",
                    "The job waits for 81 % of its time.",
                ),
            ),
            Checks(
                "Expectations: 1 of 3 held",
                (
                    Check("held", "Waiting overlaps", "speedup(threads) > 8", "it is 10.6 (10.1 to 10.9)"),
                    Check("not held", None, "p99(asyncio) < 40ms", "it is 47 ms"),
                    Check(
                        "undecided", "Processes cost memory", "memory(processes) > 2 * memory(threads)", "–"
                    ),
                ),
            ),
        ),
        sections=(
            Section("overview", "Overview", (table(NAMES, title="Who is fastest"),)),
            Section("figures", "In pictures", tuple(figures() if drawn is None else drawn)),
            Section(
                "validity",
                "Can these numbers be believed?",
                (Remarks("Reasons and warnings", ("interpreters: unsupported: needs Python 3.14",), ""),),
            ),
            Section(
                "environment",
                "Where it ran",
                (Facts("", (("machine", "2 cores"), ("job ran on", "CPython"))),),
            ),
            Section("scenario", "The scenario", (Fragment("As YAML", f"name: {name}\nrounds: 5\n"),)),
        ),
    )
