import json
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import jsonschema
import numpy as np
import pytest

from simulator.analysis.summary import summarise
from simulator.result.attribution import UNCOUNTED, Timeline
from simulator.result.calibration import Calibration
from simulator.result.document import CellResult, ResultDocument, from_json, result_schema, to_json
from simulator.result.repetition import DelayError, Disturbance, Phase, Repetition, ServerMeasures
from simulator.result.run import PlannedCell, RunStatus
from simulator.result.samples import Samples
from simulator.stats.percentiles import Lag
from tests.simulator.analysis.builders import MS, document, planned, repetition, run, samples

MEASURED = {
    "throughput_per_s", "speedup", "makespan_s", "startup_s", "drain_s", "response_time_s", "fetch", "parse",
    "network_s", "resume_lag_s", "cpu_per_page_s", "cores_used", "run_queue_cores", "memory_bytes", "loop_lag_s",
    "server", "digest", "pages",
}  # fmt: skip


def one(repetitions: Sequence[Repetition], cell: PlannedCell | None = None, **changes: object) -> CellResult:
    cell = cell or planned("threads")
    return summarise(run([cell], repetitions, **changes)).cells[0]  # type: ignore[arg-type]


def test_a_cell_is_the_median_over_its_rounds() -> None:
    cell = one(
        [
            repetition("threads", i, rate, cpu_per_page_s=cpu)
            for i, (rate, cpu) in enumerate([(40, 3), (50, 1), (90, 2)])
        ]
    )
    assert cell.status == "ok"
    assert cell.reason is None
    assert cell.throughput_per_s is not None
    assert cell.throughput_per_s.median == 50
    assert cell.throughput_per_s.low < 50 < cell.throughput_per_s.high
    assert cell.cpu_per_page_s == 2
    assert cell.equality == "equal"
    assert cell.digest == "d"
    assert cell.pages == 100


def test_phases_are_means_and_null_if_one_repetition_has_none() -> None:
    phases = [Phase(0.1, 0.01, 0.02), Phase(0.3, 0.03, None)]
    cell = one([repetition("threads", i, fetch=phase) for i, phase in enumerate(phases)])
    assert cell.fetch is not None
    assert cell.fetch.wall_s == pytest.approx(0.2)
    assert cell.fetch.cpu_s == pytest.approx(0.02)
    assert cell.fetch.stall_s is None


def test_percentiles_pool_the_raw_samples_of_valid_repetitions_and_are_not_averaged() -> None:
    # 500 of 20 ms and 500 of 120 ms: the median of all is 20 ms, the mean of the two medians would be 70 ms.
    columns = {
        0: samples(500, fetch_ns=10 * MS),
        1: samples(500, fetch_ns=110 * MS),
        2: samples(500, fetch_ns=900 * MS),
    }
    done = [
        repetition("threads", 0),
        repetition("threads", 1),
        repetition("threads", 2, status="invalid", reason="x"),
    ]
    cell = one(done, kept=lambda _, round_: columns[round_])
    assert cell.response_time_s is not None
    assert cell.response_time_s.p50 == pytest.approx(0.020)
    assert cell.response_time_s.p99 == pytest.approx(0.120)
    assert cell.response_time_s.max == pytest.approx(0.120)
    assert cell.response_time_s.p99_9 is None
    curve = dict(cell.response_curve)
    assert (curve[0.5], curve[0.99]) == (cell.response_time_s.p50, cell.response_time_s.p99)
    assert max(curve) == 0.99
    ends = {share: (low, high) for share, low, high in cell.response_ends}
    assert ends[0.5] == pytest.approx((0.020, 0.120))
    assert ends[0.99] == pytest.approx((0.120, 0.120))
    assert cell.resume_lag_s is not None
    assert cell.resume_lag_s.max == pytest.approx(0.067)


def test_ten_samples_beyond_may_come_from_several_repetitions() -> None:
    few = [repetition("threads", i) for i in range(2)]
    cell = one(few, kept=lambda *_: samples(10))
    assert cell.response_time_s is not None
    assert cell.response_time_s.p50 is not None
    assert one(few[:1], kept=lambda *_: samples(10)).response_time_s.p50 is None  # type: ignore[union-attr]


def test_failed_jobs_are_no_response_times() -> None:
    jobs = samples(200, errors=dict.fromkeys(range(150), "x"))
    ready = jobs.ready_ns.copy()
    ready[:150] += 9_000 * MS
    kept = Samples(**{f.name: getattr(jobs, f.name) for f in fields(jobs)} | {"ready_ns": ready})
    cell = one([repetition("threads", 0)], kept=lambda *_: kept)
    assert cell.response_time_s is not None
    assert cell.response_time_s.max == pytest.approx(0.060)


