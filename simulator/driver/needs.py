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
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from statistics import stdev
from typing import Any

from .probe.controls import alone, beside_spinner
from .shared.control import Control
from .shared.preflight import FIRST_REQUESTS, median, share_error
from .shared.python import gil_enabled
from .shared.scalable import is_scalable
from .spec import Spec
from .strategies.jobs import opener_of

LONG_NS = 120_000_000
"""Of CPU over which user and kernel are told apart, which the kernel may count in ticks of 4 ms."""
ROUND = 20
"""Requests between two looks at the clock."""
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

Needs = dict[str, float | None]
_cpu, _wall = time.thread_time_ns, time.perf_counter_ns


def needs_of_client(name: str, spec: Spec, control: Control) -> Needs:
    """Return what one request needs of a client `blocking:NAME` or `asyncio:NAME`, in the mean.

    Says `asking` before and after the requests between which the server's CPU is to be looked at.

    Returns:
        `wall_ns` and `cpu_ns` of a request; `wall_error` and `error`: standard errors of them, as shares; `kernel`:
        share of the CPU inside the kernel; `drops`: how often it lets go of the GIL (null without one); of a loop
        `wide_ns`: CPU of one of WIDE at the same time.
    """
    kind, _, client_name = name.partition(":")
    url = f"{spec.base_url}/pages/0?latency=0ms"
    opened = opener_of(spec, client_name, kind, 1)
    if kind == "asyncio":
        return asyncio.run(_on_a_loop(opened, url, name, control))
    client = opened()

    def ask(times: int) -> None:
        for _ in range(times):
            client.fetch(url)

    try:
        ask(FIRST_REQUESTS)
        control.say("asking", client=name, requests=0)
        spent = _Spent()
        while spent.cpu_ns() < LONG_NS:
            ask(ROUND)
            spent.asked(ROUND)
        found = spent.each()
        control.say("asking", client=name, requests=spent.requests)
        with _spinning() as spinning:
            began = _wall()
            if spinning:
                ask(BESIDE)
            took_ns = _wall() - began
        drops = _drops(found, took_ns) if spinning else None
        return {**found, "drops": drops}
    finally:
        client.close()


async def _on_a_loop(opened: Callable[[], Any], url: str, name: str, control: Control) -> Needs:
    """Do the same on the running loop, and with several tasks."""
    clients = [opened() for _ in range(WIDE)]

    async def ask(times: int, client: Any = clients[0]) -> None:
        for _ in range(times):
            await client.fetch(url)

    async def ask_wide(times: int) -> None:
        await asyncio.gather(*(ask(times, client) for client in clients))

    try:
        await ask_wide(FIRST_REQUESTS)
        control.say("asking", client=name, requests=0)
        alone, asked = await _long(ask, 1)
        wide, more = await _long(ask_wide, WIDE)
        control.say("asking", client=name, requests=asked + more)
        with _spinning() as spinning:
            began = _wall()
            if spinning:
                await ask(BESIDE)
            took_ns = _wall() - began
        drops = _drops(alone, took_ns) if spinning else None
        return {**alone, "wide_ns": wide["cpu_ns"], "drops": drops}
    finally:
        for client in clients:
            await client.close()


async def _long(ask: Callable[[int], Awaitable[None]], tasks: int) -> "tuple[Needs, int]":
    spent = _Spent()
    while spent.cpu_ns() < LONG_NS:
        await ask(ROUND)
        spent.asked(ROUND * tasks)
    return spent.each(), spent.requests


class _Spent:
    """What this thread spends from now on."""

    def __init__(self) -> None:
        self.requests = 0
        self._rounds: list[float] = []
        self._rounds_wall: list[float] = []
        self._cpu, self._wall, self._usage = _cpu(), _wall(), _usage()
        self._last, self._last_wall = self._cpu, self._wall

    def asked(self, requests: int) -> None:
        """So many were asked for since the last time."""
        now, now_wall = _cpu(), _wall()
        self._rounds.append((now - self._last) / requests)
        self._rounds_wall.append((now_wall - self._last_wall) / requests)
        self.requests += requests
        self._last, self._last_wall = now, now_wall

    def cpu_ns(self) -> int:
        return _cpu() - self._cpu

    def each(self) -> Needs:
        """Return it for one request."""
        cpu_ns, wall_ns = self.cpu_ns(), _wall() - self._wall
        user_s, kernel_s = (now - before for now, before in zip(_usage(), self._usage, strict=True))
        return {
            "cpu_ns": cpu_ns / self.requests,
            "wall_ns": wall_ns / self.requests,
            "error": share_error(self._rounds),
            "wall_error": share_error(self._rounds_wall),
            "kernel": kernel_s / (user_s + kernel_s) if user_s + kernel_s > 0 else None,
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


def _drops(alone: Needs, took_ns: int) -> float:
    """Return how many switch intervals a request took more beside a thread that spins."""
    return max(0.0, (took_ns / BESIDE - (alone["wall_ns"] or 0)) / (INTERVAL_S * 1e9))
