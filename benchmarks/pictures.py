"""The pictures of README and docs, drawn by the program itself from runs on this machine.

    python -m benchmarks.pictures [--quickstart FILE] [--crossover FILE] [--gil FILE] [--only NAME …] [--into FOLDER]

What has no result document given is measured: quickstart about a minute, gil two, crossover ten; nothing else should
run meanwhile. The table is drawn without a browser; the charts are those of the page, in Chromium, in light and in
dark.
"""

import argparse
import io
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.browser import NoBrowserError, chromium
from benchmarks.lab_pictures import SCREENS, photograph_lab
from simulator.judging import document as judged
from simulator.report.terminal.render import render
from simulator.report.view.build import build
from simulator.report.view.parts import Part, Table, Verdict
from simulator.result.document import NotAResultError, ResultDocument

ROOT = Path(__file__).resolve().parents[1]
INTO = ROOT / "docs" / "pictures"
COLUMNS = 80
MOST_BYTES = 300_000
WIDTH_PX, SCREEN_PX, MARGIN_PX = 820, 1300, 16
PLAIN = "section.figure :is(.chooser, details, .reading) { display: none } * { transition: none !important }"
"""A picture has no use for what is to be clicked, and its page says how to read it."""
DRAWN = ".panel.chosen .chart svg path"
PYTHON = ".venv/bin/python"
"""What pictures call the interpreter: they name no folder of the machine that they were drawn on."""


@dataclass(frozen=True)
class Picture:
    """One picture of a chart or of the page."""

    name: str
    scenario: str
    figure: str | None
    """The id of its section; null: the top of the page."""
    panel: str = ""
    """A word in the name of the panel that is shown; else the first."""
    scale: float = 2
    """Pixels of the picture for each of the page's."""


PICTURES = (
    Picture("report", "quickstart", None, scale=1.5),
    Picture("heat-map", "crossover", "crossover-map"),
    Picture("timeline", "gil", "timeline", panel="holding"),
)
OPTIONS: Mapping[str, tuple[str, ...]] = {"quickstart": (), "crossover": (), "gil": ("--turns",)}
TABLE = "table"
NAMES = (TABLE, *(picture.name for picture in PICTURES), *SCREENS)


class PictureError(RuntimeError):
    """A picture cannot be drawn; says which and why."""


def measure(scenario: str, folder: Path) -> ResultDocument:
    """Run a shipped scenario; returns its document. Raises PictureError."""
    target = folder / f"{scenario}.json"
    command = [
        "-m",
        "simulator",
        "run",
        f"scenarios/{scenario}.yaml",
        *OPTIONS[scenario],
        "--json",
        str(target),
    ]
    store = ["--store", str(folder / "results.sqlite")]
    done = subprocess.run(
        [sys.executable, *command, *store], cwd=ROOT, stdout=subprocess.DEVNULL, check=False
    )
    if not target.exists():
        raise PictureError(f"scenarios/{scenario}.yaml ended with {done.returncode} and left no document")
    return read(target)


def read(path: Path) -> ResultDocument:
    """Read a document, and leave out where this machine keeps its Python. Raises PictureError."""
    try:
        document = judged.read(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, NotAResultError) as error:
        raise PictureError(f"{path} is no result document: {error}") from error
    cells = (
        replace(
            cell,
            environment=_anywhere(cell.environment),
            repetitions=tuple(
                replace(each, environment=_anywhere(each.environment)) for each in cell.repetitions
            ),
        )
        for cell in document.cells
    )
    return replace(document, cells=tuple(cells))


def _anywhere(environment: Mapping[str, Any]) -> dict[str, Any]:
    return {key: PYTHON if key == "executable" else value for key, value in environment.items()}


def table_svg(document: ResultDocument) -> str:
    """Return the heart of the terminal's report as SVG: the verdict and the tables, without what is said below them."""
    console = Console(
        record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor",
        legacy_windows=False, highlight=False, _environ={"TERM": "xterm-256color"},
    )  # fmt: skip
    render(tuple(_heart(build(document, all_tables=True))), console)
    svg = console.export_svg(
        title=f"simulator run scenarios/{document.scenario['name']}.yaml", unique_id="report"
    )
    # Its fonts would be fetched from elsewhere, which no page that shows it allows; every system has one that fits.
    return re.sub(r"@font-face\s*\{.*?\}\s*", "", svg, flags=re.DOTALL)


def _heart(parts: Sequence[Part]) -> list[Part]:
    return [
        replace(part, findings=(), notes=()) if isinstance(part, Table) else part
        for part in parts
        if isinstance(part, Table | Verdict)
    ]


