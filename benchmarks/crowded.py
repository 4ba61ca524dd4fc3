"""A mock server at which thousands hang on while a run measures with it. For `benchmarks.campaign`."""

import asyncio
import json
import resource
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.aftermath import World, ended, ended_badly, tell
from benchmarks.pestered import TOKEN, server
from simulator.cli import exits

SCENARIO = """
name: crowded
server: {{latency: 20ms, content: {{kind: catalogue, count: 20, items: 2}}}}
job: {{parser: html.parser, pages: {jobs}, warmup: 8}}
strategies: [threads, asyncio]
in_flight: 8
rounds: 2
validity: {{min_window: 0ms, min_jobs_per_slot: 0}}
"""
"""A job whose time is that of its waits: its speed says what the server does."""
JOBS = {False: 400, True: 40}
"""By whether it is quick."""
AT_ONCE = 100
"""So many connect at a time: fewer than a server lets wait."""
SLOWLY_S = 1.0
"""Between two bytes of a request that never ends."""
SPARE_FILES = 300
REQUEST = b"GET /pages/1 HTTP/1.1\r\nHost: localhost\r\nX-Endless: "


def of_crowds(folder: Path, idle: int, slow: int, *, quick: bool = False) -> tuple[Counter[str], list[str]]:
    """Measure alone, then beside connections that are idle or slow; return pages per second, and the faults."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = idle + slow + SPARE_FILES
    if hard != resource.RLIM_INFINITY and hard < wanted:
        return Counter({f"left out, for {hard} files may be open, of": wanted}), []
    (folder / "pages").mkdir(exist_ok=True)
    (folder / "crowded.yaml").write_text(SCENARIO.format(jobs=JOBS[quick]), "utf-8")
    world = World(folder)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))  # of the server too
    try:
        with server(world) as (address, process):
            done, faults = asyncio.run(_measured(world, address, idle, slow))
            if process.poll() is not None:
                faults.append(f"the server ended with {process.returncode}")
            process.terminate()
            code, errors = ended(process)
            faults += ended_badly(code, errors, (exits.OK, exits.INTERRUPTED))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return done, [*faults, *world.end_all(), *world.lying_about()]


async def _measured(world: World, address: str, idle: int, slow: int) -> tuple[Counter[str], list[str]]:
    done, faults = Counter[str](), list[str]()
    for beside in ("alone", f"beside {idle + slow:,}"):
        crowd = (idle, slow) if beside != "alone" else (0, 0)
        async with _crowd(address, *crowd) as lost:
            tell(f"run {beside}")
            rates, wrong = await asyncio.to_thread(_run, world, address)
        done.update({f"pages/s of {strategy} {beside}": round(rate) for strategy, rate in rates.items()})
        faults += [f"{beside}: {fault}" for fault in wrong]
        if lost:
            faults.append(f"{beside}: {len(lost)} connections were lost, as with {lost[0]!r}")
    return done, faults


def _run(world: World, address: str) -> tuple[dict[str, float], list[str]]:
    """Measure; return pages per second by strategy, and what is wrong."""
    document = world.folder / "crowded.json"
    document.unlink(missing_ok=True)
    words = ("--quiet", "--json", document.name, "--server", address, "--server-token", TOKEN)
    code, errors = ended(world.start("run", "crowded.yaml", *words))
    faults = list(ended_badly(code, errors, (exits.OK,)))
    cells = json.loads(document.read_text("utf-8"))["cells"] if document.exists() else []
    named = {cell["factors"]["strategy"]: cell for cell in cells}
    rates = {
        name: cell["throughput_per_s"]["median"] for name, cell in named.items() if cell["throughput_per_s"]
    }
    faults += [f"{name}: {cell['reason']}" for name, cell in named.items() if cell["status"] != "ok"]
    return rates, faults


@asynccontextmanager
async def _crowd(address: str, idle: int, slow: int) -> AsyncIterator[list[Exception]]:
    """Hold connections that say nothing, and some that never end to say what they want.

    Yields:
        What became of those that the server has not borne; of those that it ended, once the block is over.
    """
    to = urlsplit(address)
    held: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
    lost: list[Exception] = []

    async def connect() -> None:
        try:
            held.append(await asyncio.open_connection(to.hostname, to.port))
        except OSError as error:
            lost.append(error)

    async def dribble(writer: asyncio.StreamWriter) -> None:
        writer.write(REQUEST)
        while True:
            await asyncio.sleep(SLOWLY_S)
            writer.write(b"a")
            await writer.drain()

    for begun in range(0, idle + slow, AT_ONCE):
        tell(f"{begun:,} connections")
        await asyncio.gather(*(connect() for _ in range(min(AT_ONCE, idle + slow - begun))))
    slowly = [asyncio.create_task(dribble(writer)) for _, writer in held[:slow]]
    try:
        yield lost
        ends = sum(reader.at_eof() or reader.exception() is not None for reader, _ in held)
        lost += [ConnectionResetError("the server ended it")] * ends
    finally:
        for task in slowly:
            task.cancel()
        await asyncio.gather(*slowly, return_exceptions=True)
        for _, writer in held:
            writer.transport.abort()
