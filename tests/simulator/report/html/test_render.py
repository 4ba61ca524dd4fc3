"""The page as text: complete, nothing in it is taken for a tag, what is vendored is what it claims to be."""

import base64
import hashlib
import json
import re
import tomllib
import zlib
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from simulator.report.html.colours import Palette
from simulator.report.html.options import chart
from simulator.report.html.render import MOST_BESIDE, render
from simulator.report.view.document import Section
from simulator.report.view.figure import Figure
from simulator.report.view.page import build_page
from simulator.scenario.strategy import PULLING
from tests.simulator.analysis.builders import matrix
from tests.simulator.report.html.examples import figure, figures, page, stack

ROOT = Path(__file__).parents[4]
VENDORED = files("simulator.report.html") / "vendor" / "echarts-6.1.0"
ECHARTS_SHA256 = "b66b25aeb4df84e33199dc21694014d336d222cbd9deb0e5a7c14bd6aa0d0fd0"
EVIL = "</script><img src=x onerror=alert(1)>"


def test_echarts_is_the_file_of_its_release_with_its_licence() -> None:
    assert hashlib.sha256((VENDORED / "echarts.min.js").read_bytes()).hexdigest() == ECHARTS_SHA256
    assert "Apache License" in (VENDORED / "LICENSE").read_text()
    assert "Apache ECharts" in (VENDORED / "NOTICE").read_text()


def test_all_that_a_page_is_made_of_is_package_data() -> None:
    patterns = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]
    package = ROOT / "simulator"
    packed = {path for pattern in patterns["simulator"] for path in package.glob(pattern)}
    wanted = {
        path
        for path in (package / "report" / "html").rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc")
    }
    assert wanted
    assert wanted <= packed


def test_the_page_carries_the_licence_of_what_it_carries() -> None:
    text = render(page())
    assert "Licensed to the Apache Software Foundation" in text
    assert (VENDORED / "NOTICE").read_text().splitlines()[0] in text.split("Licence of the charts")[1]


def test_a_page_without_figures_carries_no_charts() -> None:
    text = render(page(drawn=()))
    assert "<script" not in text
    assert "need JavaScript" not in text
    assert "script-src 'none'" in text
    assert len(text) < 40_000


def test_nothing_that_a_user_named_is_taken_for_a_tag() -> None:
    drawn = [
        replace(
            figure("shares", EVIL, (EVIL, stack((EVIL,))), (EVIL, stack((EVIL,))), names=(EVIL,)),
            question=EVIL,
            notes=(EVIL,),
        )
    ]
    text = render(page(name=EVIL, drawn=drawn))
    ours = render(page(drawn=[figure("shares", "A", ("", stack()))]))
    assert text.count("<img") == ours.count("<img")  # ECharts has some in strings of its own
    assert text.lower().count("</script") == ours.lower().count("</script")
    data = re.search(r'<script type="application/json" class="charts">(.*?)</script>', text, re.DOTALL)
    assert data is not None
    assert json.loads(data[1])[0]["option"]["yAxis"]["data"] == [EVIL]


def test_each_figure_is_a_section_with_every_panel_and_its_table() -> None:
    text = render(page())
    for one in figures():
        section = text.split(f'<section class="figure" id="{one.id}"')[1].split("</section>")[0]
        assert section.count("<figcaption>") == section.count("<table>") == len(one.panels)
        assert section.count("<select") == (len(one.panels) > MOST_BESIDE)


def test_two_things_of_the_same_id_are_refused() -> None:
    twice: list[Figure] = [figure("shares", "A", ("", stack()))] * 2
    with pytest.raises(ValueError, match="must differ"):
        render(page(drawn=twice))
    with pytest.raises(ValueError, match="must differ"):
        render(replace(page(), sections=(Section("tables", "A", ()), Section("tables", "B", ()))))


def test_every_executable_script_is_one_that_the_page_itself_allows() -> None:
    text = render(page())
    allowed = re.search(r"script-src ([^;]*);", text)
    assert allowed is not None
    assert len(allowed[1].split()) == len(re.findall(r"<script>", text)) == 2
    assert "unsafe" not in allowed[1]


def test_two_hundred_cells_stay_under_four_megabytes() -> None:
    rates = {
        f"{level * 10}ms": {
            f"{cost}ms": {
                name: [speed + level, speed + cost, speed + 0.5]
                for name, speed in (
                    ("threads", 90.0),
                    ("asyncio", 110.0),
                    ("processes", 70.0),
                    ("mine", 40.0),
                )
            }
            for cost in range(1, 9)
        }
        for level in range(5)
    }
    found = matrix(rates, {f"{cost}ms": cost / 1e3 for cost in range(1, 9)})
    assert len(found.cells) == 200
    text = render(build_page(found))
    assert len(text.encode()) < 4_000_000
    assert 'type="application/deflate"' in text


def test_what_is_packed_is_what_would_have_stood_there() -> None:
    many = figure("shares", "A", *((f"latency {at}ms", stack()) for at in range(40)))
    text = render(page(drawn=[many]))
    packed = re.search(r'<script type="application/deflate" class="charts">([^<]*)</script>', text)
    assert packed is not None
    charts = json.loads(zlib.decompress(base64.b64decode(packed[1])))
    palette = Palette.of([many], PULLING)
    assert charts == [chart(panel.shape, palette) for panel in many.panels]
