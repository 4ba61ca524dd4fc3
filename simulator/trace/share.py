"""How many events a trace may hold, and how they are dealt to its cells."""

from collections.abc import Sequence

from simulator.result.samples import Samples

from .tracks import Track

MOST_EVENTS = 200_000
"""In one file: about 25 MB, which the viewers open in seconds."""
COUNTERS = 4
"""Two counters, which a job changes twice each, at the most."""
BLOCKING = 6
"""Job, fetch, its three parts, parse."""
LOOP = 15
"""Begin and end of the job and of its six parts; the parse on the thread's own track."""
BESIDE = 2
"""Begin and end of a wait, or of a way back, beside the worker's own slices."""


def needed(samples: Samples, found: dict[int, Track]) -> tuple[int, int]:
    """Return the most events that a repetition can have: (besides its jobs, for each job)."""
    loop = any(track.loop for track in found.values())
    each = COUNTERS + (LOOP if loop else BLOCKING)
    each += BESIDE * (bool((samples.due_ns != samples.start_ns).any()))
    inline = samples.parse_worker == samples.worker
    each += BESIDE * (bool((samples.ready_ns > samples.parsed_ns)[inline].any()))
    # What names the cell and its workers; begin and end of the slice that names a task, of which each has a job.
    besides = 2 + 2 * len(found)
    return besides, each + (2 if loop else 0)


def dealt(needs: Sequence[int], most: int) -> list[int]:
    """Return what each may have of `most`: what it needs, or else as much as all others that need more."""
    given = [0] * len(needs)
    left = most
    rising = sorted(range(len(needs)), key=lambda i: needs[i])
    for position, i in enumerate(rising):
        given[i] = min(needs[i], left // (len(rising) - position))
        left -= given[i]
    return given
