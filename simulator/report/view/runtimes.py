"""What each of several Pythons was."""

from collections.abc import Mapping
from typing import Any

from simulator.measures.factors import RUNTIME
from simulator.result.document import CellResult, ResultDocument
from simulator.text.numbers import duration


def interpreters(document: ResultDocument) -> tuple[tuple[str, str], ...]:
    """Return each runtime with what it was; none where the document has no such factor."""
    cells: dict[str, list[CellResult]] = {}
    for cell in document.cells:
        if RUNTIME in cell.factors:
            cells.setdefault(str(cell.factors[RUNTIME]), []).append(cell)
    return tuple((f"runtime {runtime}", _described(of_it)) for runtime, of_it in cells.items())


def _described(cells: list[CellResult]) -> str:
    ran = [r.environment for cell in cells for r in cell.repetitions if r.environment]
    if not ran:
        reasons = [cell.reason for cell in cells if cell.reason]
        return f"nothing was measured on it: {reasons[0]}" if reasons else "nothing was measured on it"
    known = dict.fromkeys(_python(environment) for environment in ran)
    states = {state for environment in ran for state in environment.get("gil_enabled") or ()}
    gil = "GIL on and off" if len(states) > 1 else f"GIL {'on' if True in states else 'off'}"
    found = ((cell.calibration or {}).get("parse_cpu_s") for cell in cells)
    costs = [float(cost_s) for cost_s in found if cost_s is not None]
    parse = f", one parse {duration(min(costs))} CPU alone" if costs else ""
    return f"{'; '.join(known)}{f', {gil}' if states else ''}{parse}"


def _python(environment: Mapping[str, Any]) -> str:
    build = " free-threaded" if environment.get("free_threaded") else ""
    return (
        f"{environment.get('implementation', 'Python')} {environment.get('version', '')}{build}"
        f" ({environment.get('executable')})"
    )
