"""A network's jobs, event by event: the inner loop of the simulation.

Plain functions over records, so that the same source runs as it is, and compiled where there is a compiler
(simulator.model.compiled). Who is runnable shares the cores equally: all progress in one virtual time, which passes at
the rate min(1, cores / runnable), so that a runnable one ends at a virtual time that is known when it starts.

A lock is CPython's (Python/ceval_gil.c): one that waits asks for it after a switch interval in which it was not passed
on, and the one that is made to let go of it queues again, last; so does who lets go by itself for others that wait. The
first in the queue takes a while to wake up: whoever runs and wants the lock meanwhile has it.
"""

from math import floor, inf
from typing import Any

from simulator.model.event_state import CPU, QUEUED, VARYING, Events
from simulator.model.heap import first, pop, push, remove

LOOKED_AT = 16
"""Of those who wait for a lock, so many are looked at: among more, one always asks soon after it may."""

WAKING_MOST = 0.9
"""Of the cores: what those who wait for a lock may take with looking at it."""


def enqueue(events: Events, at: int, number: int) -> None:
    """Put a slot behind all that wait."""
    queue, slot = events.queues[at], events.slots[number]
    slot.after = -1
    slot.before = queue.tail
    if queue.tail < 0:
        queue.head = number
    else:
        events.slots[queue.tail].after = number
    queue.tail = number
    slot.since = events.clocks[0].time


def dequeue(events: Events, at: int) -> int:
    """Take the first of those that wait, and return its number; there is one."""
    queue = events.queues[at]
    number = queue.head
    behind = events.slots[number].after
    queue.head = behind
    if behind < 0:
        queue.tail = -1
    else:
        events.slots[behind].before = -1
    note(events, number, QUEUED - at, 0.0)
    return int(number)


def note(events: Events, number: int, code: int, worked_s: float) -> None:
    """Keep what a slot did since it began to, and how much of that it computed."""
    clock, slot = events.clocks[0], events.slots[number]
    if 0 <= slot.job < clock.trace and clock.time > slot.since and clock.noted < len(events.trace):
        noted = events.trace[clock.noted]
        noted.job, noted.slot, noted.code = slot.job, number, code
        noted.since, noted.until, noted.worked = slot.since, clock.time, worked_s
        clock.noted += 1


def late(events: Events, lag_s: float) -> None:
    """Keep how long was waited for a loop."""
    clock = events.clocks[0]
    if clock.lags < len(events.lags):
        events.lags[clock.lags] = lag_s
        clock.lags += 1


def compute(events: Events, number: int) -> None:
    """Start a piece of computing."""
    clock, slot = events.clocks[0], events.slots[number]
    slot.ends_at = clock.virtual + slot.piece
    slot.since = clock.time
    if slot.step == slot.first and events.begun[slot.job] < 0:
        events.begun[slot.job] = clock.time
    clock.running += 1
    push(events.running, slot.ends_at, number)


def stop(events: Events, number: int) -> None:
    """End a piece of computing, or what was done of it until now; the rest of it stays."""
    clock, slot = events.clocks[0], events.slots[number]
    left_s = max(0.0, slot.ends_at - clock.virtual)
    note(events, number, slot.step, slot.piece - left_s)
    slot.piece = left_s
    clock.running -= 1


def ask(events: Events, lock: int, at_s: float) -> None:
    """Have somebody look at that time whether the lock is to be asked for."""
    queue = events.queues[lock]
    if queue.asked == 0 and at_s < inf:
        queue.asked = 1
        push(events.timers, at_s, -1 - lock)


def hold(events: Events, number: int, lock: int) -> None:
    """Give a lock to a slot, which computes with it."""
    clock, queue = events.clocks[0], events.queues[lock]
    queue.holder = number
    queue.switched = clock.time
    events.slots[number].lock = lock
    compute(events, number)
    if queue.head >= 0:
        ask(events, lock, clock.time + clock.interval_s)


