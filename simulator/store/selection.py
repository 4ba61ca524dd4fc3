"""Which runs of the list are meant: by name, by how they ended, by when they started."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from typing import get_args

from mockserver.units import parse_duration
from simulator.result.run import RunStatus

from .listing import RunRow

STATUSES: tuple[str, ...] = get_args(RunStatus)
_DAYS = re.compile(r"([0-9]{1,5})d")


@dataclass(frozen=True)
class Selection:
    """What is asked of a run; what is null is not asked."""

    name: str | None = None
    """A pattern as of files: `shop*`."""
    status: str | None = None
    since: datetime | None = None
    """Started then or later."""
    before: datetime | None = None
    """Started earlier than that."""
    limit: int | None = None
    """At most so many, the newest."""


def select(rows: Iterable[RunRow], wanted: Selection) -> tuple[RunRow, ...]:
    """Return the rows that are meant, in their order (newest first)."""
    found = tuple(row for row in rows if _is_meant(row, wanted))
    return found if wanted.limit is None else found[: wanted.limit]


def _is_meant(row: RunRow, wanted: Selection) -> bool:
    if wanted.name is not None and not fnmatchcase(row.name, wanted.name):
        return False
    if wanted.status is not None and row.status != wanted.status:
        return False
    if wanted.since is None and wanted.before is None:
        return True
    try:
        started = _in_utc(datetime.fromisoformat(row.started_at))
    except ValueError:
        return False  # its age is not known: it is neither new nor old
    return (wanted.since is None or started >= wanted.since) and (
        wanted.before is None or started < wanted.before
    )


def moment(text: str, now: datetime) -> datetime:
    """Return the moment that a person means: an age (`7d`, `12h`, `1h30m`) or a date (`2030-11-01`, UTC).

    Raises:
        ValueError: it is neither; the message says what to write.
    """
    text = text.strip()
    days = _DAYS.fullmatch(text)
    try:
        if days:
            return now - timedelta(days=int(days[1]))
        if re.match(r"[0-9]{4}-", text):
            return _in_utc(datetime.fromisoformat(text))
        return now - timedelta(microseconds=parse_duration(text) // 1000)
    except (ValueError, OverflowError) as error:
        raise ValueError(
            f"{text!r} is no age and no date; write for example 7d, 12h or 2030-11-01"
        ) from error


def _in_utc(when: datetime) -> datetime:
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
