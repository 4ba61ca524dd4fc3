"""What surely cannot count, or takes too long, is told before it is measured, with the number to write."""

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from simulator.schedule.refusals import Planned, reasons
from simulator.schedule.sizing import Gate, Work

GATE = Gate(min_window_s=0.5, min_jobs_per_slot=10, time_limit_s=120)
WAITING = Work(
    cores=2, in_flight=8, processes=0, loop=False, releasing=False, wait_s=0.03, parse_cpu_s=0.0,
    client_cpu_s=0.0003, start_s=0.2, warmup=2, group="g",
)  # fmt: skip
ALONE = replace(WAITING, in_flight=1, group="")


def test_a_window_that_is_too_short_whatever_happens_is_refused_with_the_number_to_write() -> None:
    assert reasons(Planned(ALONE, 100), GATE) == (), "one at a time they take 3 s"
    (reason,) = reasons(Planned(WAITING, 100), GATE)
    found = re.fullmatch(
        r"the window of about \d+ ms is shorter than 500 ms; raise job\.pages to (\d+), or write pages: auto.*",
        reason,
    )
    assert found is not None
    assert reasons(Planned(WAITING, int(found[1])), GATE) == ()
    assert reasons(Planned(WAITING, 100), GATE, calibrated=False) == (), "a parse may make it long enough"


def test_too_few_jobs_for_what_is_in_flight_are_known_before_anything_is_calibrated() -> None:
    (reason,) = reasons(Planned(WAITING, 60), GATE, calibrated=False)
    assert reason == "60 jobs for 8 in flight, fewer than 10 for each; raise job.pages to 80"
    slow = replace(WAITING, wait_s=0.5, rate_per_s=50.0)
    assert reasons(Planned(slow, 60), GATE) == (), "open arrivals fill no slots"


def test_what_outlasts_the_time_limit_is_refused_too() -> None:
    alone = replace(ALONE, wait_s=1.0)
    (reason,) = reasons(Planned(alone, 30_000), GATE)
    assert reason.startswith(
        "30,000 jobs with 1 in flight take 8 h 20 min or more, and time_limit is 2 min 00 s;"
    )
    assert "raise time_limit" not in reason, "one of ten hours is not allowed"
    most = re.search(r"lower job\.pages to (\d+), or write pages: auto", reason)
    assert most is not None
    assert reasons(Planned(alone, int(most[1])), GATE) == ()
    many = replace(WAITING, wait_s=1.0, in_flight=3000, loop=True)
    assert reasons(Planned(many), GATE) == ()
    (tight,) = reasons(Planned(many), replace(GATE, time_limit_s=8))
    assert re.search(r"raise time_limit to \d+s, or lower in_flight$", tight)


def test_a_duration_that_is_too_short_is_refused_with_one_that_is_not() -> None:
    short, few = reasons(Planned(WAITING, duration_s=0.2), GATE)
    assert short == "the window of 200 ms is shorter than 500 ms; raise job.duration to 500ms"
    advised = re.fullmatch(r"at most \d+ jobs for 8 in flight, .*; raise job\.duration to (\d+)ms", few)
    assert advised is not None
    assert reasons(Planned(WAITING, duration_s=int(advised[1]) / 1e3), GATE) == ()


def test_a_ramp_takes_its_time_of_the_limit() -> None:
    ramped = replace(WAITING, ramp_s=60)
    assert reasons(Planned(ramped), GATE) == reasons(Planned(ramped, 10_000), GATE) == ()
    (sized,) = reasons(Planned(ramped), replace(GATE, time_limit_s=30))
    assert re.search(
        r"take 1 min 0\d s or more, and .*; raise time_limit to 1m\d+s, or lower in_flight or job\.ramp$",
        sized,
    )
    (timed,) = reasons(Planned(ramped, duration_s=61), GATE)
    assert re.search(
        r"^the ramp of .* longer than time_limit.*; raise time_limit to 3m, or lower job\.ramp", timed
    )
    assert reasons(Planned(ramped, duration_s=61), replace(GATE, time_limit_s=180)) == ()


@given(pages=st.integers(1, 10_000), in_flight=st.integers(1, 100), wait_s=st.floats(0, 2))
def test_what_a_cell_sizes_itself_is_never_refused_for_being_too_little(
    pages: int, in_flight: int, wait_s: float
) -> None:
    work = replace(WAITING, in_flight=in_flight, wait_s=wait_s)
    assert reasons(Planned(work), replace(GATE, time_limit_s=1e6)) == ()
    nothing = Gate(min_window_s=0.0, min_jobs_per_slot=0, time_limit_s=1e6)
    assert reasons(Planned(work, pages), nothing) == (), "a gate that lets everything pass"
