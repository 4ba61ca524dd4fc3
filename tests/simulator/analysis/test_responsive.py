"""How long a loop stands still, from cells with known lag and makespan."""

from dataclasses import replace

from simulator.analysis.findings.responsive import responsive
from simulator.report.sentences.registry import sentence
from simulator.result.calibration import Calibration
from simulator.result.document import CellResult
from simulator.stats.percentiles import Lag
from tests.simulator.analysis.builders import document

SCOPE = {"in_flight": "8"}


def cell(name: str, lag_s: float | None, makespan_s: float, idle_s: float | None = 0.0004) -> CellResult:
    (made,) = document({name: [10.0] * 3}).cells
    return replace(
        made,
        loop_lag_s=None if lag_s is None else Lag(None, None, lag_s),
        makespan_s=makespan_s,
        calibration=Calibration(idle_loop_lag_s=None if idle_s is None else Lag(None, None, idle_s)),
    )


ON_LOOP = cell("asyncio", 1.79, 10.0)
THREADS = cell("asyncio_to_threads", 0.0834, 10.5)
PROCESSES = cell("asyncio_to_processes", 0.012, 6.0)


def test_stalls_and_their_price_stand_beside_an_idle_loop() -> None:
    (found,) = responsive(SCOPE, [ON_LOOP, THREADS, PROCESSES])
    assert sentence(found) == (
        "Parsed on the loop, it stands still for up to 1,790 ms; handed to threads 83.4 ms at +5 % wall time and to"
        " processes 12 ms at -40 % wall time. A loop that has nothing to do is up to 0.4 ms late here."
    )
    assert found.idle_loop_lag_max_s == 0.0004
    assert found.handed[0].loop_lag_max_s == 0.0834


def test_without_a_control_none_is_named() -> None:
    (found,) = responsive(SCOPE, [cell("asyncio", 1.0, 10.0, idle_s=None), THREADS])
    assert "nothing to do" not in sentence(found)
    assert found.idle_loop_lag_max_s is None


def test_it_takes_a_loop_that_parses_and_one_that_does_not() -> None:
    assert responsive(SCOPE, [ON_LOOP]) == []
    assert responsive(SCOPE, [THREADS, PROCESSES]) == []
    assert responsive(SCOPE, [ON_LOOP, cell("asyncio_to_threads", None, 10.0)]) == []
