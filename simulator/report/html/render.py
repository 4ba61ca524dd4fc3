"""A page as one HTML file that needs nothing else: charts, style and data are inside."""

import base64
import json
import zlib
from functools import cache

from jinja2 import DictLoader, Environment, StrictUndefined, Template
from markupsafe import Markup

from simulator.report.html.assets import ECHARTS, asset, source_hash
from simulator.report.html.colours import Palette, style
from simulator.report.html.legends import legend
from simulator.report.html.options import chart
from simulator.report.view.document import Page
from simulator.report.view.figure import Figure, Grid, Lanes

LONG = 50_000
"""Characters of JSON. What many combinations have in common packs well: a tenth is left."""
MOST_BESIDE = 9
"""Of more panels than these a reader chooses one: nobody takes in all of them at once."""
BESIDE = 3
"""Panels in a row of the widest page."""


def render(page: Page) -> str:
    """Return the page; each figure is a section whose id is that of the figure.

    Raises:
        ValueError: two sections or figures have the same id.
    """
    drawn = [part for section in page.sections for part in section.parts if isinstance(part, Figure)]
    ids = [*(section.id for section in page.sections), *(figure.id for figure in drawn)]
    if len(set(ids)) < len(ids):
        raise ValueError(f"ids of sections and figures must differ from one another, got {', '.join(ids)}")
    palette = Palette.of(drawn, page.strategies)
    scripts = (asset(f"{ECHARTS}/echarts.min.js"), asset("report.js")) if drawn else ()
    return _template().render(
        page=page,
        css=Markup(style() + asset("page.css")),  # noqa: S704 - both are ours
        scripts=tuple(Markup(script) for script in scripts),  # noqa: S704 - the same
        hashes=tuple(Markup(source_hash(script)) for script in scripts),  # noqa: S704 - Base64
        leads=any(section.id == "overview" for section in page.sections),
        notice=asset(f"{ECHARTS}/NOTICE") if drawn else "",
        data=lambda figure: _data(figure, palette),
        legend=lambda *panels: legend([panel.shape for panel in panels], palette),
        columns=_columns,
    )


def _columns(figure: Figure) -> int:
    """Return how many panels stand in a row; 0: they are too many, and one is chosen."""
    count = len(figure.panels)
    if count > MOST_BESIDE:
        return 0
    if any(isinstance(panel.shape, Lanes | Grid) for panel in figure.panels):
        return 1  # what lies in them needs all the width there is
    return 2 if count == 4 else min(BESIDE, count)  # noqa: PLR2004 - two and two, not three and one


def _data(figure: Figure, palette: Palette) -> Markup:
    """Return the script element with the charts of a figure, one for each panel: JSON, packed where it is long."""
    small = _columns(figure) > 1
    charts = [chart(panel.shape, palette, small=small) for panel in figure.panels]
    text = json.dumps(charts, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    if len(text) > LONG:
        packed = base64.b64encode(zlib.compress(text.encode(), 9)).decode()
        return _script("application/deflate", packed)
    # As it stands an HTML parser would take "</script" in a name for the end.
    return _script("application/json", text.replace("<", "\\u003c"))


def _script(kind: str, text: str) -> Markup:
    return Markup(f'<script type="{kind}" class="charts">{text}</script>')  # noqa: S704 - nothing in it can end it


@cache
def _template() -> Template:
    environment = Environment(
        loader=DictLoader({"page": asset("page.html.jinja")}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page")
