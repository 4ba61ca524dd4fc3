"""What handing jobs over to a cluster took, and what came of workers that ended."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.result.observation import Observed
from simulator.text.words import counted


@dataclass(frozen=True)
class HandedOver:
    """The fields of the measures of the same names; null of a strategy without a cluster."""

    task_hand_over_s: float | None = None
    hand_over_s: float | None = None
    hand_over_there_s: float | None = None
    hand_over_share: float | None = None
    done_again: int | None = None


def handed_over(environment: Mapping[str, Any], pages: int) -> HandedOver:
    """Return what a driver tells of it.

    Args:
        environment: as the driver describes it.
        pages: jobs done.
    """
    told = environment.get("handed_over")
    if not told:
        return HandedOver()
    task_s, there_ns = told["task_ns"] / 1e9, told["there_ns"]
    return HandedOver(
        task_hand_over_s=task_s,
        hand_over_s=task_s * told["tasks"] / max(1, pages),
        hand_over_there_s=None if there_ns is None else there_ns / 1e9,
        hand_over_share=told["task_ns"] / told["whole_ns"] if told["whole_ns"] else None,
        done_again=int(environment.get("done_again", 0)),
    )


def requests_of_replaced(observed: Observed) -> int:
    """Return how many requests more than the samples tell there may be, as workers that ended had made some.

    Each page that was handed out again may have been asked for before, as often as any; and each thread of a new worker
    asks for one when it connects.
    """
    again = int(observed.environment.get("done_again", 0))
    most = int(observed.samples.attempt.max()) if again and len(observed.samples) else 0
    return again * most + connections_of_replaced(observed)


def told_of_replaced(observed: Observed) -> Iterator[str]:
    """Say so where workers ended in the window."""
    ended, again = observed.environment.get("ended_workers", 0), observed.environment.get("done_again", 0)
    if ended:
        yield (
            f"{counted(ended, 'worker')} of Dask ended and {counted(again, 'page')} had to be handed out once more:"
            " what it took new workers to begin is part of this window"
        )


def connections_of_replaced(observed: Observed) -> int:
    """Return how many connections new workers may have opened in the window."""
    ended, cluster = observed.environment.get("ended_workers", 0), observed.environment.get("dask") or {}
    return int(ended) * int(cluster.get("threads", 0))
