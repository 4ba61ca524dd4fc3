"""What a run was measured on: the machine and the Pythons."""

from collections.abc import Collection, Mapping
from typing import Any

from simulator.measures.factors import RUNTIME
from simulator.report.view.left_out import left_out
from simulator.report.view.machines import machines
from simulator.report.view.parts import Facts
from simulator.result.document import CellResult, ResultDocument
from simulator.text.numbers import duration, number
from simulator.text.words import counted

MOST_PYTHONS = 4
"""Of a line; more are counted."""


def machine(document: ResultDocument) -> Facts:
    """Return what the job ran on."""
    items = list(interpreters(document))
    if not items:
        ran = _ran(document.cells)
        keys = ("implementation", "version", "executable")
        for implementation, version, executable in sorted({tuple(str(e.get(k)) for k in keys) for e in ran}):
            items.append(("job ran on", f"{implementation} {version} ({executable})"))
        states = _states(ran)
        if states:
            items.append(("GIL in its workers", _on_off(states)))
    items += sorted(_client_cpu(document).items())
    jobs = _jobs(document.cells)
    if jobs:
        items.append(("jobs of a repetition", jobs))
    items += [("not served", sentence) for sentence in left_out(document)]
    items += machines(document)
    for name, value in (("machine", summary(document.environment)), ("run", document.id)):
        if value:
            items.append((name, str(value)))
    return Facts("Machine", tuple(items))


def _jobs(cells: Collection[CellResult]) -> str:
    """Say how many jobs a repetition had, where that is not the same of all cells."""
    counts = {
        cell.calibration.jobs
        for cell in cells
        if cell.calibration is not None and cell.calibration.jobs is not None
    }
    if len(counts) < 2:  # noqa: PLR2004 - then the scenario says it, or the table
        return ""
    return f"{number(min(counts))} to {number(max(counts))}, for each cell by what its jobs cost"


def interpreters(document: ResultDocument) -> tuple[tuple[str, str], ...]:
    """Return each runtime with what it was; none where the document has no such factor."""
    cells: dict[str, list[CellResult]] = {}
    for cell in document.cells:
        if RUNTIME in cell.factors:
            cells.setdefault(str(cell.factors[RUNTIME]), []).append(cell)
    return tuple((f"runtime {runtime}", _described(of_it)) for runtime, of_it in cells.items())


def in_a_line(document: ResultDocument) -> str:
    """Return machine, Pythons and run in a line, without paths: they say more of a person than of a number."""
    pythons: dict[str, set[bool]] = {}
    for about in _ran(document.cells):
        if "version" in about:
            pythons.setdefault(_python(about), set()).update(_states([about]))
    told = [f"{name} (GIL {_on_off(states)})" if states else name for name, states in pythons.items()]
    if len(told) > MOST_PYTHONS:
        told = [*told[: MOST_PYTHONS - 1], f"{len(told) - MOST_PYTHONS + 1} more Pythons"]
    where = summary(document.environment) or "an unknown machine"
    return "; ".join([where, *told, f"run {document.id}, {document.started_at[:10]}"])


def _described(cells: list[CellResult]) -> str:
    ran = _ran(cells)
    if not ran:
        reasons = [cell.reason for cell in cells if cell.reason]
        return f"nothing was measured on it: {reasons[0]}" if reasons else "nothing was measured on it"
    known = dict.fromkeys(f"{_python(environment)} ({environment.get('executable')})" for environment in ran)
    states = _states(ran)
    gil = f", GIL {_on_off(states)}" if states else ""
    found = (cell.calibration.parse_cpu_s for cell in cells if cell.calibration is not None)
    costs = [cost_s for cost_s in found if cost_s is not None]
    parse = f", one parse {duration(min(costs))} CPU alone" if costs else ""
    return f"{'; '.join(known)}{gil}{parse}"


def _ran(cells: Collection[CellResult]) -> list[Mapping[str, Any]]:
    return [r.environment for cell in cells for r in cell.whole() if r.environment]


def _states(environments: Collection[Mapping[str, Any]]) -> set[bool]:
    late = {True for about in environments if about.get("gil_turned_on_by")}
    return {bool(state) for about in environments for state in about.get("gil_enabled") or ()} | late


def _on_off(states: Collection[bool]) -> str:
    return "on and off" if len(states) > 1 else "on" if True in states else "off"


def _python(environment: Mapping[str, Any]) -> str:
    build = " free-threaded" if environment.get("free_threaded") else ""
    return f"{environment.get('implementation', 'Python')} {environment.get('version', '')}{build}"


def summary(environment: Mapping[str, Any]) -> str:
    """Return what machine this is in a few words, as far as it is known."""
    machine, system = environment.get("machine") or {}, environment.get("platform") or {}
    cores, limit = machine.get("usable_cores"), machine.get("cpu_limit_cores")
    physical = machine.get("physical_cores")
    parts = [
        machine.get("cpu_model"),
        counted(cores, "usable core") if cores else None,
        "which are one physical core" if cores and cores > 1 and physical == 1 else None,
        f"{counted(physical, 'physical core')}" if cores and physical and 1 < physical < cores else None,
        f"limited to {limit:.1f} cores by its container" if limit else None,
        " ".join(str(system[key]) for key in ("system", "release") if system.get(key)),
    ]
    return ", ".join(part for part in parts if part)


def _client_cpu(document: ResultDocument) -> dict[str, str]:
    """Return what one request cost each kind of client alone, and how much of that is for decoding, by its name."""
    found: dict[str, str] = {}
    for cell in document.cells:
        known = cell.calibration
        for kind, cpu_s in () if known is None else known.client_cpu_s.items():
            if known is None or cpu_s is None:
                continue
            side, _, library = kind.partition(":")
            way = [
                side,
                *(["TLS"] if known.tls else []),
                *([known.encoding] if known.plain_cpu_s else []),
                *([known.opened] if known.opened else []),
            ]
            plain_s = known.plain_cpu_s.get(kind)
            apart = "" if plain_s is None else f"; of a page that is not compressed {duration(plain_s)}"
            found[f"{library} ({', '.join(way)})"] = f"{duration(cpu_s)} CPU per request, alone{apart}"
    return found
