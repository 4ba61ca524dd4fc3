"""Conditions over cells of different machines: a run that was spread has no rounds that they share."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from simulator.expectations.syntax import Measured
from simulator.judging.reading import Lacking, Reading
from simulator.result.document import CellResult
from simulator.result.repetition import machine_of
from simulator.text.words import listed

Readings = Mapping[Measured, Reading | Lacking]


def machines(cells: Iterable[CellResult]) -> tuple[str, ...]:
    """Return the machines that measured what counts of these cells; none where the run was not spread."""
    found = {machine_of(r) for cell in cells for r in cell.whole() if r.status == "ok"}
    return tuple(sorted(name for name in found if name is not None))


def one_by_one(readings: Readings) -> Readings:
    """Return the readings with the first round of each beside the first of the others, whatever their numbers."""
    return {
        metric: replace(
            reading, by_round=dict(enumerate(reading.by_round[r] for r in sorted(reading.by_round)))
        )
        if isinstance(reading, Reading)
        else reading
        for metric, reading in readings.items()
    }


def remark(names: tuple[str, ...]) -> str:
    """Say what a comparison of different machines is."""
    return f"measured on {listed(names)}, so that machines are compared too"
