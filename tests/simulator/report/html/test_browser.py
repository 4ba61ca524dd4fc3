"""The page in a real browser, opened from a file as a reader does."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab

from simulator.report.html.colours import DARK, LIGHT
from simulator.report.html.render import render
from simulator.report.view.document import Page
from simulator.report.view.figure import Axis, Bar, Bars, Figure
from simulator.report.view.figures.scales import on_one_scale
from simulator.report.view.page import build_page
from tests.simulator.analysis.builders import matrix
from tests.simulator.report.html.examples import NAMES, figure, figures, page, stack

pytestmark = pytest.mark.xdist_group("browser")  # one is started

SEEN = """async () => {
  for (const section of document.querySelectorAll("section.figure")) {
    section.scrollIntoView();
    const shown = [...section.querySelectorAll(".panel.chosen .chart")];
    while (!shown.every((chart) => chart.querySelector("svg"))) {
      await new Promise(requestAnimationFrame);
    }
  }
}"""
"""Scroll through the page as a reader does, on to the next figure when one is drawn."""
SIZES = """() => [...document.querySelectorAll(".panel.chosen .chart")].map((chart) => {
  const svg = chart.querySelector("svg");
  if (!svg) return [0, 0, 0];
  const {width, height} = svg.getBoundingClientRect();
  return [width, height, svg.querySelectorAll("path, rect, text").length];
})"""
Scheme = Literal["light", "dark"]


def measured() -> Page:
    """Return the page of a document that is made as measured ones are."""
    rates = {
        level: {
            cost: {
                "threads": [high, high * 0.99, high * 1.01],
                "asyncio": [high * 1.2, high * 1.19, high * 1.22],
                "processes": [80.0, 81.0, 79.5],
            }
            for cost, high in (("1ms", 100.0), ("5ms", 70.0), ("20ms", 30.0))
        }
        for level in ("5ms", "20ms")
    }
    return build_page(matrix(rates, {"1ms": 0.001, "5ms": 0.005, "20ms": 0.02}))


@dataclass
class Opened:
    """A page in a tab, and what happened there."""

    tab: Tab
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


Open = Callable[..., Any]


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Open:
    @contextmanager
    def open_(
        shown: Page,
        *,
        width: int = 1280,
        scheme: Scheme = "light",
        java_script: bool = True,
        bypass_csp: bool = False,
    ) -> Iterator[Opened]:
        path = tmp_path / "report.html"
        path.write_text(render(shown), encoding="utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme=scheme,
            java_script_enabled=java_script,
            bypass_csp=bypass_csp,
        )
        found = Opened(context.new_page())
        found.tab.on("request", lambda request: found.requests.append(request.url))
        found.tab.on("console", lambda message: found.errors.append(message.text))
        found.tab.on("pageerror", lambda error: found.errors.append(str(error)))
        found.tab.goto(path.as_uri())
        yield found
        context.close()

    return open_


PAGES = {"examples": page, "measured": measured}
EACH_PAGE = pytest.mark.parametrize("made", PAGES.values(), ids=PAGES)


def figures_of(shown: Page) -> list[Figure]:
    return [part for section in shown.sections for part in section.parts if isinstance(part, Figure)]


@EACH_PAGE
def test_every_chart_is_drawn_without_a_request_or_an_error(opened: Open, made: Callable[[], Page]) -> None:
    shown = made()
    with opened(shown) as found:
        found.tab.evaluate(SEEN)
        sizes = found.tab.evaluate(SIZES)
        assert [url.split("/")[-1] for url in found.requests] == ["report.html"]
        assert found.errors == []
        assert len(sizes) == sum(len(figure.panels) for figure in figures_of(shown)) > 0
        assert all(width > 260 and height > 60 and marks > 3 for width, height, marks in sizes), sizes


@EACH_PAGE
def test_every_table_of_a_figure_is_in_the_page_as_it_is(opened: Open, made: Callable[[], Page]) -> None:
    shown = made()
    with opened(shown) as found:
        for figure in figures_of(shown):
            drawn = found.tab.evaluate(
                """(id) => [...document.getElementById(id).querySelectorAll("table")].map((table) =>
                     [...table.querySelectorAll("tbody tr")].map((row) => [...row.cells].map((c) => c.textContent)))""",
                figure.id,
            )
            assert drawn == [[list(row) for row in panel.table.rows] for panel in figure.panels]


def test_only_the_first_charts_are_drawn_at_once_and_others_as_they_come_near(opened: Open) -> None:
    with opened(page()) as found:
        drawn = (
            "() => [...document.querySelectorAll('.panel.chosen .chart')].map((c) => c.childElementCount > 0)"
        )
        at_once = found.tab.evaluate(drawn)
        assert at_once[0]
        assert not at_once[-1]
        found.tab.evaluate(SEEN)
        assert all(found.tab.evaluate(drawn))


PLACES = """() => [...document.querySelectorAll("#many .panel")].map((panel) => {
  const {left, top} = panel.getBoundingClientRect();
  return [Math.round(left), Math.round(top)];
})"""
LEVELS = tuple(f"latency {at}ms" for at in range(1, 11))
"""One more than stand beside one another."""


@pytest.mark.parametrize(("width", "across"), [(1280, 3), (700, 2), (360, 1)])
def test_what_is_to_be_compared_stands_beside_one_another_on_one_scale(
    opened: Open, width: int, across: int
) -> None:
    rates = {"low": 10.0, "middle": 40.0, "high": 390.0}
    shapes = ((name, Bars(("threads",), (Bar(rate),), Axis("pages", "/s"))) for name, rate in rates.items())
    drawn = figure("many", "Many", *shapes)
    with opened(page(drawn=[replace(drawn, panels=on_one_scale(drawn.panels))]), width=width) as found:
        found.tab.evaluate(SEEN)
        assert found.tab.locator("select").count() == 0
        assert found.tab.locator("#many .panel-name").locator("visible=true").count() == 3
        assert len({left for left, _ in found.tab.evaluate(PLACES)}) == across
        ticks = [
            found.tab.locator(f"#many .panel:nth-child({at}) svg text").all_text_contents()[-6:-1]
            for at in (1, 2, 3)
        ]
        assert ticks[0] == ticks[1] == ticks[2]
        assert found.errors == []


def test_of_too_many_to_be_taken_in_a_reader_chooses_one(opened: Open) -> None:
    many = figure("many", "Many", *((level, stack(NAMES[:4])) for level in LEVELS))
    with opened(page(drawn=[many])) as found:
        section = found.tab.locator("#many")
        section.get_by_label("Show").select_option(label=LEVELS[-1])
        chosen = section.locator(".panel.chosen")
        assert chosen.locator("svg").locator("visible=true").count() > 0
        assert LEVELS[-1] in chosen.locator("figcaption").inner_text()
        assert section.locator(".panel").locator("visible=true").count() == 1
        assert found.errors == []


def test_figures_with_a_panel_of_that_name_follow(opened: Open) -> None:
    linked = [figure(id_, id_, *((level, stack()) for level in LEVELS)) for id_ in ("one", "other")]
    apart = figure("apart", "apart", *((name, stack()) for name in ("threads", *LEVELS[:-1])))
    with opened(page(drawn=[*linked, apart])) as found:
        found.tab.locator("#other").get_by_label("Show").select_option(label=LEVELS[-1])
        shown = [
            found.tab.locator(f"#{id_}").get_by_label("Show").evaluate("one => one.selectedOptions[0].label")
            for id_ in ("one", "other", "apart")
        ]
        assert shown == [LEVELS[-1], LEVELS[-1], "threads"]
        for id_ in ("one", "other"):
            assert found.tab.locator(f"#{id_} .panel.chosen .panel-name").text_content() == LEVELS[-1]
        assert found.errors == []


def test_charts_that_are_packed_are_drawn(opened: Open) -> None:
    many = figure("shares", "Shares", *((f"latency {at}ms", stack()) for at in range(40)))
    with opened(page(drawn=[many])) as found:
        assert found.tab.locator("script.charts").get_attribute("type") == "application/deflate"
        found.tab.evaluate(SEEN)
        found.tab.get_by_label("Show").select_option(label="latency 39ms")
        assert found.tab.locator(".panel.chosen svg").locator("visible=true").count() > 0
        assert found.errors == []


def test_a_chart_has_its_summary_for_who_cannot_see_it(opened: Open) -> None:
    shown = page()
    with opened(shown) as found:
        for figure in figures_of(shown):
            for at, panel in enumerate(figure.panels):
                chart = found.tab.locator(f"#{figure.id} .panel .chart[role=img]").nth(at)
                assert (chart.get_attribute("aria-label") or "").endswith(panel.summary)


@EACH_PAGE
def test_a_phone_shows_it_without_scrolling_sideways(opened: Open, made: Callable[[], Page]) -> None:
    with opened(made(), width=360) as found:
        found.tab.evaluate(SEEN)
        assert found.tab.evaluate("document.scrollingElement.scrollWidth") <= 360
        assert all(width <= 360 for width, _, _ in found.tab.evaluate(SIZES))


@pytest.mark.parametrize(
    ("made", "scheme"),
    [(page, "light"), (page, "dark"), (measured, "light")],
    ids=["light", "dark", "measured"],
)
def test_axe_finds_nothing_serious(opened: Open, made: Callable[[], Page], scheme: Scheme) -> None:
    with opened(made(), scheme=scheme, bypass_csp=True) as found:
        found.tab.evaluate(SEEN)
        found.tab.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        found.tab.add_script_tag(content=Path(AXE_FILE_PATH).read_text(encoding="utf-8"))
        result = found.tab.evaluate("axe.run(document, {resultTypes: ['violations']})")
        assert len(result["testEngine"]["version"]) > 0
        serious = [
            (one["id"], one["nodes"][0]["html"])
            for one in result["violations"]
            if one["impact"] in ("serious", "critical")
        ]
        assert serious == []


def rgb(colour: str) -> str:
    return f"rgb({', '.join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))})"


def background(tab: Tab) -> str:
    found: str = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    return found


BAR = "#throughput .panel:first-child .chart svg text"


def test_light_and_dark_change_while_it_is_open(opened: Open) -> None:
    with opened(page(), scheme="light") as found:
        assert background(found.tab) == rgb(LIGHT["surface"])
        light = found.tab.locator(BAR).first.get_attribute("fill")
        found.tab.emulate_media(color_scheme="dark")
        found.tab.wait_for_function(
            "([place, light]) => document.querySelector(place).getAttribute('fill') !== light",
            arg=[BAR, light],
        )
        assert background(found.tab) == rgb(DARK["surface"])
        assert found.errors == []


def test_paper_is_light_has_every_chart_and_is_not_too_narrow_for_any(opened: Open, tmp_path: Path) -> None:
    with opened(page(), scheme="dark") as found:
        found.tab.emulate_media(media="print", color_scheme="dark")
        found.tab.wait_for_function("() => document.documentElement.hasAttribute('data-paper')")
        assert background(found.tab) == rgb(LIGHT["surface"])
        sizes = found.tab.evaluate(SIZES)
        assert all(0 < width <= 680 and height > 60 for width, height, _ in sizes), sizes
        found.tab.emulate_media(media="screen", color_scheme="dark")
        found.tab.wait_for_function("() => !document.documentElement.hasAttribute('data-paper')")
        assert background(found.tab) == rgb(DARK["surface"])
        path = tmp_path / "report.pdf"
        found.tab.pdf(path=path, format="A4")
        assert len(re.findall(rb"/Type\s*/Page\b", path.read_bytes())) >= 3
        assert found.errors == []


def test_without_javascript_every_number_is_there(opened: Open) -> None:
    many = figure("many", "Many", *((level, stack()) for level in LEVELS))
    shown = page(drawn=[*figures(), many])
    with opened(shown, java_script=False) as found:
        assert found.tab.get_by_text("The charts need JavaScript").is_visible()
        panels = sum(len(figure.panels) for figure in figures_of(shown))
        assert found.tab.locator(".panel").locator("visible=true").count() >= panels
        assert found.tab.locator("figcaption").first.is_visible()
        assert found.tab.locator(".chooser").first.is_hidden()


def test_a_name_that_is_a_tag_runs_nothing(opened: Open) -> None:
    evil = "</script><img src=x onerror=\"document.title='taken'\">"
    with opened(page(name=evil)) as found:
        found.tab.evaluate(SEEN)
        assert found.tab.title().startswith(evil)
        assert found.tab.locator("h1").inner_text() == evil
        assert found.tab.locator("img").count() == 0
        assert found.errors == []
