"""How late the event loop is: a ticker on an absolute schedule, in every worker.

A loop that was blocked for 35 ms missed the ticks at 10, 20 and 30 ms as well. Each missed tick is a sample
(35, 25, 15 and 5 ms late): counting only the one that came late would hide most of the blocked time
(coordinated omission; Gil Tene, "How NOT to Measure Latency").
"""

import time
from array import array

from mockserver.deadline import DeadlineTimer

PERIOD_NS = 10_000_000
CAPACITY = 65_536
"""Samples kept: the latest eleven minutes."""


class LoopLag:
    """The latest lateness of the ticks on one event loop."""

    def __init__(self) -> None:
        self._samples = array("q", bytes(8 * CAPACITY))
        self._count = 0

    async def run(self, timer: DeadlineTimer) -> None:
        """Tick until cancelled."""
        due_ns = time.monotonic_ns() + PERIOD_NS
        while True:
            await timer.until(due_ns)
            due_ns = self.tick(due_ns, time.monotonic_ns())

    def tick(self, due_ns: int, now_ns: int) -> int:
        """Record the tick due at `due_ns` and all that were missed until now; return the next one."""
        while due_ns <= now_ns:
            self._samples[self._count % CAPACITY] = now_ns - due_ns
            self._count += 1
            due_ns += PERIOD_NS
        return due_ns

    def samples_ns(self) -> list[int]:
        """Give the samples that are kept, in no order."""
        return self._samples[: min(self._count, CAPACITY)].tolist()

    def reset(self) -> None:
        """Forget all samples."""
        self._count = 0
