"""A short stretch of one repetition, lane by lane: what a person sees the lock in."""

from dataclasses import dataclass

import numpy as np

from simulator.analysis.tasks import deal, loops
from simulator.result.attribution import Lane, Timeline
from simulator.result.samples import UNKNOWN, Samples

WIDTH_US = 500_000
MOST_JOBS = 240
"""More jobs than that in the stretch would be too narrow to see, and too many to keep: then it is shorter."""
MOST_JOBS_OF_RUN = 20_000
"""Over all cells together, so that the document of a large matrix stays small."""
MOST_LANES = 12
SKIP = 0.4
"""Share of the window before the stretch: by then nobody starts up, and nobody runs dry."""


@dataclass(frozen=True)
class Chosen:
    """A stretch, and whose jobs are in which lane."""

    begin_ns: int
    end_ns: int
    lanes: tuple[tuple[str, np.ndarray], ...]
    """Name, and positions of the jobs that reach into the stretch."""
    left_out: int
    all_jobs: tuple[np.ndarray, ...]
    """Positions of all jobs of each lane, in the stretch or not."""

    @property
    def width_us(self) -> int:
        """Return how long it is."""
        return (self.end_ns - self.begin_ns) // 1_000


def timeline(samples: Samples, round_: int, *, most_jobs: int = MOST_JOBS) -> Timeline | None:
    """Return a stretch; null where no job was good, or the server's stamps are not known.

    A lane is a worker. Jobs on one loop overlap: there each task has a lane, the jobs dealt to lanes in the order of
    their starts, as its tasks claim them.

    Args:
        samples: of one repetition.
        round_: of which round.
        most_jobs: about as many as there may be in the stretch.
    """
    chosen = choose(samples, most_jobs=most_jobs)
    if chosen is None:
        return None
    lanes = tuple(lane(samples, jobs, name, chosen) for name, jobs in chosen.lanes)
    return Timeline(round_, chosen.width_us, lanes, chosen.left_out)


def choose(samples: Samples, *, begin_ns: int | None = None, most_jobs: int = MOST_JOBS) -> Chosen | None:
    """Return the stretch that is shown.

    Args:
        samples: of one repetition.
        begin_ns: where it begins; null: SKIP of the window after the first start.
        most_jobs: about as many as there may be in it.

    Returns:
        Null where no job was good, the server's stamps are not known, or nothing is left after `begin_ns`.
    """
    good = (samples.error == UNKNOWN) & (samples.last_byte_ns != UNKNOWN)
    if not good.any():
        return None
    first, last = int(samples.start_ns[good].min()), int(samples.ready_ns[good].max())
    begin = first + int((last - first) * SKIP) if begin_ns is None else begin_ns
    if begin >= last:
        return None
    per_job_us = (last - first) / 1e3 / int(good.sum())
    width_us = max(1, min(WIDTH_US, int(per_job_us * most_jobs), (last - begin) // 1_000))
    end = begin + width_us * 1_000
    lanes = _lanes(samples, good)
    shown = tuple(
        (name, jobs[(samples.ready_ns[jobs] > begin) & (samples.start_ns[jobs] < end)])
        for name, jobs in lanes[:MOST_LANES]
    )
    every = tuple(jobs for _, jobs in lanes[:MOST_LANES])
    return Chosen(begin, end, shown, len(lanes) - len(shown), every)


def _lanes(samples: Samples, good: np.ndarray) -> list[tuple[str, np.ndarray]]:
    """Return each lane's name and the positions of its jobs."""
    workers = sorted({int(worker) for worker in samples.worker[good]})
    if not loops(samples):
        return [(f"worker {w + 1}", np.flatnonzero(good & (samples.worker == w))) for w in workers]
    lanes: list[tuple[str, np.ndarray]] = []
    for number, worker in enumerate(workers, start=1):
        jobs = np.flatnonzero(good & (samples.worker == worker))
        jobs = jobs[np.argsort(samples.start_ns[jobs], kind="stable")]
        starts, ends = samples.start_ns[jobs].tolist(), samples.ready_ns[jobs].tolist()
        dealt = np.array(deal(zip(starts, ends, strict=True)))
        prefix = "" if len(workers) == 1 else f"loop {number}, "
        lanes += [(f"{prefix}task {task}", jobs[dealt == task]) for task in range(1, int(dealt.max()) + 1)]
    return lanes


def lane(samples: Samples, jobs: np.ndarray, name: str, chosen: Chosen) -> Lane:
    """Return what jobs were doing in the stretch."""
    begin, end = chosen.begin_ns, chosen.end_ns
    handed = samples.handed_ns

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
