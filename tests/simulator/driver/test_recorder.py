"""What a recorder makes of the clock readings of a job."""

import os
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from simulator.driver.shared.recorder import COLUMNS, UNKNOWN, ErrorLog, Recorder, SampleLog

WORKER = 4


def recorded(
    do: Callable[[Recorder], None], *, alone: bool = True, cpu: Callable[[], int] | None = None
) -> Any:
    """Return columns by name, record and kind of error of one job; clocks go on by 1 with each reading."""
    log, wall, spent = SampleLog(), count(100), count(10, 10)
    recorder = Recorder(WORKER, log.add, ErrorLog(), lambda: next(wall), cpu or (lambda: next(spent)), alone)
    recorder.free()
    recorder.begun(7, 0)
    do(recorder)
    recorder.ready()
    [(numbers, record, error)] = log.jobs()
    return dict(zip(COLUMNS, numbers, strict=True)), record, error


def parse_here(recorder: Recorder) -> None:
    assert recorder.fetched(200)
    recorder.parse(lambda page, body: (page, body), b"body")


def test_parsed_in_the_same_thread() -> None:
    columns, record, error = recorded(parse_here)
    assert (record, error) == ((7, b"body"), "")
    assert columns == {
        "page": 7,
        "worker": WORKER,
        "due_ns": 100,
        "start_ns": 100,
        "fetched_ns": 101,
        "parsed_ns": 102,
        "ready_ns": 102,
        "fetch_cpu_ns": 10,
        "parse_cpu_ns": 10,
        "parse_worker": WORKER,
        "parsing_ns": 101,
        "attempt": 1,
    }


def test_a_thread_shared_with_other_tasks_says_nothing_of_a_fetch() -> None:
    columns, _, _ = recorded(parse_here, alone=False)
    assert (columns["fetch_cpu_ns"], columns["parse_cpu_ns"]) == (UNKNOWN, 10)


def test_a_clock_that_does_not_exist_leaves_cpu_unknown() -> None:
    columns, _, _ = recorded(parse_here, cpu=lambda: UNKNOWN)
    assert (columns["fetch_cpu_ns"], columns["parse_cpu_ns"]) == (UNKNOWN, UNKNOWN)


def test_parsed_by_another_worker_it_is_ready_when_it_is_back() -> None:
    def elsewhere(recorder: Recorder) -> None:
        assert recorder.fetched(200)
        recorder.parsed(9, 150, 160, 5, "record", "", "")

    columns, record, _ = recorded(elsewhere, alone=False)
    assert record == "record"
    assert [columns[name] for name in ("parse_worker", "parsing_ns", "parsed_ns", "parse_cpu_ns")] == [
        9,
        150,
        160,
        5,
    ]
    assert columns["ready_ns"] == 102


def refuse(recorder: Recorder) -> None:
    assert not recorder.fetched(503)


def lose(recorder: Recorder) -> None:
    try:
        os.close(-1)
    except OSError:
        recorder.failed()


def choke(recorder: Recorder) -> None:
    recorder.fetched(200)
    recorder.parse(lambda *_: os.environ["NO SUCH NAME"], b"")


@pytest.mark.parametrize(
    ("do", "kind"),
    [(refuse, "status: 503"), (lose, "fetch: OSError"), (choke, "parse: KeyError")],
)
def test_what_fails_has_a_kind_and_no_record(do: Callable[[Recorder], None], kind: str) -> None:
    columns, record, error = recorded(do)
    assert (record, error) == (None, kind)
    assert columns["start_ns"] <= columns["fetched_ns"] <= columns["parsed_ns"] == columns["ready_ns"]


def test_the_end_of_one_job_is_the_start_of_the_next() -> None:
    log, spent = SampleLog(), count(0, 10)
    recorder = Recorder(WORKER, log.add, ErrorLog(), lambda: 1, lambda: next(spent), alone=True)
    recorder.free()
    for page in range(2):
        recorder.begun(page, 0)
        parse_here(recorder)
        recorder.ready()
    assert [numbers[COLUMNS.index("fetch_cpu_ns")] for numbers, _, _ in log.jobs()] == [10, 10]
