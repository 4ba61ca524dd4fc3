import io
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from rich.cells import cell_len
from rich.console import Console

from simulator.analysis.summary import summarise
from simulator.report.terminal.render import render
from simulator.report.view.build import build
from simulator.report.view.parts import Checks, Column, Facts, Part, Table, Timeline, Verdict
from simulator.result.document import Expectation, ResultDocument
from simulator.stats.percentiles import Lag
from tests.simulator.analysis.builders import (
    document,
    known_attribution,
    matrix,
    planned,
    repetition,
    run,
    samples,
)

WIDTHS = [80, 60, 200, 40]
PATH = "/a/very/long/path/" + "without/a/place/to/break/" * 4 + "python3.13"


def rendered(parts: Sequence[Part], width: int) -> str:
    out = io.StringIO()
    render(parts, Console(file=out, width=width, force_terminal=False, color_system=None, highlight=False))
    return out.getvalue()


def usual() -> ResultDocument:
    """The four usual strategies and a marked one, with findings of every kind."""
    rates = {
        "sequential": [20.1, 20.9, 20.5],
        "threads": [141.0, 144.0, 142.0],
        "asyncio": [148.0, 152.0, 151.0],
        "processes": [187.0, 189.0, 191.0],
        "processes_per_core": [39.0, 40.0, 41.0],
    }
    return document(rates, marked=["processes_per_core"], asyncio={"loop_lag_s": Lag(None, None, 0.1)})


def crowded() -> ResultDocument:
    """Everything at its widest: names, numbers, statuses, reasons and paths."""
    names = (
        "sequential",
        "threads",
        "processes_per_core",
        "a variant whose name is as long as one may be, sixty signs",
    )
    cells = [planned(name, marked=name == "processes_per_core", in_flight=2) for name in names]
    cells.append(planned("many", unsupported=f"the client cannot be imported by {PATH}; install it there"))
    done = [
        repetition(
            cell.id,
            i,
            98_765.4 * (1 + i / 10),
            memory_bytes=123_456_000_000,
            cpu_per_page_s=12.3,
            startup_s=123.4,
            environment={
                "implementation": "CPython",
                "version": "3.13.0",
                "executable": PATH,
                "gil_enabled": [True],
            },
        )
        for cell in cells[:4]
        for i in range(3)
    ]
    return summarise(run(cells, done, kept=lambda *_: samples(5_000, parse_ns=90_000_000_000)))


def nothing() -> ResultDocument:
    return summarise(run([planned("sequential"), planned("threads")], [], status="interrupted"))


DOCUMENTS = {"usual": usual, "crowded": crowded, "nothing": nothing}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("make", DOCUMENTS.values(), ids=DOCUMENTS)
def test_no_line_is_wider_than_the_terminal_and_nothing_is_cut(make: object, width: int) -> None:
    parts = build(make())  # type: ignore[operator]
    text = rendered(parts, width)
    assert max(cell_len(line) for line in text.splitlines()) <= width
    assert "…" not in text
    assert "\x1b" not in text
    bare = squeezed(text)
    for part in parts:
        for words in texts(part):
            assert all(squeezed(line) in bare for line in words.split("\n")), words


def varied() -> ResultDocument:
    """A matrix with crossovers, ties and a cell that has no valid number."""
    costs = {"500us": 0.0005, "5ms": 0.005, "20ms": 0.02}
    close = {
        "threads": [100.0, 99.0, 101.0],
        "asyncio": [101.0, 99.5, 100.0],
        "processes": [98.0, 99.0, 97.0],
    }
    apart = close | {"processes": [190.0, 188.0, 191.0]}
    rates = {level: {"500us": close, "5ms": close, "20ms": apart} for level in ("0ms", "20ms", "100ms")}
    return matrix(
        rates, costs, broken={("0ms", "5ms", "threads"): "its server was late; raise server.workers"}
    )


def explained() -> ResultDocument:
    """Attributions beside timelines of several lanes."""
    rates = {"sequential": [20.0, 21.0, 20.5], "threads": [80.0, 82.0, 81.0]}
    return document(rates, threads={"attribution": known_attribution(stall_parse=0.71, network=0.2)})


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("made", [varied, explained], ids=["matrix", "why"])
def test_matrices_and_timelines_fit_any_width(made: Callable[[], ResultDocument], width: int) -> None:
    parts = build(made(), explain=True, all_tables=True)
    text = rendered(parts, width)
    assert max(cell_len(line) for line in text.splitlines()) <= width
    bare = squeezed(text)
    for part in parts:
        if isinstance(part, Table):
            for words in (*texts(part), *(row[0] for row in part.rows)):
                assert (
                    all(squeezed(line) in bare for line in words.split("\n"))
                    or part.title == "Who is fastest"
                ), words
        if isinstance(part, Timeline):
            for stretch in part.stretches:
                assert squeezed(stretch.title) in bare
                assert all(f"{lane.name}  " in text for lane in stretch.lanes)


