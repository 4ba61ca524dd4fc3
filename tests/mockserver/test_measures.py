import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver import loop_lag, request_log
from mockserver.loop_lag import PERIOD_NS, LoopLag
from mockserver.metrics import exposition
from mockserver.outcomes import FAULTS, NONE, Outcome
from mockserver.request_log import CLIENTS_OWN, RequestLog, merged_columns
from mockserver.stats import Snapshot, merged, percentile

MS = 1_000_000


def filled(log: RequestLog, rows: int) -> RequestLog:
    log.since_ns = 0
    for n in range(rows):
        log.add(n, n % 3, 1_000 * n, 1_000 * n + 60, 1_000 * n + 90, 50, n % 3, 1)
    return log


def test_the_log_gives_back_what_was_added() -> None:
    assert filled(RequestLog(worker=2), 2).columns() == {
        "request_id": ["2-0", "2-1"],
        "page": [0, 1],
        "received_ns": [0, 1_000],
        "first_byte_ns": [60, 1_060],
        "last_byte_ns": [90, 1_090],
        "intended_ns": [50, 50],
        "job": [0, 1],
        "attempt": [1, 1],
        "begun_ns": [0, 1_000],
        "fault": [None, None],
        "status": [200, 200],
        "dropped": 0,
    }


def test_the_log_keeps_what_became_of_who_queued_was_refused_or_met_a_fault() -> None:
    log = filled(RequestLog(), 1)  # error 10
    log.add_outcome(1, 1, 100, 180, 190, 50, 1, 1, Outcome(120))  # waited 20; error 10
    log.add_outcome(2, 2, 200, 201, 202, NONE, 2, 1, Outcome(200, NONE, 429))
    row = log.add_outcome(3, 3, 300, NONE, NONE, 50, 3, 2, Outcome(340, FAULTS.index("hang"), NONE))
    log.add_outcome(4, 4, 400, 470, 470, 50, 4, 1, Outcome(400, FAULTS.index("reset"), NONE))  # error 20
    columns = log.columns()
    assert columns["begun_ns"] == [0, 120, 200, 340, 400]
    assert columns["fault"] == [None, None, None, "hang", "reset"]
    assert columns["status"] == [200, 200, 429, None, None]
    assert columns["first_byte_ns"] == [60, 180, 201, None, 470]
    assert columns["intended_ns"] == [50, 50, None, 50, 50]
    assert columns["last_byte_ns"] == [90, 190, 202, None, 470]
    log.end(row, 301, 900)  # of another one that stood there
    assert log.columns()["last_byte_ns"][3] is None
    log.end(row, 300, 900)
    assert log.columns()["last_byte_ns"][3] == 900
    assert (log.delay_errors_ns(), log.delay_error_sum_ns, log.undelayed) == ([10, 10, 20], 40, 2)
    assert log.queued_ns() == [0, 20, 40, 0]
    assert (log.completed, log.refused, log.faults) == (
        5,
        1,
        {FAULTS.index("hang"): 1, FAULTS.index("reset"): 1},
    )
    log.reset()
    assert (log.refused, log.faults, log.undelayed, log.queued_ns()) == (0, {}, 0, [])
    log.add_outcome(5, 5, 1, 2, 3, 4, 5, 1, Outcome(1))
    assert log.completed == 0


def test_an_outcome_is_not_taken_for_that_of_a_later_row_in_its_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(request_log, "CAPACITY", 4)
    log = RequestLog(since_ns=0)
    for n in range(7):
        if n in {1, 3, 4}:
            log.add_outcome(n, n, 10 * n, 10 * n + 5, 10 * n + 6, 5, n, 1, Outcome(10 * n + 1, 0, 500 + n))
        else:
            log.add(n, n, 10 * n, 10 * n + 5, 10 * n + 6, 5, n, 1)
    columns = log.columns()
    assert (columns["page"], columns["dropped"]) == ([3, 4, 5, 6], 3)
    assert columns["status"] == [503, 504, 200, 200]
    assert columns["begun_ns"] == [31, 41, 50, 60]
    log.reset()
    log.since_ns = 0
    log.add(0, 0, 7, 8, 9, 0, 0, 1)
    assert log.columns()["status"] == [200]


def test_the_log_keeps_a_clients_own_id() -> None:
    log = RequestLog(worker=2, since_ns=0)
    log.add(CLIENTS_OWN, 4, 10, 20, 30, 10, 9, 3)
    columns = log.columns()
    assert (columns["request_id"], columns["page"], columns["job"], columns["attempt"]) == (
        ["9-3"],
        [4],
        [9],
        [3],
    )


def test_a_full_log_drops_the_oldest_and_says_so() -> None:
    log = filled(RequestLog(), request_log.CAPACITY + 3)
    columns = log.columns()
    assert columns["dropped"] == 3
    assert columns["request_id"][0] == "0-3"
    assert columns["request_id"][-1] == f"0-{request_log.CAPACITY + 2}"
    assert {len(column) for name, column in columns.items() if name != "dropped"} == {request_log.CAPACITY}
    assert len(log.delay_errors_ns()) == request_log.CAPACITY


