"""The slices of a repetition: of a worker that blocks one inside the other, of a loop's tasks side by side."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from simulator.analysis.tasks import deal

from .event import Event, asynchronous, complete
from .tracks import Track
from .way import Way


def slices(pid: int, jobs: Sequence[Way], found: Mapping[int, Track]) -> Iterator[Event]:
    """Yield the slices of these jobs.

    Args:
        pid: of the cell.
        jobs: in the order of their starts.
        found: the tracks of their workers.
    """
    of_loop: dict[int, list[Way]] = defaultdict(list)
    for job in jobs:
        if found[job.worker].loop:
            of_loop[job.worker].append(job)
        else:
            yield from _blocking(pid, job, found[job.worker])
        yield from _beside(pid, job, found[job.worker])
        if job.parsed > job.parsing and (job.elsewhere or found[job.worker].loop):
            track = (pid, found[job.parse_worker].tid)
            yield complete("parse", "worker", track, (job.parsing, job.parsed), _parse_args(job))
    for worker, own in of_loop.items():
        prefix = f"{found[worker].name}, " if len(of_loop) > 1 else ""
        yield from _loop(pid, own, found[worker], prefix)


def _blocking(pid: int, job: Way, track: Track) -> Iterator[Event]:
    """Yield a job as its thread did it, from its start until it may begin the next one."""
    place = (pid, track.tid)
    yield complete("job", "worker", place, (job.start, job.released), _job_args(job))
    yield complete("fetch", "worker", place, (job.start, job.fetched), _fetch_args(job))
    for name, start, end in job.fetch_parts:
        if end > start:
            yield complete(name, "worker", place, (start, end), {})
    if job.parsed > job.parsing:
        yield complete("parse", "worker", place, (job.parsing, job.parsed), _parse_args(job))


def _beside(pid: int, job: Way, track: Track) -> Iterator[Event]:
    """Yield what is part of a job's time while its worker may do something else: the wait before it, the way back."""
    place = (pid, track.tid)
    args: Event = {"page": job.page}
    spans = [("waiting for a worker", "queue", job.due, job.start)]
    if not job.elsewhere:
        spans.append(("back", "back", job.parsed, job.ready))
    for name, category, start, end in spans:
        if end > start:
            row = f"{pid}.{category}.{job.number}"
            yield asynchronous("b", name, category, place, row, start, args)
            yield asynchronous("e", name, category, place, row, end)


def _loop(pid: int, jobs: Sequence[Way], track: Track, prefix: str) -> Iterator[Event]:
    """Yield the jobs of a loop: for each task a row, which begins with a slice that names it and holds its jobs."""
    place = (pid, track.tid)
    ends: dict[int, int] = {}
    for job, task in zip(jobs, deal((job.start, job.released) for job in jobs), strict=True):
        row = f"{pid}.{track.tid}.{task}"
        if task not in ends:
            yield asynchronous("b", f"{prefix}task {task}", "task", place, row, job.start)
        ends[task] = job.released
        yield from _task(job, place, row)
    for task, end in ends.items():
        row = f"{pid}.{track.tid}.{task}"
        yield asynchronous("e", f"{prefix}task {task}", "task", place, row, end)


def _task(job: Way, place: tuple[int, int], row: str) -> Iterator[Event]:
    args = _job_args(job)
    if job.intended_us is not None:
        args["intended_delay_us"] = job.intended_us
    yield asynchronous("b", "job", "task", place, row, job.start, args)
    parts: list[tuple[str, int, int, Event]] = [(*part, {}) for part in job.fetch_parts]
    if not parts:
        parts.append(("fetch", job.start, job.fetched, {"server_stamps": "unknown"}))
    parts.append(("to parser", job.fetched, job.parsing, {}))
    parts.append(("parse", job.parsing, job.parsed, _parse_args(job)))
    if job.elsewhere:
        parts.append(("back", job.parsed, job.ready, {}))
    for name, start, end, about in parts:
        if end > start:
            yield asynchronous("b", name, "task", place, row, start, about)
            yield asynchronous("e", name, "task", place, row, end)
    yield asynchronous("e", "job", "task", place, row, job.released)


def _job_args(job: Way) -> Event:
    args: Event = {"page": job.page}
    if job.error is not None:
        args["error"] = job.error
    return args


def _fetch_args(job: Way) -> Event:
    args: Event = {"page": job.page}
    if job.fetch_cpu_us is not None:
        args["cpu_us"] = job.fetch_cpu_us
    if job.intended_us is not None:
        args["intended_delay_us"] = job.intended_us
    if not job.stamped:
        args["server_stamps"] = "unknown"
    return args


def _parse_args(job: Way) -> Event:
    args: Event = {"page": job.page}
    if job.parse_cpu_us is not None:
        args["cpu_us"] = job.parse_cpu_us
    return args