def test_without_kept_samples_the_rest_is_still_summarised() -> None:
    cell = one([repetition("threads", 0)], kept=lambda *_: None)
    assert cell.status == "ok"
    assert cell.response_time_s is None
    assert cell.resume_lag_s is None
    assert cell.server is not None
    assert cell.server.delay_error_s.mean == pytest.approx(0.0002)


def test_the_delay_error_pools_the_stamps() -> None:
    columns = {0: samples(1_000, delay_error_ns=1 * MS), 1: samples(3_000, delay_error_ns=3 * MS)}
    cell = one([repetition("threads", i) for i in range(2)], kept=lambda _, round_: columns[round_])
    assert cell.server is not None
    found = cell.server.delay_error_s
    assert [found.mean, found.p50, found.p99] == pytest.approx([0.0025, 0.003, 0.003])


def test_speedup_is_paired_by_the_rounds_that_both_sides_have() -> None:
    # The machine doubles its speed each round; each ratio is 3, whatever the medians say.
    base = [repetition("sequential", i, 10.0 * 2**i) for i in range(5) if i != 1]
    other = [repetition("threads", i, 30.0 * 2**i) for i in range(5) if i != 3]
    cells = summarise(run([planned("sequential"), planned("threads")], base + other, rounds=5)).cells
    speedup = cells[1].speedup
    assert speedup is not None
    assert [speedup.median, speedup.low, speedup.high] == pytest.approx([3, 3, 3])
    assert speedup.kind == "interval"


def test_rounds_that_do_not_count_on_one_side_do_not_count_in_the_ratio() -> None:
    base = [repetition("sequential", i, 10.0) for i in range(4)]
    other = [repetition("threads", i, 30.0) for i in range(3)] + [
        repetition("threads", 3, 900.0, status="invalid", reason="x")
    ]
    speedup = summarise(run([planned("sequential"), planned("threads")], base + other)).cells[1].speedup
    assert speedup is not None
    assert speedup.high == pytest.approx(3)


def test_without_a_common_round_there_is_no_speedup_and_sequential_never_has_one() -> None:
    done = [repetition("sequential", 0), repetition("threads", 1)]
    cells = summarise(run([planned("sequential"), planned("threads")], done)).cells
    assert [cell.speedup for cell in cells] == [None, None]
    assert cells[0].baseline_id is None


def test_a_baseline_that_failed_gives_no_speedup() -> None:
    done = [
        *[repetition("sequential", i) for i in range(3)],
        repetition("sequential", 3, None, status="failed", reason="it died"),
        *[repetition("threads", i) for i in range(4)],
    ]
    cells = summarise(run([planned("sequential"), planned("threads")], done, rounds=4)).cells
    assert cells[0].status == "failed"
    assert cells[0].throughput_per_s is None
    assert cells[1].speedup is None
    assert cells[1].status == "ok"


def test_fewer_than_three_rounds_give_ranges() -> None:
    found = document({"sequential": [10.0, 11.0], "threads": [30.0, 44.0]}).cells[1]
    assert found.throughput_per_s is not None
    assert (found.throughput_per_s.kind, found.throughput_per_s.low, found.throughput_per_s.high) == (
        "range",
        30,
        44,
    )
    assert found.speedup is not None
    assert found.speedup.kind == "range"
    assert [found.speedup.low, found.speedup.high] == pytest.approx([3, 4])


@pytest.mark.parametrize(
    ("cell", "done", "status", "reason"),
    [
        (planned("threads", unsupported="9 processes are too many; set 4"), [], "unsupported", "set 4"),
        (
            None,
            [repetition("threads", 0, None, status="unsupported", reason="no lxml")],
            "unsupported",
            "no lxml",
        ),
        (
            None,
            [repetition("threads", 0), repetition("threads", 1, None, status="failed", reason="killed")],
            "failed",
            "killed",
        ),
        (
            None,
            [repetition("threads", i, status="invalid", reason=f"late {i}") for i in range(3)],
            "invalid",
            "late 2",
        ),
        (
            None,
            [repetition("threads", 0, status="discarded", reason="disturbed", disturbed=True)],
            "invalid",
            "disturbed",
        ),
        (None, [], "skipped", "not measured"),
    ],
)
def test_a_cell_without_valid_repetitions_says_why_and_measures_nothing(
    cell: PlannedCell | None, done: list[Repetition], status: str, reason: str
) -> None:
    found = one(done, cell)
    assert found.status == status
    assert found.reason is not None
    assert reason in found.reason
    assert {name for name in MEASURED if getattr(found, name) is not None} == set()
    assert found.repetitions == tuple(replace(each, environment={}) for each in done), (
        "they have it in common"
    )