def let_go(events: Events, lock: int) -> None:
    """Let go of a lock: the first that waits for it is told, and runs a little later."""
    clock, queue = events.clocks[0], events.queues[lock]
    events.slots[queue.holder].lock = -1
    queue.taken += clock.time - queue.switched
    queue.holder = -1
    if queue.head < 0 or queue.waking:
        return
    queue.waking = 1
    if clock.wake_s > 0:
        push(events.timers, clock.time + clock.wake_s, -1 - len(events.queues) - lock)
    else:
        wake(events, lock)


def wake(events: Events, lock: int) -> None:
    """Give a lock to the first that waits for it, unless another one was quicker."""
    queue = events.queues[lock]
    queue.waking = 0
    if queue.holder < 0 and queue.head >= 0:
        events.clocks[0].waiting -= 1
        hold(events, dequeue(events, lock), lock)


def want(events: Events, number: int, lock: int) -> None:
    """Take a lock, or queue for it."""
    if events.slots[number].lock == lock:
        compute(events, number)
    elif events.queues[lock].holder < 0:
        hold(events, number, lock)
    else:
        queue_for(events, number, lock)


def queue_for(events: Events, number: int, lock: int) -> None:
    """Wait for a lock, and look at it after an interval."""
    clock = events.clocks[0]
    clock.waiting += 1
    enqueue(events, lock, number)
    ask(events, lock, clock.time + clock.interval_s)


def asks_at(events: Events, lock: int) -> float:
    """Return when the first of those that wait for a lock asks for it, if it is not passed on before.

    Each looks at it when it has waited for one interval, two, three: it asks at the end of one that was undisturbed.
    """
    queue, interval_s = events.queues[lock], events.clocks[0].interval_s
    first_s = inf
    number = queue.tail
    for _ in range(LOOKED_AT):
        if number < 0:
            break
        slot = events.slots[number]
        disturbed = max(0, -floor((slot.since - queue.switched) / interval_s))
        first_s = min(first_s, slot.since + (disturbed + 1) * interval_s)
        number = slot.before
    return first_s


def force(events: Events, lock: int) -> None:
    """Take the lock from the one that holds it, if an interval has passed without a switch and others wait."""
    clock, queue = events.clocks[0], events.queues[lock]
    queue.asked = 0
    if queue.head < 0 or queue.holder < 0:
        return
    at_s = asks_at(events, lock)
    if at_s > clock.time + 1e-9 * clock.interval_s:
        ask(events, lock, at_s)
        return
    number = queue.holder
    remove(events.running, number)
    stop(events, number)
    let_go(events, lock)
    queue_for(events, number, lock)


def drawn(events: Events, numbers: Any) -> float:
    """Return the next of the random numbers."""
    clock = events.clocks[0]
    clock.drawn += 1
    return float(numbers[clock.drawn % len(numbers)])


def proceed(events: Events, number: int) -> None:
    """Do a step whose place one has."""
    slot = events.slots[number]
    step = events.steps[slot.step]
    seconds = step.seconds
    if step.noisy:
        seconds *= drawn(events, events.noise)
    if step.kind == VARYING:
        seconds *= events.waits[slot.job % len(events.waits)]
    if step.kind != CPU:
        slot.since = events.clocks[0].time
        push(events.timers, slot.since + seconds, number)
        return
    slot.pieces = 1
    if step.lock >= 0 and step.drops > 0:
        slot.pieces += floor(step.drops + drawn(events, events.chance))
    slot.size = seconds / slot.pieces
    slot.piece = slot.size
    if step.lock >= 0:
        want(events, number, step.lock)
    else:
        compute(events, number)


def enter(events: Events, number: int) -> None:
    """Begin a step: with a place, if it needs one, or in the queue for it."""
    slot = events.slots[number]
    place = events.steps[slot.step].place
    if place >= 0 and slot.place != place:
        queue = events.queues[place]
        if queue.free == 0:
            enqueue(events, place, number)
            return
        queue.free -= 1
        slot.place = place
        if queue.lags:
            late(events, 0.0)
    proceed(events, number)


def leave(events: Events, number: int, place: int) -> None:
    """Give up a place, to the first that waits for it."""
    queue = events.queues[place]
    events.slots[number].place = -1
    if queue.head < 0:
        queue.free += 1
        return
    following = dequeue(events, place)
    slot = events.slots[following]
    slot.place = place
    if queue.lags:
        late(events, events.clocks[0].time - slot.since)
    proceed(events, following)


