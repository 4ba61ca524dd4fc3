"""Sending a body over a while, in pieces."""

import asyncio

from aiohttp.abc import AbstractStreamWriter

from mockserver.deadline import DeadlineTimer

# One every so often: fine enough for a client to see it flow.
_PIECE_NS = 10_000_000


async def spread(
    timer: DeadlineTimer,
    writer: AbstractStreamWriter,
    transport: asyncio.Transport,
    body: bytes,
    first_byte_ns: int,
    duration_ns: int,
) -> None:
    """Send the body so that after t of the duration t/duration of it are out, never more.

    Raises:
        ConnectionResetError: The client has gone.
    """
    pieces = max(1, min(len(body), duration_ns // _PIECE_NS))
    sent = 0
    for piece in range(1, pieces + 1):
        await timer.until(first_byte_ns + duration_ns * piece // pieces)
        end = len(body) * piece // pieces
        if transport.is_closing():
            raise ConnectionResetError
        transport.write(body[sent:end])
        await writer.drain()
        sent = end
