"""An event loop whose clock is simulated: it jumps to the next timer instead of waiting for it."""

import asyncio
import selectors
from math import ceil


class Clock:
    """Simulated nanoseconds."""

    def __init__(self, now_ns: int) -> None:
        self.now_ns = now_ns

    def __call__(self) -> int:
        return self.now_ns


class JumpingSelector(selectors.DefaultSelector):
    """Never waits: what it would have waited passes on the clock at once."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        assert timeout is not None, "nothing is scheduled: the loop would wait for ever"
        self._clock.now_ns += max(0, ceil(timeout * 1e9))
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """asyncio's own loop on a simulated clock."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(JumpingSelector(clock))
        self._simulated = clock

    def time(self) -> float:
        return self._simulated.now_ns / 1e9
