from typing import Any

import pytest

from simulator.result.seen_by_server import SeenByServer, seen_by_server

MS = 1_000_000
LOG: dict[str, Any] = {
    # A page; one that queued and met a fault; one that hung until its client went; one that the rate limit refused; one
    # that still hangs; and the second attempts of two, of which one is refused again.
    "received_ns": [0, 5 * MS, 9 * MS, 9 * MS, 9 * MS, 900 * MS, 800 * MS],
    "begun_ns": [0, 10 * MS, 9 * MS, 9 * MS, 9 * MS, 900 * MS, 800 * MS],
    "first_byte_ns": [39 * MS, 29 * MS, None, 9 * MS, None, 900 * MS, 840 * MS],
    "last_byte_ns": [40 * MS, 30 * MS, 509 * MS, 9 * MS, None, 900 * MS, 840 * MS],
    "intended_ns": [40 * MS, 20 * MS, 40 * MS, None, 40 * MS, None, 40 * MS],
    "page": [0, 1, 2, 3, 4, 0, 1],
    "job": [0, 1, 2, 3, 4, 0, 1],
    "attempt": [1, 1, 1, 1, 1, 2, 2],
    "fault": [None, "status", "hang", None, "hang", None, None],
    "dropped": 0,
}


def test_what_was_refused_was_not_let_in_and_a_queue_is_no_service() -> None:
    assert seen_by_server(LOG) == SeenByServer(
        admitted=5,
        held_ns=(40 + 20 + 500 + 40) * MS,
        hung_ns=500 * MS,
        retries_ns=(800 * MS, 900 * MS),
        refused_again=1,
    )


def test_requests_of_jobs_that_the_ramp_left_out_do_not_count() -> None:
    assert seen_by_server(LOG, {1, 2}) == SeenByServer(
        admitted=3, held_ns=(20 + 500 + 40) * MS, hung_ns=500 * MS, retries_ns=(800 * MS,), refused_again=0
    )


@pytest.mark.parametrize(
    "log", [None, {**LOG, "dropped": 3}, {name: column for name, column in LOG.items() if name != "begun_ns"}]
)
def test_what_is_not_known_whole_is_not_known(log: Any) -> None:
    assert seen_by_server(log) is None
