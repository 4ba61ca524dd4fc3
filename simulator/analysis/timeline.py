"""A short stretch of one repetition, lane by lane: what a person sees the lock in."""

import numpy as np

from simulator.result.attribution import Lane, Timeline
from simulator.result.samples import UNKNOWN, Samples

WIDTH_US = 300_000
MOST_JOBS = 48
"""More jobs than that in the stretch would be too narrow to see, and too many to keep: then it is shorter."""
MOST_LANES = 12
SKIP = 0.4
"""Share of the window before the stretch: by then nobody starts up, and nobody runs dry."""


def timeline(samples: Samples, round_: int, in_flight: int) -> Timeline | None:
    """Return the stretch; null where no job was good, or the server's stamps are not known.

    A lane is a worker. Jobs on one loop overlap: there each task has a lane, the jobs dealt to lanes in the order of
    their starts, as its tasks claim them.

    Args:
        samples: of one repetition.
        round_: of which round.
        in_flight: jobs in flight in all: how many tasks there are.
    """
    good = (samples.error == UNKNOWN) & (samples.last_byte_ns != UNKNOWN)
    if not good.any():
        return None
    first, last = int(samples.start_ns[good].min()), int(samples.ready_ns[good].max())
    begin = first + int((last - first) * SKIP)
    per_job_us = (last - first) / 1e3 / int(good.sum())
    width_us = max(1, min(WIDTH_US, int(per_job_us * MOST_JOBS), (last - begin) // 1_000))
    end = begin + width_us * 1_000
    lanes = _lanes(samples, good, in_flight)
    drawn = tuple(
        _lane(
            samples, jobs[(samples.ready_ns[jobs] > begin) & (samples.start_ns[jobs] < end)], name, begin, end
        )
        for name, jobs in lanes[:MOST_LANES]
    )
    return Timeline(round_, width_us, drawn, len(lanes) - len(drawn))


def _lanes(samples: Samples, good: np.ndarray, in_flight: int) -> list[tuple[str, np.ndarray]]:
    """Return each lane's name and the positions of its jobs."""
    workers = sorted({int(worker) for worker in samples.worker[good]})
    if not (samples.fetch_cpu_ns[good] == UNKNOWN).any():
        return [(f"worker {w + 1}", np.flatnonzero(good & (samples.worker == w))) for w in workers]
    lanes: list[tuple[str, np.ndarray]] = []
    tasks = max(1, in_flight // len(workers))
    for number, worker in enumerate(workers, start=1):
        jobs = np.flatnonzero(good & (samples.worker == worker))
        jobs = jobs[np.argsort(samples.start_ns[jobs], kind="stable")]
        free_ns = np.zeros(tasks, dtype=np.int64)
        dealt: list[list[int]] = [[] for _ in range(tasks)]
        for job in jobs:
            free = np.flatnonzero(free_ns <= samples.start_ns[job])
            lane = int(free[0]) if len(free) else int(free_ns.argmin())
            free_ns[lane] = samples.ready_ns[job]
            dealt[lane].append(int(job))
        prefix = "" if len(workers) == 1 else f"loop {number}, "
        lanes += [
            (f"{prefix}task {task}", np.array(chosen, dtype=np.int64))
            for task, chosen in enumerate(dealt, start=1)
            if chosen
        ]
    return lanes


def _lane(samples: Samples, jobs: np.ndarray, name: str, begin: int, end: int) -> Lane:
    handed = np.minimum(samples.last_byte_ns, samples.fetched_ns)

    def spans(starts: np.ndarray, ends: np.ndarray) -> tuple[int, ...]:
        found: list[int] = []
        for start, until in sorted(zip(starts[jobs].tolist(), ends[jobs].tolist(), strict=True)):
            low, high = (max(start, begin) - begin) // 1_000, (min(until, end) - begin) // 1_000
            if high > low:
                found += [low, high]
        return tuple(found)

    parses: list[int] = []
    for job in sorted(jobs, key=lambda job: int(samples.parsing_ns[job])):
        start, until = int(samples.parsing_ns[job]), int(samples.parsed_ns[job])
        low, high = (max(start, begin) - begin) // 1_000, (min(until, end) - begin) // 1_000
        if high > low:
            # A parse of which only a part is shown has that part of its CPU time.
            cpu = max(0, int(samples.parse_cpu_ns[job])) / 1_000 * (high - low) * 1_000 / (until - start)
            parses += [low, high, min(high - low, round(cpu))]
    return Lane(
        name=name,
        network_us=spans(samples.received_ns, handed),
        resume_us=spans(handed, samples.fetched_ns),
        parse_us=tuple(parses),
    )
