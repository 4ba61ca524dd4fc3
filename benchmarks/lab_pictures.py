"""Pictures of the lab's page, on a screen and on a phone: nothing is measured for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.browser import chromium
from simulator.lab.opening import usual
from simulator.lab.page import render
from simulator.lab.setting import of_a_file

AT = "#latency_ms=20&parse_ms=20&held_percent=100&in_flight=4&cores=2&python=3.11"
"""Where threads help no more, and processes do."""


@dataclass(frozen=True)
class Screen:
    """How large a window is, and how many pixels of the picture stand for each of its own."""

    width: int
    height: int
    scale: float


SCREENS: Mapping[str, Screen] = {"lab": Screen(1280, 1130, 1), "lab-phone": Screen(360, 1180, 1.5)}
"""The name of each picture and its window."""


def photograph_lab(name: str, folder: Path, into: Path) -> list[Path]:
    """Save a picture in light and dark; returns the files.

    Args:
        name: of `SCREENS`.
        folder: where the page may lie meanwhile.
        into: where the pictures are to be.

    Raises:
        NoBrowserError: there is no browser.
    """
    page = folder / "lab.html"
    page.write_text(render(usual(), of_a_file()), encoding="utf-8")
    screen, made = SCREENS[name], []
    with chromium() as browser:
        for scheme in ("light", "dark"):
            target = into / f"{name}-{scheme}.png"
            context = browser.new_context(
                color_scheme=scheme,
                viewport={"width": screen.width, "height": screen.height},
                device_scale_factor=screen.scale,
                reduced_motion="reduce",  # lanes stand as they are at the end
            )
            tab = context.new_page()
            tab.goto(f"{page.as_uri()}{AT}")
            for drawn in ("#map svg", "#curve svg", "#lanes canvas"):
                tab.locator(drawn).first.wait_for(state="attached", timeout=20_000)
            tab.screenshot(path=target)
            context.close()
            made.append(target)
    return made