def test_a_reset_leaves_out_what_was_received_before_it() -> None:
    log = filled(RequestLog(), 3)
    log.count_error(404)
    log.reset()
    log.add(7, 0, log.since_ns - 1, log.since_ns + 1, log.since_ns + 2, 0, 0, 1)
    assert (log.completed, log.errors, log.columns()["request_id"]) == (0, {}, [])
    log.add(8, 0, log.since_ns, log.since_ns + 1, log.since_ns + 2, 0, 0, 1)
    assert log.columns()["request_id"] == ["0-8"]


def test_what_was_begun_is_counted_from_the_last_reset() -> None:
    log = RequestLog(numbered=5)
    assert log.begun == 5
    log.reset()
    log.numbered += 2
    assert (log.begun, log.completed) == (2, 0)


def test_logs_of_several_workers_become_one() -> None:
    one, two = filled(RequestLog(worker=0), 2).columns(), filled(RequestLog(worker=1), 1).columns()
    columns = merged_columns([one, two])
    assert columns["request_id"] == ["0-0", "0-1", "1-0"]
    assert columns["dropped"] == 0


def test_each_missed_tick_counts() -> None:
    lag = LoopLag()
    assert lag.tick(due_ns=10 * MS, now_ns=45 * MS) == 50 * MS
    assert sorted(lag.samples_ns()) == [5 * MS, 15 * MS, 25 * MS, 35 * MS]
    lag.reset()
    assert lag.samples_ns() == []


def test_ticks_take_bounded_room() -> None:
    lag = LoopLag()
    lag.tick(0, PERIOD_NS * (loop_lag.CAPACITY + 10))
    assert len(lag.samples_ns()) == loop_lag.CAPACITY


@given(st.lists(st.integers(), min_size=1), st.floats(0, 1))
def test_a_percentile_is_a_value_with_that_share_at_or_below_it(values: list[int], quantile: float) -> None:
    ordered = sorted(values)
    found = percentile(ordered, quantile)
    assert found in values
    assert found is not None
    assert sum(value <= found for value in values) >= quantile * len(values) * (1 - 1e-12)
    assert sum(value < found for value in values) <= quantile * len(values)


def snapshot(delay_errors_ns: list[int], *, wait_ns: int | None = 5) -> Snapshot:
    return Snapshot(
        pid=1,
        generation=7,
        requests_begun=len(delay_errors_ns) + 1,
        requests=len(delay_errors_ns),
        in_flight=1,
        connections_open=2,
        connections_opened=3,
        errors={"404": 1},
        faults={"reset": 2},
        rate_limited=3,
        undelayed=0,
        queued_ns=[MS] * 3,
        delay_errors_ns=delay_errors_ns,
        delay_error_sum_ns=sum(delay_errors_ns),
        cpu_ns=2_000_000_000,
        run_queue_wait_ns=wait_ns,
        loop_lag_ns=[MS],
        window_ns=4_000_000_000,
        content={"kind": "catalogue", "pages": 5, "problems": []},
    )


def test_percentiles_are_of_all_values_not_averages() -> None:
    # The median of all is 1 ms; the mean of the two medians would be 50.5 ms.
    stats = merged([snapshot([MS] * 9), snapshot([100 * MS])])
    assert stats["delay_error_s"] == {"mean": 0.0109, "p50": 0.001, "p90": 0.001, "p99": 0.1, "max": 0.1}
    assert (stats["requests"], stats["in_flight"], stats["cpu_s"]) == (10, 2, 4.0)
    assert (stats["requests_begun"], stats["generation"]) == (12, 7)
    assert stats["errors"] == {"404": 2}
    assert (stats["faults"], stats["rate_limited"], stats["queue"]) == ({"reset": 4}, 6, None)
    assert [worker["requests"] for worker in stats["workers"]] == [9, 1]


def test_what_is_not_known_is_null() -> None:
    stats = merged([snapshot([], wait_ns=None)])
    assert stats["delay_error_s"] == {"mean": None, "p50": None, "p90": None, "p99": None, "max": None}
    assert stats["run_queue_wait_s"] is None


def test_metrics_are_in_the_format_of_prometheus() -> None:
    text = exposition(merged([snapshot([MS])])).decode()
    assert "mockserver_requests_total 1.0" in text
    assert 'mockserver_errors_total{status="404"} 1.0' in text
    assert 'mockserver_delay_error_seconds{statistic="p50"} 0.001' in text
    assert "python_info" not in text
    assert 'mockserver_faults_total{kind="reset"} 2.0' in text
    assert "mockserver_rate_limited_total 3.0" in text
    assert "mockserver_queue" not in text
    queue = {"waiting": 2, "max": 5, "mean": 1.5}
    text = exposition(merged([snapshot([MS])], queue)).decode()
    assert "mockserver_queue_waiting 2.0" in text
    assert 'mockserver_queue_length{statistic="mean"} 1.5' in text
    assert 'mockserver_queue_wait_seconds{statistic="p50"} 0.001' in text
    assert "mockserver_run_queue_wait" not in exposition(merged([snapshot([], wait_ns=None)])).decode()