def test_discarded_and_invalid_rounds_do_not_enter_the_numbers_but_are_told() -> None:
    done = [
        repetition("threads", 0, 500.0, status="discarded", disturbed=True, reason="disturbed"),
        repetition("threads", 1, 900.0, status="invalid", reason="the server was late; lower in_flight"),
        *[repetition("threads", i, 50.0) for i in (2, 3, 4)],
    ]
    cell = one(done)
    assert cell.throughput_per_s is not None
    assert cell.throughput_per_s.high == pytest.approx(50)
    assert cell.warnings == ("1 of 4 repetitions invalid: the server was late; lower in_flight",)


def test_disturbed_rounds_that_count_are_a_warning_with_how_much() -> None:
    done = [
        repetition("threads", 0, disturbed=True, disturbance=Disturbance(0.05, 0.20)),
        repetition("threads", 1, disturbed=True, disturbance=Disturbance(0.07, 0.10)),
        repetition("threads", 2),
    ]
    (warning,) = one(done).warnings
    assert "2 of 3 repetitions disturbed" in warning
    assert "20 %" in warning
    assert "7 %" in warning


def test_warnings_of_repetitions_are_told_once_and_a_marked_strategy_says_so() -> None:
    cell = planned("processes_per_core", marked=True, in_flight=2)
    found = one([repetition(cell.id, i, warnings=("records were not compared: x",)) for i in range(3)], cell)
    assert found.warnings == (
        "2 in flight, by the nature of this strategy, unlike the others",
        "records were not compared: x",
    )
    assert found.marked


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        (["equal", "equal"], "equal"),
        (["equal", "unchecked"], "unchecked"),
        (["unchecked", "differs"], "differs"),
    ],
)
def test_equality_is_the_worst_of_all_repetitions(verdicts: list[str], expected: str) -> None:
    assert one([repetition("threads", i, equality=v) for i, v in enumerate(verdicts)]).equality == expected


def test_a_digest_is_told_only_where_all_repetitions_agree() -> None:
    assert one([repetition("threads", i, digest="d") for i in range(2)]).digest == "d"
    assert one([repetition("threads", i, digest=d) for i, d in enumerate("de")]).digest is None
    assert one([repetition("threads", i, digest=d) for i, d in enumerate(["d", None])]).digest is None
    assert one([repetition("threads", 0, digest=None)]).digest is None


def test_what_no_repetition_could_measure_is_null_and_never_zero() -> None:
    unknown: dict[str, Any] = {
        "fetch": Phase(None, None, None),
        "parse": Phase(None, None, None),
        "network_s": None,
        "resume_lag_s": None,
        "cpu_per_page_s": None,
        "cores_used": None,
        "run_queue_cores": None,
        "memory_bytes": None,
        "loop_lag_s": None,
        "digest": None,
        "server": ServerMeasures(
            DelayError(None, None, None), None, saturated=False, loop_lag_p99_s=None, connections_opened=None
        ),
    }
    cell = one(
        [repetition("threads", i, **unknown) for i in range(3)], kept=lambda *_: samples(stamped=False)
    )
    assert cell.status == "ok"
    for name in (
        "network_s",
        "resume_lag_s",
        "cpu_per_page_s",
        "cores_used",
        "run_queue_cores",
        "memory_bytes",
        "loop_lag_s",
        "digest",
    ):
        assert getattr(cell, name) is None, name
    assert cell.fetch == Phase(None, None, None)
    assert cell.server == unknown["server"]


def test_a_measure_that_one_valid_repetition_lacks_is_null() -> None:
    assert one([repetition("threads", i, cores_used=c) for i, c in enumerate([1.0, None])]).cores_used is None


def test_the_loop_lag_of_a_round_in_the_middle_is_told_since_that_of_all_grows_with_their_number() -> None:
    lags = [Lag(0.001, None, 0.5), Lag(0.002, 0.004, 0.1), Lag(0.003, 0.006, 0.2), None]
    for times in (1, 4):
        done = [repetition("threads", i, loop_lag_s=lag) for i, lag in enumerate(lags * times)]
        assert one(done).loop_lag_s == Lag(0.002, 0.005, 0.2)


