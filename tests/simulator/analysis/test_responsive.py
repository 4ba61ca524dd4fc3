"""How long a loop stands still, from cells with known lag and makespan."""

from dataclasses import replace

import pytest

from simulator.analysis.findings.responsive import responsive
from simulator.report.sentences.registry import sentence
from simulator.result.calibration import Calibration
from simulator.result.document import CellResult
from simulator.stats.percentiles import Lag
from tests.simulator.analysis.builders import document

SCOPE = {"in_flight": "8"}
DRIFT = (1.0, 1.3, 0.8)
"""By how much longer everything took in each round: pairs know nothing of it."""


def cell(name: str, lag_s: float | None, makespan_s: float, idle_s: float | None = 0.0004) -> CellResult:
    (made,) = document({name: [100 / (makespan_s * drift) for drift in DRIFT]}).cells
    return replace(
        made,
        loop_lag_s=None if lag_s is None else Lag(None, None, lag_s),
        calibration=Calibration(idle_loop_lag_s=None if idle_s is None else Lag(None, None, idle_s)),
    )


ON_LOOP = cell("asyncio", 1.79, 10.0)
THREADS = cell("asyncio_to_threads", 0.0834, 10.6)
PROCESSES = cell("asyncio_to_processes", 0.012, 6.0)


def test_stalls_and_their_price_stand_beside_an_idle_loop() -> None:
    (found,) = responsive(SCOPE, [ON_LOOP, THREADS, PROCESSES])
    assert sentence(found) == (
        "Parsed on the loop, it stands still for up to 1,790 ms in a round; handed to threads 83.4 ms at 1.06 × the"
        " wall time and to processes 12 ms at 0.60 × the wall time. A loop that has nothing to do is up to 0.4 ms late"
        " here."
    )
    assert found.idle_loop_lag_max_s == 0.0004
    assert found.handed[0].loop_lag_max_s == 0.0834
    assert found.handed[0].longer == pytest.approx(0.06)


def test_an_older_document_has_the_price_without_its_interval() -> None:
    (found,) = responsive(SCOPE, [ON_LOOP, THREADS])
    older = replace(found, handed=(replace(found.handed[0], wall=None),))
    assert "handed to threads 83.4 ms at +6 % wall time." in sentence(older)


def test_without_a_control_none_is_named() -> None:
    (found,) = responsive(SCOPE, [cell("asyncio", 1.0, 10.0, idle_s=None), THREADS])
    assert "nothing to do" not in sentence(found)
    assert found.idle_loop_lag_max_s is None


def test_it_takes_a_loop_that_parses_and_one_that_does_not() -> None:
    assert responsive(SCOPE, [ON_LOOP]) == []
    assert responsive(SCOPE, [THREADS, PROCESSES]) == []
    assert responsive(SCOPE, [ON_LOOP, cell("asyncio_to_threads", None, 10.0)]) == []
