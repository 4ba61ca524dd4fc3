import io
import zipfile
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.result.samples import (
    DRIVER_COLUMNS,
    FIRST,
    SAME_AS,
    SERVER_COLUMNS,
    UNKNOWN,
    Samples,
    from_columns,
)
from tests.simulator.analysis.builders import samples


def equal(left: Samples, right: Samples) -> bool:
    return all(np.array_equal(getattr(left, f.name), getattr(right, f.name)) for f in fields(Samples))


def columns(pages: list[int], errors: list[str] | None = None) -> dict[str, list[Any]]:
    size = len(pages)
    made: dict[str, list[Any]] = {name: list(range(size)) for name in DRIVER_COLUMNS}
    return {**made, "page": pages, "attempt": [1] * size, "error": errors or [""] * size}


def log(pages: list[int]) -> dict[str, list[Any]]:
    return {
        "page": pages,
        **{name: [1_000 * (i + 1) + k for i in range(len(pages))] for k, name in enumerate(SERVER_COLUMNS)},
    }


@given(jobs=st.integers(0, 50), failed=st.sets(st.integers(0, 49)), stamped=st.booleans())
def test_bytes_read_back_as_they_were(jobs: int, failed: set[int], stamped: bool) -> None:  # noqa: FBT001 - hypothesis names its arguments
    errors = {i: f"kind {i % 3}" for i in failed if i < jobs}
    made = samples(jobs, errors=errors, stamped=stamped)
    back = Samples.from_bytes(made.to_bytes())
    assert equal(made, back)
    assert len(back) == jobs
    assert back.error_kinds == made.error_kinds


def test_columns_are_what_numpy_itself_reads() -> None:
    made = samples(30, errors={3: "kind 1"})
    data = made.to_bytes()
    back = Samples.from_bytes(data)
    with np.load(io.BytesIO(data), allow_pickle=False) as archive:
        assert not SAME_AS.keys() & set(archive.files)  # closed arrivals, parsed inline: not written twice
        for name in (*DRIVER_COLUMNS, *SERVER_COLUMNS, "error"):
            if name in FIRST:  # none was tried again: not written at all
                assert name not in archive.files
                assert getattr(back, name).tolist() == [FIRST[name]] * 30
                continue
            if name in SAME_AS:
                assert np.array_equal(getattr(back, name), archive[SAME_AS[name]])
                continue
            assert getattr(back, name).dtype == archive[name].dtype
            assert np.array_equal(getattr(back, name), archive[name])


def test_columns_in_a_later_version_of_numpy_s_format_are_read() -> None:
    made = samples(4)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for field in fields(Samples):
            with archive.open(f"{field.name}.npy", "w") as member:
                column = np.array(
                    getattr(made, field.name), dtype=None if field.name != "error_kinds" else np.str_
                )
                np.lib.format.write_array(member, column, version=(2, 0))
    assert equal(made, Samples.from_bytes(buffer.getvalue()))


@pytest.mark.parametrize("keep", [0, 9, 40, -8])
def test_a_column_that_was_cut_off_is_refused(keep: int) -> None:
    made = samples(4)
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made.to_bytes())) as whole, zipfile.ZipFile(buffer, "w") as archive:
        for name in whole.namelist():
            archive.writestr(name, whole.read(name)[:keep] if name == "page.npy" else whole.read(name))
    with pytest.raises(ValueError):  # noqa: PT011 (what it says is NumPy's)
        Samples.from_bytes(buffer.getvalue())


def test_pickled_columns_are_refused() -> None:
    buffer = io.BytesIO()
    np.savez(buffer, error_kinds=np.array([object()], dtype=object))
    with pytest.raises(ValueError, match="allow_pickle"):
        Samples.from_bytes(buffer.getvalue())


def test_the_servers_stamps_are_found_by_page_in_any_order() -> None:
    made = from_columns(columns([3, 1, 2]), log([1, 2, 3, 4]))
    assert made.received_ns.tolist() == [3_000, 1_000, 2_000]
    assert made.intended_ns.tolist() == [3_003, 1_003, 2_003]


def test_a_request_that_the_server_has_not_kept_has_no_stamps() -> None:
    made = from_columns(columns([1, 9, 4]), log([1]))
    for name in SERVER_COLUMNS:
        column = getattr(made, name)
        assert column[0] != UNKNOWN
        assert column[1:].tolist() == [UNKNOWN, UNKNOWN]


