"""Before the first repetition: what a request needs beside its CPU, for the models that predict all else from it.

What the kernel does for a request lets go of the GIL, the rest holds it. How often a request lets go of it is seen
beside a thread that never does: then each time takes a switch interval more (Beazley, bpo-7946: with n such threads, k
times, and an interval I, a request that takes d alone takes d + k n I).
"""

import asyncio
import resource
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from statistics import stdev
from typing import Any

from .probe.controls import alone, beside_spinner
from .shared.control import Control
from .shared.failure import Failure
from .shared.preflight import FIRST_REQUESTS, median, share_error
from .shared.python import gil_enabled
from .shared.scalable import is_scalable
from .spec import Spec
from .strategies.jobs import opener_of

ROUNDS = 5
"""In each, every client is asked in turn: a machine that is slower for a moment is so for all of them."""
TURN_NS = 25_000_000
"""Of CPU in each round; user and kernel are told apart over all, which the kernel may count in ticks of 4 ms."""
REQUESTS = 10
"""Between two looks at the clock."""
INTERVAL_S = 0.002
"""Switch interval while a thread spins beside the requests; the law holds from about 1 ms on."""
BESIDE = 12
"""Requests beside it."""
LOOKS = 3
LOOK_S = 0.04
"""At a parse alone, and at one beside a thread that spins."""
UNITS = 200_000
"""Of a parser that reaches any cost."""
WIDE = 16
"""Tasks of one loop that ask at the same time."""
WIDE_REQUESTS = 5
"""Of each of them between two looks."""

Needs = dict[str, float | None]
_cpu, _wall = time.thread_time_ns, time.perf_counter_ns


def needs_of_clients(spec: Spec, control: Control) -> dict[str, Needs]:
    """Return what one request needs of each client that can be had here, by `blocking:NAME` or `asyncio:NAME`.

    Says `asking` before and after requests between which the server's CPU is to be looked at.

    Returns:
        `wall_ns` and `cpu_ns` of a request, medians over the rounds; `wall_error` and `error`: standard errors of
        them, as shares; `kernel`: share of the CPU inside the kernel; `drops`: how often it lets go of the GIL (null
        without one); of a loop `wide_ns`: CPU of one of WIDE at the same time.
    """
    url = f"{spec.base_url}/pages/0?latency=0ms"
    with ExitStack() as opened:
        asked: dict[str, _Blocking | _OnALoop] = {}
        for name in spec.clients:
            kind, _, client_name = name.partition(":")
            with suppress(Failure):  # it is said of the cells that need it
                made = opener_of(spec, client_name, kind, 1)
                one = _OnALoop(made, url) if kind == "asyncio" else _Blocking(made, url)
                opened.callback(one.close)
                asked[name] = one
        for _ in range(ROUNDS):
            for name, one in asked.items():
                control.say("asking", client=name, requests=0)
                control.say("asking", client=name, requests=one.take_a_turn())
        return {name: one.needs() for name, one in asked.items()}


class _Blocking:
    """A client that blocks, asked in turns."""

    def __init__(self, opened: Callable[[], Any], url: str) -> None:
        self._client, self._url, self._spent = opened(), url, _Spent()
        self._ask(FIRST_REQUESTS)

    def take_a_turn(self) -> int:
        """Ask for a while; returns the number of requests."""
        with self._spent.turn() as turn:
            while turn.goes_on:
                self._ask(REQUESTS)
                turn.requests += REQUESTS
        return turn.requests

    def needs(self) -> Needs:
        found = self._spent.each()
        return {**found, "drops": _drops(found, lambda: self._ask(BESIDE))}

    def close(self) -> None:
        self._client.close()

    def _ask(self, times: int) -> None:
        for _ in range(times):
            self._client.fetch(self._url)


class _OnALoop:
    """A client on a loop of its own, asked in turns by one task and by several at the same time."""

    def __init__(self, opened: Callable[[], Any], url: str) -> None:
        self._url, self._clients = url, list[Any]()
        self._alone, self._wide = _Spent(), _Spent()
        self._loop = asyncio.Runner()
        try:
            self._loop.run(self._open(opened))
        except BaseException:
            self.close()
            raise

    def take_a_turn(self) -> int:
        """Ask for a while; returns the number of requests."""
        return self._loop.run(self._turn(self._alone, 1)) + self._loop.run(self._turn(self._wide, WIDE))

    def needs(self) -> Needs:
        found = self._alone.each()
        drops = _drops(found, lambda: self._loop.run(self._ask(self._clients[0], BESIDE)))
        return {**found, "wide_ns": self._wide.each()["cpu_ns"], "drops": drops}

    def close(self) -> None:
        try:
            self._loop.run(self._close())
        finally:
            self._loop.close()

    async def _open(self, opened: Callable[[], Any]) -> None:
        for _ in range(WIDE):
            self._clients.append(opened())
        await self._ask_each(self._clients, FIRST_REQUESTS)

    async def _turn(self, spent: "_Spent", tasks: int) -> int:
        with spent.turn() as turn:
            while turn.goes_on:
                times = REQUESTS if tasks == 1 else WIDE_REQUESTS
                await self._ask_each(self._clients[:tasks], times)
                turn.requests += times * tasks
        return turn.requests

    async def _ask_each(self, clients: Sequence[Any], times: int) -> None:
        await asyncio.gather(*(self._ask(client, times) for client in clients))

    async def _ask(self, client: Any, times: int) -> None:
        for _ in range(times):
            await client.fetch(self._url)

    async def _close(self) -> None:
        for client in self._clients:
            await client.close()


