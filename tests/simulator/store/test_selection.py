from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from simulator.store import RunRow, Selection, moment, select

NOW = datetime(2030, 6, 15, 12, tzinfo=UTC)


def row(run_id: str, name: str = "shop", age_days: float = 0.0, status: Any = "complete") -> RunRow:
    started = (NOW - timedelta(days=age_days)).isoformat(timespec="seconds")
    return RunRow(run_id, name, started, status, 2, 6, 6)


ROWS = (
    row("e", age_days=0.5),
    row("d", "crawler", 2, "interrupted"),
    row("c", "shop-large", 8),
    row("b", age_days=40, status="failed"),
    row("a", "old", 400),
)


def ids(**wanted: Any) -> str:
    return "".join(found.id for found in select(ROWS, Selection(**wanted)))


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, "edcba"),
        ({"name": "shop"}, "eb"),
        ({"name": "shop*"}, "ecb"),
        ({"name": "SHOP"}, ""),
        ({"status": "interrupted"}, "d"),
        ({"since": NOW - timedelta(days=8)}, "edc"),
        ({"before": NOW - timedelta(days=8)}, "ba"),
        ({"limit": 2}, "ed"),
        ({"name": "shop*", "since": NOW - timedelta(days=30), "limit": 1}, "e"),
    ],
)
def test_what_is_asked_must_all_hold_and_the_newest_come_first(wanted: dict[str, Any], found: str) -> None:
    assert ids(**wanted) == found


def test_a_run_of_unknown_age_is_neither_new_nor_old() -> None:
    strange = RunRow("x", "shop", "yesterday", "complete", 1, 1, 1)
    assert select([strange], Selection()) == (strange,)
    assert select([strange], Selection(since=NOW)) == ()
    assert select([strange], Selection(before=NOW)) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7d", NOW - timedelta(days=7)),
        ("12h", NOW - timedelta(hours=12)),
        ("1h30m", NOW - timedelta(minutes=90)),
        ("2030-06-01", datetime(2030, 6, 1, tzinfo=UTC)),
        ("2030-06-01T10:30", datetime(2030, 6, 1, 10, 30, tzinfo=UTC)),
        ("2030-06-01T10:30+02:00", datetime(2030, 6, 1, 8, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_is_an_age_or_a_date(text: str, expected: datetime) -> None:
    assert moment(text, NOW) == expected


@pytest.mark.parametrize("text", ["", "7", "soon", "-7d", "2030-13-01", "999999d", "9" * 300 + "h"])
def test_anything_else_says_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match="write for example 7d, 12h or 2030-11-01"):
        moment(text, NOW)