def test_of_a_page_that_was_asked_for_twice_the_stamps_are_those_of_the_attempt_that_counts() -> None:
    asked = log([1, 2, 1])
    first = {**columns([1, 2]), "attempt": [1, 1]}
    second = {**columns([1, 2]), "attempt": [2, 1]}
    # A log that does not tell attempts has them in the order of arrival; one that does may have rows in any order.
    assert from_columns(first, asked).received_ns.tolist() == [1_000, 2_000]
    assert from_columns(second, asked).received_ns.tolist() == [3_000, 2_000]
    told = {**asked, "job": [1, 2, 1], "attempt": [2, 1, 1], "page": [7, 8, 9]}
    assert from_columns(first, told).received_ns.tolist() == [3_000, 2_000]
    assert from_columns(second, told).received_ns.tolist() == [1_000, 2_000]
    third = from_columns({**first, "attempt": [3, 1]}, told)
    assert third.received_ns.tolist() == [UNKNOWN, 2_000]
    assert third.attempt.tolist() == [3, 1]


def test_of_two_requests_of_one_attempt_the_last_in_the_time_of_the_job_counts() -> None:
    told = {**log([1, 1, 1, 1]), "attempt": [1] * 4, "job": [1] * 4}  # received at 1000, 2000, 3000, 4000
    job = {**columns([1]), "start_ns": [1_500], "fetched_ns": [3_500]}
    assert from_columns(job, told).received_ns.tolist() == [3_000]
    late = {**job, "start_ns": [5_000], "fetched_ns": [6_000]}
    assert from_columns(late, told).received_ns.tolist() == [UNKNOWN]
    assert from_columns(late, told, same_clock=False).intended_ns.tolist() == [4_003]


def test_attempts_are_kept_where_a_job_had_several() -> None:
    made = from_columns({**columns([1, 2]), "attempt": [2, 1]}, None)
    assert Samples.from_bytes(made.to_bytes()).attempt.tolist() == [2, 1]
    older = {name: column for name, column in columns([1, 2]).items() if name != "attempt"}
    assert from_columns(older, None).attempt.tolist() == [1, 1]


def test_a_log_that_knows_no_queue_has_requests_served_as_they_come() -> None:
    older = {name: column for name, column in log([1, 2]).items() if name != "begun_ns"}
    made = from_columns(columns([2, 1]), older)
    assert made.begun_ns.tolist() == made.received_ns.tolist() == [2_000, 1_000]
    assert from_columns(columns([2, 1]), log([1, 2])).begun_ns.tolist() == [2_004, 1_004]


def test_what_a_request_has_not_is_unknown_and_what_was_never_answered_was_held_until_the_client_gave_up() -> (
    None
):
    told = {**log([1, 2]), "first_byte_ns": [1_001, None], "last_byte_ns": [1_002, None]}
    told["intended_ns"] = [None, 7]  # refused, and hung
    job = {**columns([1, 2]), "fetched_ns": [1_500, 2_500]}
    made = from_columns(job, told)
    assert made.first_byte_ns.tolist() == [1_001, UNKNOWN]
    assert made.intended_ns.tolist() == [UNKNOWN, 7]
    assert made.last_byte_ns.tolist() == [1_002, 2_500]
    assert made.network_ns.tolist() == [2, 500]
    elsewhere = from_columns(job, told, same_clock=False)
    assert elsewhere.intended_ns.tolist() == [UNKNOWN, 7]
    assert elsewhere.last_byte_ns.tolist() == [UNKNOWN, UNKNOWN]


@pytest.mark.parametrize("requests", [None, log([])])
def test_without_a_log_no_stamp_is_known(requests: dict[str, list[Any]] | None) -> None:
    made = from_columns(columns([1, 2]), requests)
    assert all(getattr(made, name).tolist() == [UNKNOWN] * 2 for name in SERVER_COLUMNS)


def test_errors_are_numbered_by_kind() -> None:
    made = from_columns(columns([0, 1, 2, 3], ["", "parse: X", "fetch: Y", "parse: X"]), None)
    assert made.error_kinds == ("fetch: Y", "parse: X")
    assert made.error.tolist() == [UNKNOWN, 1, 0, 1]


def test_samples_kept_before_there_were_open_arrivals_are_due_when_they_were_started() -> None:
    made = samples(5)
    with np.load(io.BytesIO(made.to_bytes())) as archive:
        older = {name: archive[name] for name in archive.files if name != "due_ns"}
    buffer = io.BytesIO()
    np.savez(buffer, **older)
    assert equal(Samples.from_bytes(buffer.getvalue()), made)
