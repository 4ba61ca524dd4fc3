"""A run that was spread over machines: which measured what, and what that means for comparisons between them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from simulator.measures.factors import CASE, IN_FLIGHT, STRATEGY
from simulator.report.view.parts import Column, Part, Table, Verdict
from simulator.result.document import CellResult, ResultDocument
from simulator.result.repetition import machine_of
from simulator.text.numbers import clock, duration, number, share
from simulator.text.words import counted, listed

COLUMNS = (
    Column("combination", "", "", numeric=False),
    Column("cells", "", "strategies, with their baseline"),
    Column("planned rounds", "s", "by what is usual; what a job costs is found out there"),
)


def speeds(cells: Iterable[CellResult]) -> dict[str, float]:
    """Return the machines that measured what counts of these cells, with the fixed spin's median (s) on each.

    None where a run was not spread.
    """
    spins: dict[str, list[float]] = {}
    for cell in cells:
        for r in cell.whole():
            name = machine_of(r)
            if name is not None and r.status == "ok" and r.measures is not None:
                spins.setdefault(name, []).append(r.measures.spin_s)
    return {name: median(times) for name, times in spins.items()}


def measured_on(cells: Iterable[CellResult]) -> tuple[str, ...]:
    """Say below a table where its numbers are from; nothing where a run was not spread."""
    found = sorted(speeds(cells))
    return (f"measured on {listed(found)}",) if found else ()


def spread_over(document: ResultDocument) -> tuple[str, ...]:
    """Say that combinations were measured on different machines, and how alike those were; nothing where not."""
    known = speeds(document.cells)
    if len(known) < 2:  # noqa: PLR2004 - one machine compares with itself
        return ()
    fastest, *_, slowest = sorted(known, key=lambda name: known[name])
    said = (
        f"Measured on {listed(sorted(known))}, each combination whole on one of them: strategies are compared on one"
        f" machine. Where combinations are set beside one another, machines are too: {slowest} took"
        f" {share(known[slowest] / known[fastest] - 1)} longer than {fastest} for the same fixed computation."
    )
    return (said,)


def machines(document: ResultDocument) -> tuple[tuple[str, str], ...]:
    """Return each machine with how much it measured; none where a run was not spread."""
    return tuple(
        (
            f"measured on {name}",
            counted(len(own := [cell for cell in document.cells if name in speeds([cell])]), "cell")
            + f" of {counted(len({_combination(cell) for cell in own}), 'combination')}; a fixed computation"
            f" {duration(spin_s)}",
        )
        for name, spin_s in sorted(speeds(document.cells).items())
    )


def _combination(cell: CellResult) -> tuple[str, ...]:
    return tuple(
        f"{path}={level}" for path, level in cell.factors.items() if path not in (STRATEGY, IN_FLIGHT)
    )


@dataclass(frozen=True)
class PlannedUnit:
    """What one machine would measure at a time."""

    machine: str
    levels: dict[str, str]
    cells: int
    seconds: float


def build_machines(
    name: str, rounds: int, machines: Sequence[str], units: Sequence[PlannedUnit], left_out: Sequence[str]
) -> tuple[Part, ...]:
    """Return the parts of a plan for several machines: how long it takes, then a table for each.

    Args:
        name: of the scenario.
        rounds: that are planned.
        machines: their names.
        units: what each would measure, in that order.
        left_out: cells that cannot be run there, each with its reason.
    """
    lasts_s = [sum(unit.seconds for unit in units if unit.machine == machine) for machine in machines]
    cells = sum(unit.cells for unit in units)
    lasts = (
        f"{counted(cells, 'cell')} × {counted(rounds, 'round')} in {counted(len(units), 'combination')} on"
        f" {counted(len(machines), 'machine')}, about {clock(max(lasts_s, default=0.0))} (on one"
        f" {clock(sum(lasts_s))}), by what is usual."
    )
    said = (
        lasts,
        "Whoever is free takes the longest that is left, so that it may come otherwise.",
        *left_out,
    )
    tables = (
        Table(machine, COLUMNS, tuple(_row(name, unit) for unit in units if unit.machine == machine), (), ())
        for machine in machines
    )
    return (Verdict(f"{name}: not run, only planned", said), *tables)


def _row(name: str, unit: PlannedUnit) -> tuple[str, ...]:
    levels = ", ".join(v if k == CASE else f"{k} {v}" for k, v in unit.levels.items())
    return (levels or name, str(unit.cells), number(unit.seconds))
