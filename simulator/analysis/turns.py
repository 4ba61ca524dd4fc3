"""Who ran when: from looks at threads to spans of time, and a timeline that has them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from simulator.analysis.spans import Spans, union
from simulator.analysis.tasks import loops
from simulator.analysis.timeline import Chosen, choose, lane
from simulator.result.attribution import UNCOUNTED, Lane, Timeline, Watch
from simulator.result.looks import EVERY_NS, Looks
from simulator.result.samples import Samples

MOST_GAP_NS = 5 * EVERY_NS
"""Looks further apart say nothing of the time between them."""
SHORT_NS = EVERY_NS // 2
"""Waits for a core that are shorter are left in the turn that they come before: looks are no closer."""

Edges = tuple[np.ndarray, np.ndarray]
NOTHING: Spans = (np.empty(0, np.int64), np.empty(0, np.int64))


@dataclass(frozen=True)
class Turns:
    """Of one thread (ns)."""

    running: Spans
    queued: Spans


def timeline_with_turns(samples: Samples, looks: Looks) -> Timeline | None:
    """Return the stretch that was looked at, with what the clocks say and who ran when.

    A lane of a worker has the turns of its thread. A lane of a task has those turns of the thread that parsed its
    pages which lie in these parses; what the threads of loops do beside parsing has lanes of its own, which come first.

    Args:
        samples: of the repetition.
        looks: at its workers.

    Returns:
        Null where nobody looked inside the window, no job was good or the server's stamps are not known.
    """
    if not len(looks):
        return None
    chosen = choose(samples, begin_ns=int(looks.at_ns[0]))
    if chosen is None:
        return None
    found = turns(looks)
    lanes = [lane(samples, jobs, name, chosen) for name, jobs in chosen.lanes]
    if loops(samples):
        lanes = [
            _with(one, _while_parsing(samples, jobs, found), chosen)
            for one, (_, jobs) in zip(lanes, chosen.lanes, strict=True)
        ]
        lanes = _beside_parsing(samples, found, chosen) + lanes
    else:
        lanes = [
            _with(one, found.get(_worker(samples, jobs), Turns(NOTHING, NOTHING)), chosen)
            for one, jobs in zip(lanes, chosen.all_jobs, strict=True)
        ]
    return Timeline(UNCOUNTED, chosen.width_us, tuple(lanes), chosen.left_out, watch=_watch(looks, chosen))


def turns(looks: Looks) -> dict[int, Turns]:
    """Return when each worker ran and when it waited for a core.

    A look stands for the time that is nearer to it than to any other look, unless that is further away than
    MOST_GAP_NS. A thread that can run does so or waits for a core. How long it waited is known when it gets one, to
    the nanosecond, and when that is, to the time between two looks.
    """
    begins, ends = stands_for(looks.at_ns)
    middles = ends[:-1]
    found: dict[int, Turns] = {}
    for column, worker in enumerate(looks.workers):
        runnable = looks.runnable[:, column]
        waited = np.diff(looks.queued_ns[:, column])
        long = waited >= SHORT_NS
        # A wait longer than the time between two looks ended between them; a shorter one was all in there.
        within = waited[long] < np.diff(looks.at_ns)[long]
        until = middles[long] + np.where(within, waited[long] // 2, 0)
        queued = union(until - waited[long], until)
        able = union(begins[runnable], ends[runnable])
        running = _shortened(without(able, queued), runnable, begins, looks.on_cpu_ns[:, column])
        found[worker] = Turns(running, common(queued, union(begins, ends)))
    return found


def _shortened(running: Spans, runnable: np.ndarray, begins: np.ndarray, on_cpu_ns: np.ndarray) -> Spans:
    """Return the spans, none longer than what the thread can have run meanwhile.

    Between two looks that find it at rest its CPU time is exact: a waiter that wakes for 30 us, as those for the GIL
    do every 5 ms, and is caught at it, has not run for the whole time from one look to the next.
    """
    change = np.flatnonzero(np.diff(runnable.astype(np.int8), prepend=0, append=0))
    starts, stops = running[0].copy(), running[1].copy()
    for first, after in zip(change[::2], change[1::2], strict=True):
        if first == 0 or after == len(runnable):
            continue
        inside = (running[0] >= begins[first]) & (running[1] <= begins[after])
        lengths = stops[inside] - starts[inside]
        most = on_cpu_ns[after] - on_cpu_ns[first - 1]
        if lengths.sum() > most:
            excess = lengths - lengths * most // lengths.sum()
            starts[inside] += excess // 2
            stops[inside] -= excess - excess // 2
    return union(starts, stops)


def stands_for(at_ns: np.ndarray) -> Edges:
    """Return from when to when each look stands for what it saw."""
    between = np.diff(at_ns)
    seen = between <= MOST_GAP_NS
    reach = np.where(seen, between // 2, SHORT_NS)
    edge = np.array([SHORT_NS])
    begins = at_ns - np.concatenate([edge, np.where(seen, between - reach, SHORT_NS)])
    return begins, at_ns + np.concatenate([reach, edge])


def common(one: Spans, other: Spans) -> Spans:
    """Return what lies in both; each has rising spans that do not overlap."""
    begins: list[int] = []
    ends: list[int] = []
    i = j = 0
    while i < len(one[0]) and j < len(other[0]):
        begin, end = max(one[0][i], other[0][j]), min(one[1][i], other[1][j])
        if end > begin:
            begins.append(int(begin))
            ends.append(int(end))
        if one[1][i] < other[1][j]:
            i += 1
        else:
            j += 1
    return np.array(begins, dtype=np.int64), np.array(ends, dtype=np.int64)


def without(one: Spans, other: Spans) -> Spans:
    """Return what lies in the first and not in the second."""
    ever = np.iinfo(np.int64)
    return common(one, (np.append(ever.min, other[1]), np.append(other[0], ever.max)))


def _worker(samples: Samples, jobs: np.ndarray) -> int:
    return int(samples.worker[jobs[0]])


def _parses(samples: Samples, jobs: np.ndarray) -> Spans:
    return union(samples.parsing_ns[jobs], samples.parsed_ns[jobs])


def _while_parsing(samples: Samples, jobs: np.ndarray, found: Mapping[int, Turns]) -> Turns:
    running, queued = [NOTHING], [NOTHING]
    for worker in np.unique(samples.parse_worker[jobs]).tolist():
        if worker in found:
            own = _parses(samples, jobs[samples.parse_worker[jobs] == worker])
            running.append(common(found[worker].running, own))
            queued.append(common(found[worker].queued, own))
    return Turns(_joined(running), _joined(queued))


def _joined(spans: list[Spans]) -> Spans:
    return union(np.concatenate([s[0] for s in spans]), np.concatenate([s[1] for s in spans]))


def _beside_parsing(samples: Samples, found: Mapping[int, Turns], chosen: Chosen) -> list[Lane]:
    """Return a lane for each loop, with the turns of its thread that are no parse."""
    loops = [worker for worker in np.unique(samples.worker).tolist() if worker in found]
    lanes = []
    for number, worker in enumerate(loops, start=1):
        parses = _parses(samples, np.flatnonzero(samples.parse_worker == worker))
        rest = Turns(without(found[worker].running, parses), without(found[worker].queued, parses))
        name = "loop" if len(loops) == 1 else f"loop {number}"
        lanes.append(_with(Lane(f"{name}, not parsing", (), (), ()), rest, chosen))
    return lanes


def _with(one: Lane, seen: Turns, chosen: Chosen) -> Lane:
    return replace(one, turns_us=_flat_us(seen.running, chosen), queued_us=_flat_us(seen.queued, chosen))


def _flat_us(spans: Spans, chosen: Chosen) -> tuple[int, ...]:
    begins = (np.maximum(spans[0], chosen.begin_ns) - chosen.begin_ns) // 1_000
    ends = (np.minimum(spans[1], chosen.end_ns) - chosen.begin_ns) // 1_000
    kept = ends > begins
    return tuple(np.column_stack([begins[kept], ends[kept]]).ravel().tolist())


def _watch(looks: Looks, chosen: Chosen) -> Watch:
    inside = looks.at_ns[(looks.at_ns >= chosen.begin_ns) & (looks.at_ns <= chosen.end_ns)]
    whole = (np.array([chosen.begin_ns]), np.array([chosen.end_ns]))
    unseen = without(whole, union(*stands_for(looks.at_ns)))
    looked_ns = int(looks.at_ns[-1] - looks.at_ns[0])
    return Watch(
        looks=len(inside),
        workers=len(looks.workers),
        of=looks.of,
        unseen_us=_flat_us(unseen, chosen),
        cost=round(looks.cost_ns / max(1, looked_ns), 4),
    )
