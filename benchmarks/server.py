"""What the mock server itself costs, and how exact its delays are. On loopback, bounded in count and time.

    python benchmarks/server.py [--quick]

1. CPU per request under wrk, against a bare `aiohttp.web.Server` that returns the same body on the same
   event loop: alternating pairs, so that a machine that speeds up or slows down does so for both; the
   median of the pairs' ratios with a bootstrap interval.
2. Delay error by the server's own audit, at 100 in flight and 50 ms: beyond the lateness of a bare
   `time.sleep` measured in turn with it. And at 1,000 in flight and 500 ms. The first waves, in which wrk's
   connections all arrive at once, are warm-up.
3. 10,000 connections opened and held, each answered a request while all are open.

Exits 0 when every target is met, 1 when one is missed, 2 when something needed is missing.
"""

import argparse
import asyncio
import re
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mockserver.admin import AdminClient
from mockserver.config import ServerConfig
from mockserver.process import MockServer

BODY_BYTES = 9_000
COST_TARGET = 1.2
SLEEP_P50_TARGET_MS = 0.4
SLEEP_P99_TARGET_MS = 3.0
CROWD_P99_TARGET_MS = 10.0
CONNECTIONS = 10_000

# A bare server in a process of its own; its last argument is the event loop.
BARE = """
import asyncio, sys
from aiohttp import web
body = b"x" * int(sys.argv[1])
async def answer(request):
    return web.Response(body=body, content_type="text/html")
async def main():
    server = web.Server(answer, access_log=None)
    accepting = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0, backlog=4096)
    print(accepting.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
if sys.argv[2] == "uvloop":
    import uvloop
    uvloop.run(main())
else:
    asyncio.run(main())
"""


@dataclass(frozen=True)
class Size:
    """How much to measure."""

    pairs: int
    pair_s: int
    rounds: int
    round_s: int


FULL = Size(pairs=30, pair_s=2, rounds=5, round_s=6)
QUICK = Size(pairs=5, pair_s=1, rounds=2, round_s=3)
WARM_UP_S = 3


def config(loop: str | None, **document: object) -> ServerConfig:
    """Make a configuration with one page of the benchmark's size."""
    content = {"kind": "catalogue", "count": 1, "size": f"{BODY_BYTES}B"}
    chosen = {} if loop is None else {"loop": loop}
    return ServerConfig.model_validate({"content": content} | chosen | document)


def cpu_s(pid: int) -> float:
    """CPU time of a process's main thread, to the nanosecond; both servers do everything there."""
    return int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[0]) / 1e9


def steal_share(before: list[int], after: list[int]) -> float:
    """Share of all CPU time between two readings that the host took for others."""
    return (after[7] - before[7]) / max(sum(after[:8]) - sum(before[:8]), 1)


def cpu_line() -> list[int]:
    """Read the counters of all CPUs."""
    return [
        int(field) for field in Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:]
    ]


