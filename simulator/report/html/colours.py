"""Colours of a page: a token for each tone, and what it is in light and in dark.

Tokens (`@strategy:3`, `@cpu`, `@text`) are what charts are told; the style sheet has a variable for each, and report.js
reads it. So a chart is the same object in both themes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from simulator.report.view.figure import STRATEGY, TONES, Bars, Figure, Grid, Lanes, Lines, Shape, Stack, Tone

# The first of the program's own strategies, in the order in which a page names them, have the same colour in every
# report; later ones, and what a scenario names itself, take what is left.
# Found by searching OKLab for colours that are far from one another for normal sight, protanopia and deuteranopia,
# each at least 3:1 against the background; the first four, which meet most often, were chosen by hand.
STRATEGIES_LIGHT = (
    "#3f4756", "#1d5fd0", "#c2560a", "#00886b", "#7a8cc7", "#4b1d97", "#9e0200",
    "#7d4b92", "#a568f9", "#dd579a", "#386652", "#7f8f4e", "#367ed4",
)  # fmt: skip
STRATEGIES_DARK = (
    "#d5dae2", "#6ea8ff", "#f2994a", "#2fc39a", "#a9b8f5", "#9a63e8", "#e8503f",
    "#4f8c97", "#b78fd8", "#f27fb8", "#ace08f", "#b39d6c", "#94c2db",
)  # fmt: skip
FIXED = len(STRATEGIES_LIGHT) - 1
"""So many have their own: one colour is left for another."""

LIGHT: Mapping[str, str] = {
    "surface": "#ffffff",
    "sunken": "#f4f5f7",
    "text": "#1b2029",
    "quiet": "#555d6b",
    "line": "#dde1e7",
    "accent": "#1d5fd0",
    "good": "#146c43",
    "bad": "#b3261e",
    "warn": "#8a5300",
    "cpu": "#2f6f4f",
    "fetch": "#5e9c7b",
    "other": "#8a6d3b",
    "network": "#b9c4d6",
    "queue": "#b87c00",
    "stall": "#d1242f",
    "idle": "#e3e6eb",
    "residual": "#a59bb5",
    "plain": "#4a6fa5",
    "muted": "#8b93a1",
}
DARK: Mapping[str, str] = {
    "surface": "#15181e",
    "sunken": "#1e232b",
    "text": "#e8ebf0",
    "quiet": "#a7afbd",
    "line": "#333a45",
    "accent": "#7fb0ff",
    "good": "#5fd39a",
    "bad": "#ff8a80",
    "warn": "#f0b455",
    "cpu": "#57b889",
    "fetch": "#8fd6b4",
    "other": "#c2a36b",
    "network": "#4d5a70",
    "queue": "#e6b030",
    "stall": "#ff5c61",
    "idle": "#2c323c",
    "residual": "#857a99",
    "plain": "#7ea6de",
    "muted": "#7d8695",
}


@dataclass(frozen=True)
class Palette:
    """Which strategy has which colour."""

    slots: Mapping[str, int]

    @staticmethod
    def of(figures: Iterable[Figure], known: Sequence[str]) -> "Palette":
        """Return the palette of a page: the first known have the colour of their place, others the next free one."""
        tones = (tone for figure in figures for panel in figure.panels for tone in _tones(panel.shape))
        met = dict.fromkeys(tone.removeprefix(STRATEGY) for tone in tones if tone.startswith(STRATEGY))
        own = known[:FIXED]
        slots = {name: own.index(name) for name in met if name in own}
        size = len(STRATEGIES_LIGHT)
        free = [slot for slot in range(size) if slot not in slots.values()]
        for index, name in enumerate(name for name in met if name not in own):
            slots[name] = free[index] if index < len(free) else index % size
        return Palette(slots)

    def slot(self, tone: Tone) -> int | None:
        """Return the number of a strategy's colour; null for any other tone."""
        return self.slots.get(tone.removeprefix(STRATEGY)) if tone.startswith(STRATEGY) else None

    def token(self, tone: Tone) -> str:
        """Return what a chart calls the colour. An unknown tone is `plain`."""
        slot = self.slot(tone)
        if slot is not None:
            return f"@{STRATEGY}{slot}"
        return f"@{tone}" if tone in TONES else "@plain"

    def variable(self, tone: Tone) -> str:
        """Return what the style sheet calls the colour."""
        return variable(self.token(tone))


def variable(token: str) -> str:
    """Return the variable of the style sheet that has a token's colour."""
    return f"--{token.removeprefix('@').replace(':', '-')}"


def _tones(shape: Shape) -> Iterator[Tone]:
    match shape:
        case Bars():
            yield from (bar.tone for bar in shape.bars if bar is not None)
        case Stack():
            yield from (layer.tone for layer in shape.layers)
        case Lines():
            yield from (line.tone for line in shape.lines)
        case Grid():
            yield from (tone for _, _, tone in shape.key)
            yield from (square.tone for row in shape.squares for square in row if square is not None)
            yield from (line.tone for line in shape.lines)
        case Lanes():
            return


def theme(named: Mapping[str, str], strategies: Iterable[str]) -> dict[str, str]:
    """Return every variable of a theme and its colour."""
    numbered = {variable(f"@{STRATEGY}{slot}"): colour for slot, colour in enumerate(strategies)}
    return {**{f"--{name}": colour for name, colour in named.items()}, **numbered}


def style() -> str:
    """Return the rules that give the variables their colours: light on paper, else as the reader has it."""
    light = _declared("light", theme(LIGHT, STRATEGIES_LIGHT))
    dark = _declared("dark", theme(DARK, STRATEGIES_DARK))
    return (
        f":root{{{light}}}\n"
        f"@media screen and (prefers-color-scheme: dark){{:root:not([data-paper]){{{dark}}}}}\n"
    )


def _declared(scheme: str, colours: Mapping[str, str]) -> str:
    return f"color-scheme:{scheme};" + "".join(f"{name}:{colour};" for name, colour in colours.items())
