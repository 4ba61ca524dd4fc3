from dataclasses import replace
from typing import Any

import pytest

from simulator.analysis.summary import summarise
from simulator.export.interface import Rows
from simulator.export.rows import cell_rows, repetition_rows, sample_rows
from simulator.result.run import Run
from simulator.result.samples import Samples
from tests.simulator.analysis.builders import GO_NS, MS, planned, repetition, run, samples

LEVELS = {"server.latency": "20ms"}


def shop(**changes: Any) -> Run:
    cells = [
        planned("sequential", levels=LEVELS),
        planned("threads", levels=LEVELS),
        planned("uv", levels=LEVELS, unsupported="no uvloop"),
    ]
    done = [
        repetition(cell.id, round_, rate, environment={"implementation": "CPython", "version": "3.13.5"})
        for round_ in range(3)
        for cell, rate in zip(cells[:2], (10.0, 30.0 + round_), strict=True)
    ]
    broken = repetition("threads-20ms", 3, None, status="invalid", reason="late")
    return run(cells, [*done, broken], **changes)


def dicts(rows: Rows) -> list[dict[str, Any]]:
    names = [column.name for column in rows.columns]
    assert len(names) == len(set(names))
    return [
        dict(zip(names, values, strict=True)) for batch in rows.batches for values in zip(*batch, strict=True)
    ]


def test_a_cell_is_a_row_with_its_factors_and_its_measures() -> None:
    rows = cell_rows(summarise(shop()))
    assert [column.name for column in rows.columns][:6] == [
        "run", "cell", "server.latency", "strategy", "in_flight", "status"
    ]  # fmt: skip
    sequential, threads, uv = dicts(rows)
    assert threads["cell"] == "threads-20ms"
    assert (threads["server.latency"], threads["strategy"], threads["in_flight"]) == ("20ms", "threads", 8)
    assert threads["throughput_per_s_median"] == 31
    assert threads["throughput_per_s_low"] < 31 < threads["throughput_per_s_high"]
    assert threads["throughput_per_s_kind"] == "interval"
    assert threads["speedup_median"] == pytest.approx(3.1, rel=0.001), "fitted over all rounds"
    assert threads["baseline_cell"] == "sequential-20ms"
    assert (threads["valid_rounds"], threads["errors"], threads["digest"]) == (3, 0, "d")
    assert sequential["speedup_median"] is None
    assert (uv["status"], uv["reason"], uv["throughput_per_s_median"]) == ("unsupported", "no uvloop", None)


def test_a_repetition_is_a_row_whether_it_counts_or_not() -> None:
    found = dicts(repetition_rows(shop()))
    assert len(found) == 7
    good, bad = found[-3], found[-1]
    assert (good["cell"], good["round"], good["status"]) == ("threads-20ms", 1, "ok")
    assert (good["throughput_per_s"], good["spin_s"], good["response_time_s_p50"]) == (31, 0.01, 0.06)
    assert (good["python"], good["python_version"]) == ("CPython", "3.13.5")
    assert (bad["status"], bad["reason"], bad["throughput_per_s"], bad["errors"]) == (
        "invalid", "late", None, None
    )  # fmt: skip


def test_a_document_gives_the_rows_of_the_run_that_it_was_made_from() -> None:
    assert dicts(repetition_rows(summarise(shop()))) == dicts(repetition_rows(shop()))


def test_columns_do_not_depend_on_what_was_measured() -> None:
    nothing = run([planned("threads", levels=LEVELS)], [])
    assert cell_rows(summarise(nothing)).columns == cell_rows(summarise(shop())).columns
    assert repetition_rows(nothing).columns == repetition_rows(shop()).columns
    assert sample_rows(nothing).columns == sample_rows(shop()).columns
    assert dicts(repetition_rows(nothing)) == []


def test_a_job_is_a_row_with_its_clock_points_and_what_lies_between_them() -> None:
    taken = samples(3, errors={1: "status: 500"})

    def kept(cell: str, round_: int) -> Samples | None:
        return taken if (cell, round_) == ("threads-20ms", 1) else None

    first, failed, _ = dicts(sample_rows(shop(kept=kept)))
    assert (first["run"], first["cell"], first["strategy"]) == ("r1", "threads-20ms", "threads")
    assert (first["round"], first["status"], first["page"], first["worker"]) == (1, "ok", 0, 0)
    assert (first["start_ns"], first["ready_ns"]) == (GO_NS, GO_NS + 60 * MS)
    assert (first["response_ns"], first["fetch_ns"], first["parse_ns"]) == (60 * MS, 50 * MS, 10 * MS)
    assert first["intended_ns"] == 40 * MS
    assert (first["error"], failed["error"]) == (None, "status: 500")


def test_the_response_time_counts_from_the_planned_start() -> None:
    taken = samples(2)
    queued = replace(taken, due_ns=taken.start_ns - 30 * MS)
    row = dicts(sample_rows(shop(kept=lambda _cell, _round: queued)))[0]
    assert (row["response_ns"], row["fetch_ns"]) == (90 * MS, 50 * MS)


def test_what_is_not_known_of_a_job_is_null() -> None:
    taken = samples(2, stamped=False, on_loop=True)
    row = dicts(sample_rows(shop(kept=lambda _cell, _round: taken)))[0]
    assert (row["received_ns"], row["fetch_cpu_ns"], row["intended_ns"]) == (None, None, None)
    assert row["parse_cpu_ns"] == 8 * MS


def test_samples_are_read_one_repetition_at_a_time() -> None:
    read: list[tuple[str, int]] = []

    def kept(cell: str, round_: int) -> Samples:
        read.append((cell, round_))
        return samples(5)

    rows = sample_rows(shop(kept=kept))
    assert read == []
    next(rows.batches)
    next(rows.batches)
    assert read == [("sequential-20ms", 0), ("threads-20ms", 0)]
