"""What surely cannot count, or takes too long, is told before it is measured, with the number to write."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.schedule.refusals import Planned, refuse
from simulator.schedule.sizing import Gate, SizeError, Work

GATE = Gate(min_window_s=0.5, min_jobs_per_slot=10, time_limit_s=120)
WAITING = Work(
    cores=2, in_flight=8, processes=0, loop=False, releasing=False, wait_s=0.03, parse_cpu_s=0.0,
    client_cpu_s=0.0003, start_s=0.2, warmup=2, group="g",
)  # fmt: skip
ALONE = replace(WAITING, in_flight=1, group="")


def refused(*cells: Planned, gate: Gate = GATE, calibrated: bool = True) -> str:
    with pytest.raises(SizeError) as error:
        refuse(cells, gate, calibrated=calibrated)
    return str(error.value)


def test_a_window_that_is_too_short_whatever_happens_is_refused_with_the_number_to_write() -> None:
    cells = [Planned("sequential", ALONE, 100), Planned("threads", WAITING, 100)]
    text = refused(*cells)
    assert re.search(r"^  threads: 100 jobs take about \d+ ms; 500 ms is the least", text, re.MULTILINE)
    assert "sequential" not in text, "its window is long enough"
    wanted = re.search(r"write job\.pages: ([\d,]+) or more, or pages: auto", text)
    assert wanted is not None
    refuse([replace(cell, pages=int(wanted[1].replace(",", ""))) for cell in cells], GATE)


def test_too_few_jobs_for_what_is_in_flight_are_known_before_anything_is_calibrated() -> None:
    assert "60 jobs with 8 in flight; 10 for each is the least" in refused(
        Planned("threads", WAITING, 60), calibrated=False
    )
    refuse([Planned("threads", WAITING, 100)], GATE, calibrated=False)  # a parse may make it long enough
    refuse([Planned("threads", replace(WAITING, rate_per_s=100.0), 60)], GATE)  # open arrivals fill no slots


def test_what_outlasts_the_time_limit_is_refused_too() -> None:
    cells = [
        Planned("sequential", replace(ALONE, wait_s=1.0), 30_000),
        Planned("asyncio", replace(WAITING, wait_s=1.0, in_flight=3000, loop=True), 30_000),
    ]
    text = refused(*cells)
    assert "sequential: 30,000 jobs with 1 in flight take 8 h 20 min or more; time_limit is 2 min" in text
    assert "pages: auto, which sizes each cell by itself" in text
    assert "time_limit:" not in text, "one of ten hours is not allowed"
    refuse([replace(cell, pages=None) for cell in cells], GATE)
    tight = refused(*(replace(cell, pages=None) for cell in cells), gate=replace(GATE, time_limit_s=8))
    assert re.search(r"write time_limit: \d+s or longer, or a lower in_flight", tight)


def test_no_number_is_advised_where_none_suits_all() -> None:
    slow = replace(WAITING, wait_s=1.0)
    text = refused(
        Planned("a", replace(ALONE, wait_s=1.0), 200), Planned("b", replace(slow, in_flight=200), 200)
    )
    assert "job.pages:" not in text
    assert "write pages: auto" in text


def test_a_duration_that_is_too_short_is_refused_with_one_that_is_not() -> None:
    cell = Planned("threads", WAITING, duration_s=0.2)
    advised = re.search(r"write job\.duration: (\d+)ms or longer", refused(cell))
    assert advised is not None
    refuse([replace(cell, duration_s=int(advised[1]) / 1e3)], GATE)
    slow = Planned("threads", replace(WAITING, wait_s=0.5), duration_s=1.0)
    assert "with 8 in flight; 10 for each" in refused(slow)


@given(pages=st.integers(1, 10_000), in_flight=st.integers(1, 100), wait_s=st.floats(0, 2))
def test_what_a_cell_sizes_itself_is_never_refused_for_being_too_little(
    pages: int, in_flight: int, wait_s: float
) -> None:
    work = replace(WAITING, in_flight=in_flight, wait_s=wait_s)
    refuse([Planned("threads", work)], replace(GATE, time_limit_s=1e6))
    nothing = Gate(min_window_s=0.0, min_jobs_per_slot=0, time_limit_s=1e6)
    refuse([Planned("threads", work, pages)], nothing)  # a gate that lets everything pass