class _Turn:
    """What this thread spends in one turn: known when it has ended."""

    def __init__(self) -> None:
        self.requests = 0
        self.cpu_ns = self.wall_ns = 0
        self.user_s = self.kernel_s = 0.0
        self._usage_before, self._wall_before, self._cpu_before = _usage(), _wall(), _cpu()

    @property
    def goes_on(self) -> bool:
        return _cpu() - self._cpu_before < TURN_NS

    def end(self) -> None:
        self.cpu_ns, self.wall_ns = _cpu() - self._cpu_before, _wall() - self._wall_before
        user_s, kernel_s = _usage()
        self.user_s, self.kernel_s = user_s - self._usage_before[0], kernel_s - self._usage_before[1]


class _Spent:
    """What this thread has spent in all turns."""

    def __init__(self) -> None:
        self._turns: list[_Turn] = []

    @contextmanager
    def turn(self) -> "Iterator[_Turn]":
        turn = _Turn()
        yield turn
        turn.end()
        self._turns.append(turn)

    def each(self) -> Needs:
        """Return it for one request."""
        cpu_ns = [turn.cpu_ns / turn.requests for turn in self._turns]
        wall_ns = [turn.wall_ns / turn.requests for turn in self._turns]
        kernel_s = sum(turn.kernel_s for turn in self._turns)
        all_s = kernel_s + sum(turn.user_s for turn in self._turns)
        return {
            "cpu_ns": median(cpu_ns),
            "wall_ns": median(wall_ns),
            "error": share_error(cpu_ns),
            "wall_error": share_error(wall_ns),
            "kernel": kernel_s / all_s if all_s > 0 else None,
        }


def _usage() -> "tuple[float, float]":
    """Return the CPU of this thread so far (s), its own and the kernel's; of the process where there is no other."""
    found = resource.getrusage(getattr(resource, "RUSAGE_THREAD", resource.RUSAGE_SELF))
    return found.ru_utime, found.ru_stime


def held_share(parser: Any, pages: "Sequence[tuple[int, bytes, str]]") -> "tuple[float | None, float | None]":
    """Return the share of a parse's own time in which it holds the GIL: that by which it keeps a thread from spinning.

    The median of several looks, as the host may take a core away in any of them; with it the standard error, in
    shares. Null without a GIL, and for a parser that raises.
    """
    if not gil_enabled():
        return None, None
    parse = parser.bind(UNITS) if is_scalable(parser) else parser

    def call(number: int) -> None:
        _, body, url = pages[number % len(pages)]
        parse(body, url)

    shares = []
    try:
        for _ in range(LOOKS):
            cost_s = alone(call, LOOK_S, 1)
            taken_s, calls = beside_spinner(call, LOOK_S, 1)
            shares.append(taken_s / calls / cost_s)
    except Exception:  # noqa: BLE001 - examine has reported it
        return None, None
    return min(1.0, max(0.0, median(shares))), stdev(shares) / len(shares) ** 0.5


@contextmanager
def _spinning() -> "Iterator[bool]":
    """Have a thread beside this one that never lets go of the GIL by itself; says whether there is one at all."""
    if not gil_enabled():
        yield False
        return
    ended, before = False, sys.getswitchinterval()

    def spin() -> None:
        while not ended:
            pass

    thread = threading.Thread(target=spin, name="spinner", daemon=True)
    sys.setswitchinterval(INTERVAL_S)
    try:
        thread.start()
        yield True
    finally:
        ended = True
        thread.join()
        sys.setswitchinterval(before)


def _drops(found: Needs, ask: Callable[[], None]) -> "float | None":
    """Return how many switch intervals a request took more beside a thread that spins; null where nothing is shared."""
    with _spinning() as spinning:
        if not spinning:
            return None
        began = _wall()
        ask()
        took_ns = _wall() - began
    return max(0.0, (took_ns / BESIDE - (found["wall_ns"] or 0)) / (INTERVAL_S * 1e9))
