"""What a server saw of all attempts, by its log; of a job that is tried again the samples have the last one only."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

FIRST = 1
HANG = "hang"


@dataclass(frozen=True)
class SeenByServer:
    """The requests of one window."""

    admitted: int
    """That the rate limit did not refuse, those that met a fault included."""
    held_ns: int
    """For how long these had a place: from when each was served until its last byte, or until its client was gone."""
    hung_ns: int
    """Of that, by requests that are never answered."""
    retries_ns: tuple[int, ...]
    """When each attempt came that was not the first of its page; rising."""
    refused_again: int
    """Of these, how many the rate limit refused."""


def seen_by_server(
    requests: Mapping[str, Sequence[Any]] | None, jobs: Container[int] | None = None
) -> SeenByServer | None:
    """Return what the log has of one window; null where it is not known, or not whole.

    Args:
        requests: equal-length columns of the server's log; null: there is none.
        jobs: whose requests count; null: all.
    """
    if requests is None or "begun_ns" not in requests or "fault" not in requests or requests.get("dropped"):
        return None
    admitted = held_ns = hung_ns = refused_again = 0
    retries_ns = []
    names = ("received_ns", "begun_ns", "last_byte_ns", "intended_ns", "attempt", "fault")
    for received, begun, last, intended, attempt, fault, job in zip(
        *(requests[n] for n in names), requests.get("job", requests["page"]), strict=True
    ):
        if jobs is not None and job not in jobs:
            continue
        refused = intended is None  # who meets a fault was to wait for an answer
        if attempt > FIRST:
            retries_ns.append(received)
            refused_again += refused
        if refused:
            continue
        admitted += 1
        held = 0 if last is None else max(0, last - begun)
        held_ns += held
        hung_ns += held if fault == HANG else 0
    return SeenByServer(admitted, held_ns, hung_ns, tuple(sorted(retries_ns)), refused_again)
