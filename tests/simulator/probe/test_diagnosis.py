from dataclasses import replace

import pytest

from simulator.probe.diagnosis import advise, ceiling, conclude, contradiction, disturbed, limit
from simulator.probe.report import build
from simulator.probe.result import Python, Record
from simulator.report.view.parts import Facts, Table
from simulator.stats.intervals import Interval
from tests.simulator.probe.measurements import held, measured, ratio, threads

SCALING = {"gil_held": held(0.05), "speedup": {2: ratio(1.9), 4: ratio(1.9)}}


def test_work_that_holds_the_gil_belongs_into_processes() -> None:
    result = conclude(measured())
    assert (result.limit, result.advice.where) == ("the GIL", "processes")
    assert result.ceiling == pytest.approx(1 / 0.98)


def test_work_that_releases_it_belongs_into_threads() -> None:
    found = measured(**SCALING, threads={1: threads(1.0), 2: threads(1.0), 4: threads(0.5, 0.5)})
    assert (limit(found), advise(found).where) == ("cores", "threads")
    assert ceiling(found) == 2


def test_a_lock_of_its_own_is_told_from_the_gil() -> None:
    found = measured(gil_held=held(0.05), speedup={2: ratio(0.9)})
    assert limit(found) == "a lock inside the process, not the GIL"
    assert advise(found).where == "processes"


def test_memory_mapping_is_named_where_the_kernel_takes_the_time() -> None:
    found = measured(
        gil_held=held(0.05), speedup={2: ratio(0.9)}, threads={2: threads(0.5, 0.0, kernel=0.6, faults=300)}
    )
    assert (
        limit(found)
        == "a lock inside the process, not the GIL: memory mapping, with 300 page faults per call"
    )


def test_no_lock_is_named_where_threads_were_not_stalled() -> None:
    found = measured(
        gil_held=held(0.05), speedup={2: ratio(0.9)}, threads={1: threads(1.0), 2: threads(0.5, 0.5)}
    )
    assert limit(found) is None


def test_the_machine_is_blamed_where_processes_do_not_scale_either() -> None:
    assert str(limit(measured(processes={2: ratio(1.0)}))).startswith("the machine")


def test_nothing_is_named_while_other_programs_use_the_cores() -> None:
    found = measured(threads={1: threads(0.4, 0.6), 2: threads(0.2, 0.8)})
    assert "60 %" in str(disturbed(found))
    assert limit(found) is None
    assert advise(found).where == "processes"
    assert "by that share alone" in advise(found).reason


def test_short_calls_are_made_where_one_is() -> None:
    assert advise(measured(cost_s=Interval(2e-5, 1e-5, 3e-5))).where == "inline"


def test_waiting_in_short_calls_still_gains_from_threads() -> None:
    waits = measured(
        gil_held=held(0.0, 0.0),
        cost_s=Interval(5e-4, 4e-4, 6e-4),
        speedup={2: ratio(2.0)},
        threads={1: threads(0.01), 2: threads(0.01)},
    )
    assert advise(waits).where == "threads"
    assert ceiling(waits) == pytest.approx(200)


def test_without_a_gil_the_cores_are_the_ceiling() -> None:
    python = Python("cpython", "3.13.5", free_threaded=True, gil_enabled=False)
    assert ceiling(measured(gil_held=None, python=python)) == 2


def test_without_a_held_share_there_is_no_ceiling() -> None:
    assert ceiling(measured(gil_held=None)) is None


def test_a_speed_up_above_what_the_held_share_allows_is_a_contradiction_and_no_advice() -> None:
    found = measured(gil_held=held(1.0), speedup={2: ratio(1.68), 4: ratio(2.85)})
    result = conclude(found)
    assert "4 threads did 2.85 times" in str(result.contradiction)
    assert (result.limit, result.advice.where) == (None, "processes")
    assert "contradicts" in result.advice.reason
    assert any("contradict each other" in caution for part in build(result, ()) for caution in notes(part))


def test_a_speed_up_that_is_only_perhaps_above_it_is_none_but_still_no_advice() -> None:
    found = measured(gil_held=held(1.0), speedup={2: Interval(1.4, 1.01, 1.9), 4: ratio(1.0)})
    assert contradiction(found) is None
    assert advise(found).where == "processes"


def test_a_speed_up_below_the_ceiling_contradicts_nothing() -> None:
    assert contradiction(measured(gil_held=held(0.5), speedup={2: ratio(1.9), 4: ratio(1.95)})) is None
    assert contradiction(measured(gil_held=None, speedup={2: ratio(1.9)})) is None


def notes(part: object) -> tuple[str, ...]:
    return part.notes if isinstance(part, Table) else ()


def test_threads_that_need_more_cpu_for_the_same_calls_without_a_gil_hinder_each_other() -> None:
    python = Python("cpython", "3.13.5", free_threaded=True, gil_enabled=False)
    alone, beside = (replace(threads(1.0), cpu_per_call_s=cpu) for cpu in (0.0134, 0.0506))
    found = measured(gil_held=None, python=python, speedup={2: ratio(0.58)}, threads={1: alone, 2: beside})
    assert "a call costs 3.78 times the CPU beside another" in str(limit(found))
    assert limit(replace(found, threads={1: alone, 2: alone})) is None


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (
            Record(2_500, 26_000, "title: NavigableString"),
            "10.4 times as much, most of it by title: NavigableString",
        ),
        (
            Record(2_500, None, "title: NavigableString (RecursionError)"),
            "cannot be handed back by a process: title",
        ),
        (Record(2_500, 700, None), "700 B when pickled, of a page of 2.5 kB"),
    ],
)
def test_what_a_record_weighs_is_among_the_facts(record: Record, said: str) -> None:
    facts = [
        dict(part.items) for part in build(conclude(measured(record=record)), ()) if isinstance(part, Facts)
    ]
    assert said in facts[0]["its record"]
