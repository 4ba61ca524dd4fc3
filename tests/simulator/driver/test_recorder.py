"""What a recorder makes of the clock readings of a job."""

import os
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from simulator.driver.shared import recorder as recorder_module
from simulator.driver.shared.output import name_records
from simulator.driver.shared.recorder import (
    COLUMNS,
    LOOK_EVERY,
    MOST_KEPT_BYTES,
    NOT_KEPT,
    SHORT_NS,
    UNKNOWN,
    ErrorLog,
    Recorder,
    SampleLog,
)

WORKER, PAGE, START_NS = 4, 7, 90
STEP_NS = SHORT_NS
"""Between two readings of the clock: the shortest parse of which the CPU is asked."""
Do = Callable[[Recorder], None]


def recorded(do: Do, *, alone: bool = True, cpu: Callable[[], int] | None = None, step: int = STEP_NS) -> Any:
    """Return columns by name, record and kind of error of one job; the clock goes on with each reading, CPU by 10."""
    log, wall, spent = SampleLog(), count(100, step), count(10, 10)
    recorder = Recorder(WORKER, log.add, ErrorLog(), lambda: next(wall), cpu or (lambda: next(spent)), alone)
    recorder.free()
    do(recorder)
    [(numbers, record, error)] = log.jobs()
    return dict(zip(COLUMNS, numbers, strict=True)), record, error


def parse_here(recorder: Recorder) -> None:
    recorder.fetched(PAGE, 0, START_NS, 200, b"body", lambda page, body: (page, body))


def test_parsed_in_the_same_thread() -> None:
    columns, record, error = recorded(parse_here)
    assert (record, error) == ((7, b"body"), "")
    assert columns == {
        "page": PAGE,
        "worker": WORKER,
        "due_ns": START_NS,
        "start_ns": START_NS,
        "fetched_ns": 100,
        "parsed_ns": 100 + STEP_NS,
        "ready_ns": 100 + STEP_NS,
        "fetch_cpu_ns": 10,
        "parse_cpu_ns": 10,
        "parse_worker": WORKER,
        "parsing_ns": 100,
        "attempt": 1,
        "asked_ns": START_NS,
        "backoff_ns": 0,
        "earlier_ns": 0,
    }


def test_a_short_parse_was_on_cpu_all_the_time_and_is_not_asked() -> None:
    asked = count(10, 10)
    columns, _, _ = recorded(parse_here, cpu=lambda: next(asked), step=1_500)
    assert (columns["fetch_cpu_ns"], columns["parse_cpu_ns"]) == (10, 1_500)
    assert next(asked) == 30


def test_a_job_that_was_planned_is_due_before_it_begins() -> None:
    columns, _, _ = recorded(lambda recorder: recorder.fetched(PAGE, 60, START_NS, 200, b"", lambda *_: 0))
    assert (columns["due_ns"], columns["start_ns"]) == (60, START_NS)


def test_a_thread_shared_with_other_tasks_says_nothing_of_a_fetch() -> None:
    columns, _, _ = recorded(parse_here, alone=False)
    assert (columns["fetch_cpu_ns"], columns["parse_cpu_ns"]) == (UNKNOWN, 10)


@pytest.mark.parametrize("step", [1, STEP_NS])
def test_a_clock_that_does_not_exist_leaves_cpu_unknown(step: int) -> None:
    columns, _, _ = recorded(parse_here, cpu=lambda: UNKNOWN, step=step)
    assert (columns["fetch_cpu_ns"], columns["parse_cpu_ns"]) == (UNKNOWN, UNKNOWN)


def test_parsed_by_another_worker_it_is_ready_when_it_is_back() -> None:
    def elsewhere(recorder: Recorder) -> None:
        recorder.parsed(PAGE, 0, START_NS, 95, (9, 150, 160, 5, "record", "", ""))

    columns, record, _ = recorded(elsewhere, alone=False)
    assert record == "record"
    names = ("parse_worker", "fetched_ns", "parsing_ns", "parsed_ns", "parse_cpu_ns", "fetch_cpu_ns")
    assert [columns[name] for name in names] == [9, 95, 150, 160, 5, UNKNOWN]
    assert columns["ready_ns"] == 100


def test_what_a_parser_raised_elsewhere_is_counted_here() -> None:
    _, record, error = recorded(
        lambda r: r.parsed(PAGE, 0, START_NS, 95, (9, 1, 2, 5, None, "KeyError", "a"))
    )
    assert (record, error) == (None, "parse: KeyError")


def refuse(recorder: Recorder) -> None:
    recorder.fetched(PAGE, 0, START_NS, 503, b"", lambda *_: "a record")


def lose(recorder: Recorder) -> None:
    try:
        os.close(-1)
    except OSError:
        recorder.failed(PAGE, 0, START_NS)


def choke(recorder: Recorder) -> None:
    recorder.fetched(PAGE, 0, START_NS, 200, b"", lambda *_: os.environ["NO SUCH NAME"])


@pytest.mark.parametrize(
    ("do", "kind"),
    [(refuse, "status: 503"), (lose, "fetch: OSError"), (choke, "parse: KeyError")],
)
def test_what_fails_has_a_kind_and_no_record(do: Do, kind: str) -> None:
    columns, record, error = recorded(do)
    assert (record, error) == (None, kind)
    assert columns["start_ns"] <= columns["fetched_ns"] <= columns["parsed_ns"] == columns["ready_ns"]


def test_the_end_of_one_job_is_the_start_of_the_next() -> None:
    log, wall, spent = SampleLog(), count(0, STEP_NS), count(0, 10)
    recorder = Recorder(WORKER, log.add, ErrorLog(), lambda: next(wall), lambda: next(spent), alone=True)
    recorder.free()
    for _ in range(2):
        parse_here(recorder)
    assert [numbers[COLUMNS.index("fetch_cpu_ns")] for numbers, _, _ in log.jobs()] == [10, 10]


def test_records_that_fill_the_memory_are_let_go_of_and_said_to_be_unchecked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held = [0]
    monkeypatch.setattr(recorder_module, "peak_bytes", lambda: held[0])
    log = SampleLog()
    numbers = [PAGE] * len(COLUMNS)
    for record in range(2 * LOOK_EVERY):
        held[0] += MOST_KEPT_BYTES // LOOK_EVERY + 1
        log.add(numbers, record, "")
    kept = [record for _, record, _ in log.jobs()]
    assert kept == [*range(LOOK_EVERY), *[NOT_KEPT] * LOOK_EVERY]
    names, records, unchecked = name_records([*log.jobs()], str)
    assert names[LOOK_EVERY:] == [""] * LOOK_EVERY
    assert len(records) == LOOK_EVERY
    assert unchecked == "page 7: its record was not kept, nor those after it: the ones before hold 512 MB"
