"""What a person would write by hand: N tasks, an aiohttp session each, no parsing. Prints pages/s."""

import asyncio
import itertools
import sys
import time

import aiohttp

HEADERS = {"Accept-Encoding": "identity"}
TIMEOUT = aiohttp.ClientTimeout(total=None, connect=None, sock_connect=None, sock_read=None)


async def main(base: str, width: int, pages: int) -> None:
    """Fetch pages 0 … pages-1 and print the rate."""
    sessions = [
        aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=3600), headers=HEADERS, timeout=TIMEOUT
        )
        for _ in range(width)
    ]

    async def get(session: aiohttp.ClientSession, page: int) -> int:
        async with session.get(f"{base}/pages/{page}") as response:
            return len(await response.read())

    counter = itertools.count()
    sizes: list[int] = []

    async def work(session: aiohttp.ClientSession) -> None:
        while (page := next(counter)) < pages:
            sizes.append(await get(session, page))

    for _ in range(2):
        await asyncio.gather(*(get(session, 0) for session in sessions))
    start = time.perf_counter()
    await asyncio.gather(*(work(session) for session in sessions))
    print(len(sizes) / (time.perf_counter() - start))
    for session in sessions:
        await session.close()


asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
