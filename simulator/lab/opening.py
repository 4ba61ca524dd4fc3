"""With what the page opens: the points of a scenario or a run, and what a job needs there besides."""

import platform
import sysconfig
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mockserver.config import ServerConfig
from mockserver.latency import sampler
from simulator.analysis.demanded import held_share
from simulator.analysis.situations import cells_in
from simulator.environment.machine import usable_cores
from simulator.lab.measured import demands_in
from simulator.lab.presets import QUESTIONS, Preset
from simulator.lab.usual import USUAL, USUAL_CLIENT
from simulator.measures.factors import CASE, IN_FLIGHT, STRATEGY
from simulator.model.demands import Demands
from simulator.result.calibration import Calibration
from simulator.result.document import ResultDocument
from simulator.scenario.cells import Cell, expand
from simulator.scenario.model import Scenario
from simulator.scenario.strategy import StrategyName

DRAWN = 1_000
"""Pages whose delays make the mean of a distribution."""
UNKNOWN_PARSE_MS = 1.0
MOST_POINTS = 24
_NOT_THE_POINT = (STRATEGY, IN_FLIGHT)


@dataclass(frozen=True)
class Opening:
    """What the page begins with."""

    title: str
    state: Mapping[str, Any]
    presets: tuple[Preset, ...]
    demands: Mapping[StrategyName, Demands]
    """By strategy."""
    client: Mapping[str, str]
    origin: str
    """Where these numbers are from, in a sentence."""


def current_python() -> str:
    """Return the version of this Python as a runtime is called."""
    free = "t" if sysconfig.get_config_var("Py_GIL_DISABLED") else ""
    return ".".join(platform.python_version_tuple()[:2]) + free


def usual() -> Opening:
    """Return what it opens with where nothing is said."""
    state = {
        "latency_ms": 40.0,
        "parse_ms": 5.0,
        "held_percent": 100.0,
        "in_flight": 8,
        "cores": usable_cores(),
        "python": current_python(),
    }
    origin = "What a request costs is what is usual; simulator lab RUN takes it from a run of yours."
    return Opening("The lab", state, QUESTIONS, USUAL, USUAL_CLIENT, origin)


def of_scenario(scenario: Scenario) -> Opening:
    """Return what it opens with for a scenario; of one that says no parse cost it is not known yet."""
    opening = usual()
    cells = expand(scenario, usable_cores())
    presets = _presets("Your scenario", cells, {}, opening.state)
    parse = (
        "" if _says_parse_cost(cells) else " Its parse cost is known once it is run: set it, or give the run."
    )
    return replace(
        opening,
        title=scenario.name,
        state={**opening.state, **(presets[0].state if presets else {})},
        presets=(*presets, *opening.presets),
        client=_client(cells) or opening.client,
        origin=f"{opening.origin}{parse}",
    )


def of_run(document: ResultDocument) -> Opening:
    """Return what it opens with for a run: its points, and what its calibration found out."""
    opening = usual()
    machine = document.environment.get("machine") or {}
    here = {**opening.state, "cores": machine.get("usable_cores") or opening.state["cores"]}
    known = {cell.id: cell.calibration for cell in document.cells if cell.calibration is not None}
    cells = tuple(cells_in(document).values())
    presets = _presets("Your run", cells, known, here)
    client = _client(cells) or opening.client
    return replace(
        opening,
        title=str(document.scenario["name"]),
        state={**here, **(presets[0].state if presets else {})},
        presets=(*presets, *opening.presets),
        demands=demands_in(document, cells),
        client=client,
        origin=f"What a request costs is what run {document.id} found out before it measured.",
    )


def _presets(
    group: str, cells: Iterable[Cell], known: Mapping[str, Calibration], here: Mapping[str, Any]
) -> tuple[Preset, ...]:
    """Return the points of a scenario's combinations."""
    found: dict[str, Preset] = {}
    alone: set[str] = set()  # of which only the baseline was met
    for cell in cells:
        levels = {path: level for path, level in cell.factors.items() if path not in _NOT_THE_POINT}
        name = ", ".join(
            str(level) if path == CASE else f"{path.rpartition('.')[2]} {level}"
            for path, level in levels.items()
        )
        if (name in found and name not in alone) or len(found) == MOST_POINTS:
            continue
        latency_ms = _latency_ms(cell.server)
        if latency_ms is not None:
            state = {"latency_ms": latency_ms, **_parse(cell, known.get(cell.id))}
            state |= {"in_flight": int(cell.factors[IN_FLIGHT] or 1)}
            state |= {"cores": len(cell.affinity.driver)} if cell.affinity.driver else {}
            found[name] = Preset(group, name or "as it is", {**here, **state})
            alone = alone | {name} if cell.plan.in_flight == 1 else alone - {name}
    return tuple(found.values())


def _latency_ms(server: ServerConfig) -> float | None:
    """Return the mean delay; null where that is a matter of a recording."""
    try:
        delay = sampler(server.latency, 1)
        return round(sum(delay(page) for page in range(DRAWN)) / DRAWN / 1e6, 3)
    except ValueError:
        return None


def _parse(cell: Cell, calibration: Calibration | None) -> dict[str, float]:
    found_s = None if calibration is None else calibration.page_parse_cpu_s
    if found_s is None and cell.job.parse_cost_ns is not None:
        found_s = cell.job.parse_cost_ns / 1e9
    parse_ms = UNKNOWN_PARSE_MS if found_s is None else round(found_s * 1e3, 3)
    return {"parse_ms": parse_ms, "held_percent": round(100 * held_share(cell, calibration))}


def _says_parse_cost(cells: Iterable[Cell]) -> bool:
    return all(cell.job.parse_cost_ns is not None for cell in cells)


def _client(cells: Iterable[Cell]) -> dict[str, str]:
    """Return the clients of a scenario's first cell that has both; else none."""
    for cell in cells:
        blocking, loop = cell.job.client.blocking, cell.job.client.asyncio
        if blocking and loop and ":" not in blocking + loop:
            return {"blocking": blocking, "asyncio": loop}
    return {}