@pytest.mark.parametrize(
    ("environ", "escapes"), [({"NO_COLOR": "1"}, "styles"), ({"TERM": "dumb"}, "none"), ({}, "colours")]
)
def test_colour_is_a_matter_of_the_terminal_and_says_nothing_of_its_own(
    environ: dict[str, str], escapes: str
) -> None:
    out = io.StringIO()
    environ = {"TERM": "xterm-256color"} | environ
    console = Console(
        file=out, width=80, force_terminal=True, _environ=environ, color_system="auto", highlight=False
    )
    render(build(explained(), explain=True), console)
    text = out.getvalue()
    assert (re.search("\x1b\\[[0-9;]*3[0-7]", text) is not None) == (escapes == "colours")
    bare = re.sub("\x1b\\[[0-9;]*m", "", text)
    assert bare == rendered(build(explained(), explain=True), 80)


def test_the_order_is_verdict_expectations_overview_tables_machine() -> None:
    parts = build(replace(varied(), expectations=expecting().expectations), explain=True, all_tables=True)
    titles = [part.title for part in parts]
    assert [type(part) for part in parts[:4]] == [Verdict, Checks, Table, Table]
    assert titles[2] == "Who is fastest"
    assert titles[3].startswith("From which parse CPU on")
    assert isinstance(parts[-1], Facts)
    assert all(isinstance(part, Table | Timeline) for part in parts[2:-1])


def squeezed(text: str) -> str:
    """Without white space and the marks of bullets: what is left wherever lines were broken."""
    return re.sub(r"\s+", "", text)


def texts(part: Part) -> list[str]:
    match part:
        case Verdict():
            return [part.title, *part.sentences]
        case Table():
            numbers = [cell for row in part.rows for cell in row[1:]]
            return [part.title, *numbers, *part.findings, *part.notes]
        case Facts():
            return [f"{name}: {value}" for name, value in part.items]
        case _:
            raise AssertionError(part)


def test_the_usual_table_fits_eighty_columns_in_one_piece() -> None:
    text = rendered(build(usual()), 80)
    header = next(line for line in text.splitlines() if line.startswith("strategy"))
    assert header.split()[-1] == "start"
    assert "processes_per_core*" in text
    assert sum(line.startswith("strategy") for line in text.splitlines()) == 1


def test_a_table_too_wide_goes_on_below_with_the_names_repeated() -> None:
    lines = rendered(build(usual()), 60).splitlines()
    headers = [line.split() for line in lines if line.startswith("strategy")]
    assert len(headers) == 2
    names = [word for header in headers for word in header if word != "strategy"]
    assert names == ["verdict", "pages", "95", "%", "over", "p50", "tail", "CPU", "cores", "mem", "start"]
    assert sum(line.startswith("asyncio ") for line in lines) == 2


@pytest.mark.parametrize("width", WIDTHS)
def test_each_row_is_one_line_where_its_name_has_room(width: int) -> None:
    table = Table(
        "t",
        (Column("name", "", "", numeric=False), *(Column(f"c{i}", "ms", "") for i in range(12))),
        tuple((f"row{r}", *(f"{r}.{i}23" for i in range(12))) for r in range(3)),
        (),
        (),
    )
    lines = rendered([table], width).splitlines()
    found = [word for line in lines if line.startswith("row1") for word in line.split()[1:]]
    assert found == [f"1.{i}23" for i in range(12)]


def test_text_of_parsers_is_not_taken_for_markup() -> None:
    parts = (
        Verdict("[bold]x[/bold]", ("field [/red] of [link=x]",)),
        Table("[t]", (Column("[n]", "", "", numeric=False),), (("[/row]",),), ("[note]",), ("[finding]",)),
        Facts("f", (("[k]", "[v]"),)),
    )
    text = rendered(parts, 80)
    for words in (
        "[bold]x[/bold]",
        "field [/red] of [link=x]",
        "[t]",
        "[n]",
        "[/row]",
        "[note]",
        "[finding]",
        "[k]: [v]",
    ):
        assert words in text


def test_notes_and_findings_are_told_apart_without_colour() -> None:
    table = Table("t", (Column("n", "", "", numeric=False),), (("r",),), ("a caution",), ("a finding",))
    lines = [line.strip() for line in rendered([table], 80).splitlines()]
    assert "• a finding" in lines
    assert "! a caution" in lines


def expecting() -> ResultDocument:
    """Expectations of every verdict, with and without a claim, one longer than any line."""
    expectations = (
        Expectation("speedup(threads) < 1.2", "Threads gain nothing", "held", "1.02 against 1.2.", {}),
        Expectation("memory(threads)\n > 1GB", None, "not held", "40 MB against 1 GB.", {}),
        Expectation(f"p50({PATH}) < 1s", "A claim [that] is " + "long " * 30, "undecided", "Few rounds.", {}),
    )
    return replace(usual(), expectations=expectations)


@pytest.mark.parametrize("width", WIDTHS)
def test_expectations_are_told_apart_without_colour_at_any_width(width: int) -> None:
    parts = build(expecting())
    assert [type(part) for part in parts[:3]] == [Verdict, Checks, Table]
    text = rendered(parts, width)
    assert max(cell_len(line) for line in text.splitlines()) <= width
    bare = squeezed(text)
    for words in (
        "Expectations: 1 of 3 held",
        "✓ Threads gain nothing held: speedup(threads) < 1.2 1.02 against 1.2.",
        "✗ not held: memory(threads) > 1GB 40 MB against 1 GB.",
        "? A claim [that] is",
        f"undecided: p50({PATH}) < 1s Few rounds.",
    ):
        assert all(squeezed(line) in bare for line in words.split("\n")), words


def test_without_expectations_there_is_no_word_of_them() -> None:
    assert "Expectation" not in rendered(build(usual()), 80)