def wrk(url: str, connections: int, seconds: int) -> int:
    """Load a URL; return the number of requests answered."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", url]
    output = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + 60).stdout
    found = re.search(r"(\d+) requests in", output)
    if found is None or "Non-2xx" in output or int(found[1]) == 0:
        raise RuntimeError(f"wrk got no clean answers from {url}:\n{output}")
    return int(found[1])


@contextmanager
def bare_server(loop: str) -> Iterator[tuple[int, str]]:
    """Run the bare server; gives its process id and URL."""
    command = [sys.executable, "-c", BARE, str(BODY_BYTES), loop]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None  # noqa: S101 (for mypy)
            yield process.pid, f"http://127.0.0.1:{int(process.stdout.readline())}/"
        finally:
            process.kill()


def bootstrap_median(values: list[float]) -> tuple[float, float]:
    """Give the 95 % percentile interval of the median, from 4,000 resamples."""
    draws = np.random.default_rng(7).choice(values, size=(4_000, len(values)))
    low, high = np.percentile(np.median(draws, axis=1), [2.5, 97.5])
    return float(low), float(high)


def cost(size: Size, loop: str) -> bool:
    """Compare the CPU per request with that of a bare server."""
    ratios: list[float] = []
    costs: dict[str, list[float]] = {"mock": [], "bare": []}
    before = cpu_line()
    with bare_server(loop) as (bare_pid, bare_url), MockServer.start(config(loop)) as mock:
        servers = {"mock": (mock.pids[0], f"{mock.url}/pages/0"), "bare": (bare_pid, bare_url)}
        for _, url in servers.values():
            wrk(url, 32, 1)
        for pair in range(size.pairs):
            for name in ("mock", "bare") if pair % 2 else ("bare", "mock"):
                pid, url = servers[name]
                start_s = cpu_s(pid)
                requests = wrk(url, 32, size.pair_s)
                costs[name].append((cpu_s(pid) - start_s) / requests)
            ratios.append(costs["mock"][-1] / costs["bare"][-1])
    ratio = statistics.median(ratios)
    low, high = bootstrap_median(ratios)
    print(
        f"CPU per request, {loop}: {statistics.median(costs['mock']) * 1e6:.1f} us, bare "
        f"{statistics.median(costs['bare']) * 1e6:.1f} us; ratio {ratio:.3f} [{low:.3f}, {high:.3f}] over "
        f"{size.pairs} pairs; steal {steal_share(before, cpu_line()):.1%}"
    )
    return verdict(ratio <= COST_TARGET, f"ratio at most {COST_TARGET}")


def sleep_lateness_ms(seconds: int) -> tuple[float, float]:
    """Measure a bare time.sleep of 5 ms: its lateness at p50 and p99, in ms."""
    late_ns = []
    for _ in range(seconds * 200):
        due_ns = time.monotonic_ns() + 5_000_000
        time.sleep(0.005)
        late_ns.append(time.monotonic_ns() - due_ns)
    p50, p99 = np.percentile(late_ns, [50, 99], method="inverted_cdf") / 1e6
    return float(p50), float(p99)


def delay_error_ms(loop: str, latency: str, connections: int, seconds: int) -> tuple[float, float]:
    """Load a fresh server; give its audit of the delay error after the warm-up, p50 and p99 in ms."""
    with (
        MockServer.start(config(loop, latency=latency)) as server,
        AdminClient(server.url, server.token) as admin,
    ):
        command = ["wrk", "-t1", f"-c{connections}", f"-d{WARM_UP_S + seconds}s", f"{server.url}/pages/0"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as load:
            try:
                time.sleep(WARM_UP_S)
                admin.reset()
                load.wait(WARM_UP_S + seconds + 60)
            finally:
                load.kill()
        stats = admin.stats()
        error_s = stats["delay_error_s"]
        expected = connections * stats["window_s"] / float(latency.removesuffix("ms")) * 1e3
        if stats["errors"].keys() - {"499"} or stats["requests"] < expected / 2:
            raise RuntimeError(f"the load did not run as meant: {stats}")
        return error_s["p50"] * 1e3, error_s["p99"] * 1e3


def delays(size: Size, loop: str) -> bool:
    """Compare delay errors with the lateness of a bare sleep, in turn."""
    before = cpu_line()
    rounds = []
    for _ in range(size.rounds):
        bare = sleep_lateness_ms(2)
        rounds.append((bare, delay_error_ms(loop, "50ms", 100, size.round_s)))
    over_p50 = statistics.median(error[0] - bare[0] for bare, error in rounds)
    over_p99 = statistics.median(error[1] - bare[1] for bare, error in rounds)
    print(f"Delay error, {loop}, 100 in flight, 50 ms; steal {steal_share(before, cpu_line()):.1%}")
    for bare, error in rounds:
        print(
            f"  p50 {error[0]:.3f} ms, p99 {error[1]:.3f} ms; "
            f"a bare sleep before it {bare[0]:.3f} and {bare[1]:.3f} ms"
        )
    met = verdict(
        over_p50 <= SLEEP_P50_TARGET_MS,
        f"p50 beyond it, median {over_p50:.3f} ms, at most {SLEEP_P50_TARGET_MS} ms",
    )
    met &= verdict(
        over_p99 <= SLEEP_P99_TARGET_MS,
        f"p99 beyond it, median {over_p99:.3f} ms, at most {SLEEP_P99_TARGET_MS} ms",
    )
    before = cpu_line()
    crowd = [delay_error_ms(loop, "500ms", 1_000, size.round_s) for _ in range(size.rounds)]
    p99 = statistics.median(error[1] for error in crowd)
    print(
        f"Delay error, {loop}, 1,000 in flight, 500 ms: p99 {', '.join(f'{error[1]:.2f}' for error in crowd)} ms; "
        f"steal {steal_share(before, cpu_line()):.1%}"
    )
    return met & verdict(
        p99 <= CROWD_P99_TARGET_MS, f"median p99 {p99:.2f} ms, at most {CROWD_P99_TARGET_MS} ms"
    )


async def hold(url: str, token: str, count: int) -> float:
    """Open connections, keep them all, then ask one page over each; give the seconds it took."""
    host, port = url.removeprefix("http://").split(":")
    gate = asyncio.Semaphore(200)  # below any backlog

    async def connect() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        async with gate:
            return await asyncio.open_connection(host, int(port))

    async def ask(connection: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> None:
        reader, writer = connection
        async with gate:
            writer.write(b"GET /pages/0 HTTP/1.1\r\nHost: " + host.encode() + b"\r\n\r\n")
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"Content-Length: (\d+)", head)
            if not head.startswith(b"HTTP/1.1 200 ") or length is None:
                raise RuntimeError(f"unexpected answer: {head!r}")
            await reader.readexactly(int(length[1]))

    start_s = time.perf_counter()
    connections = await asyncio.gather(*(connect() for _ in range(count)))
    try:
        await asyncio.gather(*map(ask, connections))
        took_s = time.perf_counter() - start_s
        with AdminClient(url, token) as admin:
            stats = admin.stats()
        if stats["connections_open"] != count + 1 or stats["requests"] != count or stats["errors"]:
            raise RuntimeError(f"not all are open and answered: {stats}")
        return took_s
    finally:
        for _, writer in connections:
            writer.transport.abort()


def connections(loop: str) -> bool:
    """Hold many connections open."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = CONNECTIONS + 200
    if hard < needed:
        print(f"Open connections: this user may open {hard} files, {needed} are needed (ulimit -Hn)")
        return False
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    small = {"kind": "catalogue", "count": 1, "items": 1}
    with MockServer.start(config(loop, content=small)) as server:
        took_s = asyncio.run(hold(server.url, server.token, CONNECTIONS))
        status = Path(f"/proc/{server.pids[0]}/status").read_text(encoding="ascii")
        peak = re.search(r"VmHWM:\s+(\d+) kB", status)
        print(
            f"Open connections, {loop}: {CONNECTIONS:,} held and answered in {took_s:.1f} s; "
            f"server's peak memory {int(peak[1]) // 1024 if peak else '?'} MiB"
        )
    return verdict(met=True, target=f"{CONNECTIONS:,} open at the same time")


def verdict(met: bool, target: str) -> bool:  # noqa: FBT001 (what it is about)
    """Print whether a target is met; return it."""
    print(f"  {'met   ' if met else 'MISSED'}  {target}")
    return met


def main() -> int:
    """Run everything."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--quick", action="store_true", help="a short run: shows that it works, decides nothing"
    )
    parser.add_argument("--loop", choices=("asyncio", "uvloop"), default=ServerConfig().loop)
    parser.add_argument("--only", choices=("cost", "delays", "connections"))
    arguments = parser.parse_args()
    if sys.platform != "linux":
        print("CPU times come from /proc; run this on Linux", file=sys.stderr)
        return 2
    if shutil.which("wrk") is None:
        print("wrk is missing; it makes the load (Debian and Ubuntu: apt-get install wrk)", file=sys.stderr)
        return 2
    size = QUICK if arguments.quick else FULL
    parts: dict[str, Callable[[], bool]] = {
        "cost": lambda: cost(size, arguments.loop),
        "delays": lambda: delays(size, arguments.loop),
        "connections": lambda: connections(arguments.loop),
    }
    met = [part() for name, part in parts.items() if arguments.only in (None, name)]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
