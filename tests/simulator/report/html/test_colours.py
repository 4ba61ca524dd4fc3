"""The same strategy has the same colour everywhere, and every colour can be seen on its background."""

import itertools

import pytest

from simulator.report.html.colours import (
    DARK,
    FIXED,
    LIGHT,
    STRATEGIES_DARK,
    STRATEGIES_LIGHT,
    Palette,
    theme,
)
from simulator.report.view.figure import Axis, Bar, Bars
from simulator.scenario.strategy import NAMES, PULLING
from tests.simulator.report.html.examples import figure, figures

THEMES = ((LIGHT, STRATEGIES_LIGHT), (DARK, STRATEGIES_DARK))
RECEDING = ("network", "idle", "residual", "line", "surface", "sunken")
"""Fills that have a name beside them, or lines that only help; text has to be read, marks have to be seen."""


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    r, g, b = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("named", "strategies"), THEMES)
def test_marks_stand_out_from_the_background(named: dict[str, str], strategies: tuple[str, ...]) -> None:
    marks = {
        name: c for name, c in theme(named, strategies).items() if name.removeprefix("--") not in RECEDING
    }
    faint = {name: round(contrast(c, named["surface"]), 2) for name, c in marks.items()}
    assert {name: found for name, found in faint.items() if found < 3} == {}


@pytest.mark.parametrize(("named", "strategies"), THEMES)
def test_text_can_be_read(named: dict[str, str], strategies: tuple[str, ...]) -> None:
    del strategies
    for ink, ground in itertools.product(("text", "quiet", "accent"), ("surface", "sunken")):
        assert contrast(named[ink], named[ground]) >= 4.5, (ink, ground)
    for ink in ("good", "bad", "warn"):
        assert contrast(named[ink], named["surface"]) >= 4.5, ink


def test_no_two_strategies_look_the_same() -> None:
    assert (
        len(set(STRATEGIES_LIGHT))
        == len(STRATEGIES_LIGHT)
        == len(STRATEGIES_DARK)
        == len(set(STRATEGIES_DARK))
    )


def slots_of(names: tuple[str, ...]) -> list[int]:
    bars = Bars(names, tuple(Bar(1.0, tone=f"strategy:{name}") for name in names), Axis("throughput", ""))
    return [*Palette.of([figure("a", "A", ("", bars), names=names)], PULLING).slots.values()]


def test_the_first_strategies_of_the_program_have_a_colour_of_their_own_and_later_ones_what_is_left() -> None:
    assert slots_of(PULLING[:FIXED]) == list(range(FIXED))
    assert len(STRATEGIES_LIGHT) > FIXED  # with one left for a scenario's own
    later = slots_of(("threads", *PULLING[FIXED:]))
    assert later[0] == PULLING.index("threads")
    assert len(set(later)) == len(later)
    assert len(slots_of(NAMES)) == len(NAMES)


def test_a_strategy_has_its_colour_whatever_it_meets() -> None:
    axis = Axis("throughput", "pages/s")
    alone = figure(
        "a", "A", ("", Bars(("asyncio",), (Bar(1.0, tone="strategy:asyncio"),), axis)), names=("asyncio",)
    )
    assert Palette.of((alone,), PULLING).token("strategy:asyncio") == Palette.of(figures(), PULLING).token(
        "strategy:asyncio"
    )


def test_a_strategy_of_a_scenarios_own_takes_a_colour_that_no_other_has() -> None:
    palette = Palette.of(figures(), PULLING)
    assert len(set(palette.slots.values())) == len(palette.slots) == 13
