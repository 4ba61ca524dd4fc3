"""Work whose share of holding the GIL is known, done in turns with the target while it is looked at from outside.

The names of the three phase functions are what the sampler looks for in the stacks.
"""

import hashlib
import select
import time
from collections.abc import Callable

from .target import Call
from .working import call_for, schedstat

CONTROL_S = 0.02
TARGET_S = 0.04
"""How long a turn lasts (s). Short, so that one short look sees all three, at the same speed of the machine."""
_BLOCK = bytes(1 << 20)


def hold(_number: int = 0) -> None:
    """Hold the GIL: nothing but interpreter."""
    value = 1
    for _ in range(2_000):
        value = (value * 1_664_525 + 1_013_904_223) & 0xFFFF_FFFF


def release(_number: int = 0) -> None:
    """Release it: hashlib does so for blocks of more than 2047 bytes."""
    hashlib.sha256(_BLOCK)


def probe_phase_target(call: Call, batch: int) -> None:
    """Run the target's turn."""
    call_for(call, TARGET_S, batch)


def probe_phase_hold(seconds: float) -> None:
    """Run the turn of the control that holds the GIL."""
    call_for(hold, seconds, 1)


def probe_phase_release(seconds: float) -> None:
    """Run the turn of the control that does not."""
    call_for(release, seconds, 1)


def take_turns(call: Call, cost_s: float, batch: int, commands_fd: int, begun: Callable[[], None]) -> None:
    """Go round the three until something is written to `commands_fd`."""
    begun()
    control_s = max(
        CONTROL_S, cost_s / 2
    )  # a call that takes long must not leave next to nothing of the controls
    while not select.select([commands_fd], [], [], 0)[0]:
        probe_phase_target(call, batch)
        probe_phase_hold(control_s)
        probe_phase_release(control_s)


def beside_spinner(call: Call, seconds: float, batch: int) -> "tuple[float, int]":
    """Call beside a thread that always wants the GIL.

    Returns:
        seconds in which that thread wanted to run, had a core, and did not: something else had the GIL; and how many
        calls there were.
    """
    import threading  # noqa: PLC0415 - only where nothing can look from outside

    ended = threading.Event()
    spun = [0.0]

    def spin() -> None:
        before, looked = time.thread_time(), schedstat()
        while not ended.is_set():
            hold()
        spun[0] = time.thread_time() - before + waited_s(looked)

    thread = threading.Thread(target=spin, daemon=True)
    started = time.perf_counter()
    thread.start()
    try:
        calls, _ = call_for(call, seconds, batch)
    finally:
        ended.set()
        thread.join()
    return max(0.0, time.perf_counter() - started - spun[0]), calls


def alone(call: Call, seconds: float, batch: int) -> float:
    """Return what a call takes with nothing beside it (s), the waits for a core left out."""
    looked = schedstat()
    calls, elapsed = call_for(call, seconds, batch)
    return max(1e-9, elapsed - waited_s(looked)) / calls


def waited_s(before: "tuple[int, int] | None") -> float:
    """Return how long this thread has waited for a core since then (s); nothing where the system does not say."""
    after = schedstat()
    return 0.0 if before is None or after is None else (after[1] - before[1]) / 1e9
