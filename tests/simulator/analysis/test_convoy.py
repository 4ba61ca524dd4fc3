"""The law of the convoy, from cells whose numbers follow it or do not."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from simulator.analysis.findings.convoy import convoys
from simulator.report.sentences.registry import sentence
from simulator.result.document import ResultDocument
from tests.simulator.analysis.builders import document

ALONE_S = 0.0001

Rate = Callable[[int, float], float]


def law(spinners: int, interval_s: float) -> float:
    return 1 / (ALONE_S + 2 * spinners * interval_s)


def measured(
    rate: Rate,
    *,
    intervals: tuple[float, ...] = (0.005, 0.01),
    places: tuple[str, ...] = ("threads",),
    **environment: Any,
) -> ResultDocument:
    """Return a document of one cell for each interval, place and number of spinners."""
    made = document({"sequential": [100.0] * 3})
    (base,) = made.cells
    cells = []
    for interval_s in intervals:
        for place in places:
            for spinners in (0, 1, 2, 4):
                known: Mapping[str, Any] = {
                    "switch_interval_s": interval_s,
                    "client": "socket",
                    "beside": {"spinners": spinners, "in": place} if spinners else None,
                    **environment,
                }
                value = rate(spinners if place == "threads" else 0, interval_s)
                assert base.throughput_per_s is not None
                cells.append(
                    replace(
                        base,
                        id=f"{interval_s}-{place}-{spinners}",
                        factors={
                            **base.factors,
                            "beside.spinners": spinners,
                            "beside.in": place,
                            "job.switch_interval": f"{interval_s * 1e3:g}ms",
                        },
                        in_flight=1,
                        parse=None,
                        repetitions=tuple(replace(r, environment=known) for r in base.repetitions),
                        throughput_per_s=replace(base.throughput_per_s, median=value, low=value, high=value),
                    )
                )
    return replace(made, cells=tuple(cells))


def test_cells_that_follow_the_law_say_so_and_name_the_switch_interval() -> None:
    (found,) = convoys(measured(law, places=("threads", "processes")))
    assert "6 of 6 are within 35 %" in sentence(found)
    assert "at a switch interval of 5 ms 99.0, 49.8 and 24.9 pages/s beside 1, 2 and 4" in sentence(found)
    assert "With the computing in processes there were 10,000 pages/s." in sentence(found)
    assert "it is the GIL's switch interval" in sentence(found)
    assert found.calls == pytest.approx(2)
    assert found.alone_s == pytest.approx(ALONE_S)
    assert found.points[1].predicted_per_s == pytest.approx(law(2, 0.005))


def test_a_wait_that_does_not_depend_on_the_interval_is_not_the_gils() -> None:
    (found,) = convoys(measured(lambda spinners, _: law(spinners, 0.005)))
    assert "does not grow as the switch interval does" in sentence(found)
    assert "GIL" not in sentence(found)
    assert found.near == 3


def test_a_wait_of_less_than_a_turn_names_no_cause() -> None:
    (found,) = convoys(measured(lambda spinners, interval_s: 1 / (ALONE_S + 0.1 * spinners * interval_s)))
    assert "0 of 6 are within 35 %" in sentence(found)
    assert "took the lock back before a spinning one woke up" in sentence(found)
    assert "GIL" not in sentence(found)


def test_with_one_interval_the_cause_is_not_named() -> None:
    (found,) = convoys(measured(law, intervals=(0.005,)))
    assert "GIL" not in sentence(found)
    assert found.waits_for is None


@pytest.mark.parametrize(
    "environment",
    [{"client": "http.client"}, {"beside": None}, {"switch_interval_s": None}],
    ids=["another client", "no spinners", "no switch interval"],
)
def test_where_the_law_does_not_apply_nothing_is_said(environment: Mapping[str, Any]) -> None:
    assert convoys(measured(law, **environment)) == []


def test_without_a_cell_alone_the_control_in_processes_gives_d() -> None:
    made = measured(law, places=("threads", "processes"))
    cells = tuple(cell for cell in made.cells if cell.factors["beside.spinners"])
    (found,) = convoys(replace(made, cells=cells))
    assert found.alone_s == pytest.approx(ALONE_S)