def start(events: Events, number: int) -> bool:
    """Give the next job to a slot; false: there is none that is due."""
    clock, slot = events.clocks[0], events.slots[number]
    job = clock.next_job
    if job >= clock.jobs:
        return False
    events.due[job] = clock.time
    if len(events.starts) > 0:
        if events.starts[job] > clock.time:
            return False
        events.due[job] = events.starts[job]
    clock.next_job += 1
    slot.job = job
    slot.step = slot.first
    return True


def finish(events: Events, number: int) -> None:
    """End a step, and begin the next one: of this job, or of the next."""
    clock, slot = events.clocks[0], events.slots[number]
    going_on = True
    slot.step += 1
    if slot.step == slot.end:
        events.ended[slot.job] = clock.time
        clock.ended += 1
        going_on = start(events, number)
        slot.step = slot.first
    step = events.steps[slot.step]
    lock, place = slot.lock, slot.place
    same_place = going_on and step.place == place
    if lock >= 0 and not (same_place and step.lock == lock):
        let_go(events, lock)
    if place >= 0 and not same_place:
        leave(events, number, place)
    if going_on:
        enter(events, number)
    else:
        slot.job = -1
        enqueue(events, len(events.queues) - 1, number)


def arrive(events: Events) -> None:
    """Give jobs that are due to slots that have none; then wait for the next arrival."""
    clock = events.clocks[0]
    idle = len(events.queues) - 1
    while events.queues[idle].head >= 0 and start(events, events.queues[idle].head):
        enter(events, dequeue(events, idle))
    while clock.due < clock.jobs and events.starts[clock.due] <= clock.time:
        clock.due += 1
    if clock.due < clock.jobs:
        push(events.timers, events.starts[clock.due], len(events.slots))


def end_piece(events: Events, number: int) -> None:
    """A slot has computed a piece: it lets go of the lock and takes it again, or ends its step."""
    slot = events.slots[number]
    stop(events, number)
    if slot.pieces <= 1:
        finish(events, number)
        return
    slot.pieces -= 1
    slot.piece = slot.size
    lock = slot.lock
    if events.queues[lock].head < 0:
        compute(events, number)
        return
    let_go(events, lock)
    queue_for(events, number, lock)


def begin(events: Events) -> None:
    """Start as many jobs as may be in flight, or wait for the first to become due."""
    idle = len(events.queues) - 1
    for number in range(len(events.slots)):
        enqueue(events, idle, number)
    if len(events.starts) > 0:
        arrive(events)
        return
    while events.queues[idle].head >= 0 and start(events, events.queues[idle].head):
        enter(events, dequeue(events, idle))


def pass_on(events: Events) -> None:
    """Go to the next event."""
    clock = events.clocks[0]
    waking = min(WAKING_MOST * clock.cores, clock.waiting * clock.look_s / clock.interval_s)
    cores = clock.cores - waking
    if clock.stranded > 0 and clock.running > clock.cores > 1:
        cores -= clock.stranded * (1 - 1 / clock.cores) ** (clock.running - 1)
    rate = 1.0 if clock.running <= cores else cores / clock.running
    ends = first(events.running)
    at_s = first(events.timers)
    ends_s = clock.time + max(0.0, ends - clock.virtual) / rate
    if ends_s <= at_s:
        clock.busy += (ends_s - clock.time) * (rate * clock.running + waking)
        clock.time = ends_s
        clock.virtual = ends
        end_piece(events, pop(events.running))
        return
    item = pop(events.timers)
    clock.busy += (at_s - clock.time) * (rate * clock.running + waking)
    clock.virtual += (at_s - clock.time) * rate
    clock.time = at_s
    if item == len(events.slots):
        arrive(events)
    elif item < -len(events.queues):
        wake(events, -1 - len(events.queues) - item)
    elif item < 0:
        force(events, -1 - item)
    else:
        note(events, item, events.slots[item].step, 0.0)
        finish(events, item)


def run(events: Events) -> None:
    """Let all jobs be done."""
    clock = events.clocks[0]
    begin(events)
    while clock.ended < clock.jobs:
        pass_on(events)
