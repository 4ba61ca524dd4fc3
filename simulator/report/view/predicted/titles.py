"""What the combinations of a prediction, their cells and bands are called."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.analysis.combinations import Key, named
from simulator.measures.factors import IN_FLIGHT, STRATEGY
from simulator.measures.varying import varying
from simulator.result.prediction import Band
from simulator.result.predictions import PredictedCell, PredictedCombination
from simulator.text.numbers import number


@dataclass(frozen=True)
class Title:
    """What a combination is called."""

    label: str
    """Beside others: the levels that vary, perhaps none."""
    headline: str
    """Never empty, and with the jobs in flight."""

    def before(self, text: str) -> str:
        """Return a sentence about it among those about others."""
        return f"{self.label}: {text}" if self.label else text


def key(levels: Mapping[str, Any]) -> Key:
    """Return what tells combinations apart."""
    return tuple((name, str(level)) for name, level in levels.items())


def titles(found: Sequence[PredictedCombination]) -> Mapping[Key, Title]:
    """Return the title of each combination."""
    varied = varying([each.levels for each in found])
    made: dict[Key, Title] = {}
    for each in found:
        label = ", ".join(named(name, str(level)) for name, level in each.levels.items() if name in varied)
        fixed = IN_FLIGHT in each.levels and IN_FLIGHT not in varied
        flight = f"{each.levels[IN_FLIGHT]} in flight" if fixed else ""
        made[key(each.levels)] = Title(label, ", ".join(filter(None, (label, flight))) or "all cells")
    return made


def name(cell: PredictedCell) -> str:
    """Return what a cell is called in its table, with a star where its jobs in flight differ by its nature."""
    return (cell.level or str(cell.factors[STRATEGY])) + ("*" if cell.marked else "")


def reach(band: Band) -> str:
    """Return a band without its middle."""
    return f"{number(band.low)}–{number(band.high)}"