def test_connections_opened_are_summed_where_all_are_known() -> None:
    def server(opened: int | None) -> ServerMeasures:
        return ServerMeasures(
            DelayError(None, None, None), None, saturated=True, loop_lag_p99_s=None, connections_opened=opened
        )

    found = one([repetition("threads", i, server=server(n)) for i, n in enumerate([0, 2])]).server
    assert found is not None
    assert found.connections_opened == 2
    assert found.saturated is True


@pytest.mark.parametrize(
    ("done", "status", "partial", "rounds"),
    [
        ([repetition(c, i) for i in range(3) for c in ("sequential", "threads")], "complete", False, 3),
        ([repetition(c, i) for i in range(3) for c in ("sequential", "threads")], "interrupted", True, 3),
        ([repetition(c, i) for i in range(2) for c in ("sequential", "threads")], "complete", False, 2),
        ([repetition("sequential", 0)], "running", True, 1),
        (
            [
                *[repetition("sequential", i) for i in range(3)],
                repetition("threads", 0, None, status="failed", reason="x"),
            ],
            "complete",
            False,
            3,
        ),
        ([], "interrupted", True, 0),
    ],
)
def test_a_run_that_ended_early_is_partial(
    done: list[Repetition],
    status: RunStatus,
    partial: bool,  # noqa: FBT001 - a table
    rounds: int,
) -> None:
    found = summarise(run([planned("sequential"), planned("threads")], done, status=status))
    assert (found.partial, found.rounds_done) == (partial, rounds)


def test_calibrations_and_errors_belong_to_their_cell() -> None:
    cells = summarise(
        run(
            [planned("sequential"), planned("threads")],
            [
                repetition("threads", 0, status="invalid", reason="x", errors={"status: 500": 2}),
                repetition("threads", 1, errors={"status: 500": 1}),
            ],
            calibrations={"threads": {"repeats": 3}},
        )
    ).cells
    assert [cell.calibration for cell in cells] == [None, Calibration(repeats=3)]
    assert [cell.errors for cell in cells] == [{}, {"status: 500": 3}]


def whole() -> ResultDocument:
    """One cell of every status, real samples behind it."""
    cells = [
        planned("sequential"), planned("threads"), planned("asyncio"), planned("processes"),
        planned("processes_per_core", marked=True, in_flight=2), planned("later"),
        planned("many", unsupported="too many"),
    ]  # fmt: skip
    done = [
        *[repetition("sequential", i, 10.0 + i) for i in range(3)],
        *[repetition("threads", i, 30.0 + i, loop_lag_s=Lag(None, None, 0.1)) for i in range(3)],
        *[repetition("asyncio", i, status="invalid", reason="late", errors={"x": 1}) for i in range(3)],
        repetition("processes", 0, None, status="failed", reason="died"),
        *[
            repetition("processes_per_core", i, 20.0 + i, environment={"gil_enabled": [True]})
            for i in range(3)
        ],
    ]
    return summarise(
        run(cells, done, calibrations={"threads": {"repeats": 2, "client_cpu_s": {"blocking:httpx": 0.001}}})
    )


def test_the_document_reads_back_as_it_was_and_keeps_to_its_schema() -> None:
    found = whole()
    assert {cell.status for cell in found.cells} == {"ok", "invalid", "failed", "skipped", "unsupported"}
    text = to_json(found)
    assert from_json(text) == found
    jsonschema.Draft202012Validator.check_schema(result_schema())
    jsonschema.validate(json.loads(text), result_schema(), jsonschema.Draft202012Validator)


def test_every_cell_has_strategy_and_in_flight_among_its_factors() -> None:
    for cell in whole().cells:
        assert {"strategy", "in_flight"} <= cell.factors.keys()


def test_numbers_are_pythons_own() -> None:
    for cell in whole().cells:
        for name in MEASURED:
            assert not isinstance(getattr(cell, name), np.generic), name


def test_turns_are_shown_of_valid_cells_and_enter_no_number() -> None:
    cells = [planned("sequential"), planned("threads"), planned("asyncio")]
    done = [repetition("sequential", 0, 10.0), repetition("threads", 0, 20.0)]
    done.append(repetition("asyncio", 0, 20.0, status="invalid", reason="late"))
    seen = Timeline(UNCOUNTED, 1_000, (), 0)
    plain = run(cells, done, rounds=1)
    without, with_turns = (
        summarise(plain),
        summarise(replace(plain, turns={"threads": seen, "asyncio": seen})),
    )
    assert [cell.turns for cell in with_turns.cells] == [None, seen, None]
    assert replace(with_turns, cells=tuple(replace(cell, turns=None) for cell in with_turns.cells)) == without