def page_of(document: ResultDocument) -> str:
    """Return the page of a document."""
    from simulator.report.html.render import render as render_page  # noqa: PLC0415 - the table needs none of it
    from simulator.report.view.page import build_page  # noqa: PLC0415

    return render_page(build_page(document))


def photograph(picture: Picture, page: Path, into: Path) -> list[Path]:
    """Save a picture of a page in light and dark; returns the files.

    Raises:
        NoBrowserError: there is no browser.
        PictureError: the page has no such figure, or a file became too large.
    """
    made = []
    with chromium() as browser:
        for scheme in ("light", "dark"):
            target = into / f"{picture.name}-{scheme}.png"
            context = browser.new_context(
                color_scheme=scheme,
                viewport={"width": WIDTH_PX, "height": SCREEN_PX},
                device_scale_factor=picture.scale,
                reduced_motion="reduce",
            )
            tab = context.new_page()
            tab.goto(page.as_uri())
            _shoot(picture, tab, target)
            context.close()
            made.append(_small(target))
    return made


def _shoot(picture: Picture, tab: Any, target: Path) -> None:
    if picture.figure is None:
        tab.locator(DRAWN).first.wait_for(state="attached", timeout=10_000)
        tab.screenshot(path=target)
        return
    section = tab.locator(f"section#{picture.figure}")
    if section.count() != 1:
        raise PictureError(f"{picture.name}: the page of {picture.scenario} has no figure {picture.figure}")
    section.scroll_into_view_if_needed()
    if picture.panel:
        names = section.locator(".panel-name").all_text_contents()
        chosen = [index for index, name in enumerate(names) if picture.panel in name]
        if not chosen:
            raise PictureError(f"{picture.name}: none of {', '.join(names)} is a panel of {picture.panel}")
        if section.locator("select").count():
            section.locator("select").select_option(index=chosen[0])
        else:
            tab.add_style_tag(
                content=f"#{picture.figure} .panel:not(:nth-child({chosen[0] + 1})) {{ display: none }}"
            )
    tab.add_style_tag(content=PLAIN)
    section.scroll_into_view_if_needed()
    section.locator(DRAWN).first.wait_for(state="attached", timeout=10_000)
    box = section.bounding_box()
    clip = {
        "x": 0,
        "y": tab.evaluate("scrollY") + box["y"] - MARGIN_PX,
        "width": WIDTH_PX,
        "height": box["height"] + 2 * MARGIN_PX,
    }
    tab.screenshot(path=target, clip=clip, full_page=True, animations="disabled")


def _small(path: Path) -> Path:
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise PictureError(f"{path.name} has {size:,} bytes, more than {MOST_BYTES:,}")
    return path


def draw(wanted: Sequence[str], document_of: Callable[[str], ResultDocument], into: Path) -> list[Path]:
    """Draw the pictures of these names into a folder; returns the files.

    Raises:
        NoBrowserError: there is no browser; the table is drawn already.
        PictureError: one cannot be drawn.
    """
    into.mkdir(parents=True, exist_ok=True)
    made = []
    if TABLE in wanted:
        target = into / f"{TABLE}.svg"
        target.write_text(table_svg(document_of("quickstart")), encoding="utf-8")
        made.append(_small(target))
    with tempfile.TemporaryDirectory(prefix="simulator-pictures-") as name:
        for picture in PICTURES:
            if picture.name in wanted:
                page = Path(name) / f"{picture.name}.html"
                page.write_text(page_of(document_of(picture.scenario)), encoding="utf-8")
                made += photograph(picture, page, into)
        for lab in SCREENS:
            if lab in wanted:
                made += [_small(path) for path in photograph_lab(lab, Path(name), into)]
    return made


def main() -> int:
    """Measure what is not given, draw, list."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for scenario in OPTIONS:
        parser.add_argument(f"--{scenario}", type=Path, metavar="FILE", help="its result document")
    parser.add_argument("--only", action="append", choices=NAMES, help="this one; may be given several times")
    parser.add_argument("--into", type=Path, default=INTO, metavar="FOLDER")
    options = parser.parse_args()
    known: dict[str, ResultDocument] = {}
    with tempfile.TemporaryDirectory(prefix="simulator-pictures-") as name:

        def document_of(scenario: str) -> ResultDocument:
            given = getattr(options, scenario)
            if scenario not in known:
                known[scenario] = read(given) if given is not None else measure(scenario, Path(name))
            return known[scenario]

        try:
            for path in draw(options.only or NAMES, document_of, options.into):
                print(f"{path.name}  {path.stat().st_size:,} bytes")
        except (NoBrowserError, PictureError) as error:
            print(f"pictures: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
