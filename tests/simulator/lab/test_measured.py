from dataclasses import replace
from pathlib import Path

import pytest

from simulator.lab.measured import demands_in
from simulator.lab.usual import USUAL
from simulator.result.calibration import Calibration
from simulator.result.document import ResultDocument
from simulator.result.needs import Needs, Over, Request
from simulator.scenario.cells import expand
from simulator.scenario.load import load_text
from tests.conftest import tiny_text
from tests.simulator.analysis.builders import matrix

CELLS = expand(load_text(tiny_text(), "tiny", Path()), 2)
CPU_S = {"blocking:http.client": 0.3e-3, "asyncio:aiohttp": 0.2e-3}
REQUESTS = {
    name: Request(cpu_s, error=0.02, wall_s=1e-3, kernel=0.4, drops=5.0, wide_s=None, server_s=0.05e-3)
    for name, cpu_s in CPU_S.items()
}
LOOKED = Needs(REQUESTS, gil=True, held=1.0, over={"shards:processes": Over(0.03e-3, 0.07e-3)})


def run_with(calibration: Calibration) -> ResultDocument:
    document = matrix({"5ms": {"5ms": {"threads": [90.0] * 3}}}, {"5ms": 0.005})
    cells = (replace(cell, calibration=calibration) for cell in document.cells)
    return replace(document, cells=tuple(cells))


def test_what_was_looked_at_alone_is_taken_for_every_strategy() -> None:
    document = run_with(Calibration(parse_cpu_s=0.002, client_cpu_s=CPU_S, needs=LOOKED))
    found = demands_in(document, CELLS)
    threads, processes = found["threads"], found["processes_of_asyncio"]
    assert threads.client_free.mean_s == pytest.approx(0.4 * 0.3e-3, rel=0.3)
    assert threads.drops == 5.0
    assert (processes.over_main.mean_s, processes.over_worker.mean_s) == pytest.approx(
        (0.03e-3, 0.07e-3), rel=0.3
    )
    # Nobody looked at a pool.
    assert found["asyncio_to_processes"].over_main == USUAL["asyncio_to_processes"].over_main
    assert found.keys() == USUAL.keys()


def test_else_the_client_s_cpu_is_what_was_calibrated() -> None:
    found = demands_in(run_with(Calibration(client_cpu_s=CPU_S)), CELLS)
    assert found["threads"].client_held.mean_s + found["threads"].client_free.mean_s == pytest.approx(0.3e-3)
    assert found["asyncio"].client_held.mean_s == pytest.approx(0.15e-3)


def test_what_is_not_known_is_usual() -> None:
    assert demands_in(run_with(Calibration()), CELLS) == USUAL
    assert demands_in(run_with(Calibration(client_cpu_s=CPU_S)), ()) == USUAL
