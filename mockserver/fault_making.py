"""What goes over the wire: the page, an error in its place, or a fault.

A reset is made on the socket. asyncio's transports only close: they send FIN, which a client reads as the end of what
was sent. With SO_LINGER on and no time, closing the socket drops what was not sent and sends RST (socket(7)).
"""

import re
import socket
import struct
import time
from http import HTTPStatus
from typing import assert_never

from mockserver.deadline import DeadlineTimer
from mockserver.fault_models import Empty, Hang, Made, Malformed, Reset, SlowBody, Status, Truncated
from mockserver.outcomes import NONE, THE_PAGES_OWN
from mockserver.rate_limit import retry_after_s
from mockserver.spreading import spread
from mockserver.turn import Ended, Turn

GARBAGE = b"\x13\x37 this is no HTTP \x00\xff\xfe\r\n:\r\n\x7f\x01\x02\r\n"
"""In place of a status line, and of the size of a chunk."""

_LINGER_FOR_NO_TIME = struct.pack("ii", 1, 0)
_LENGTH = re.compile(rb"Content-Length: [0-9]+\r\n")


async def send_page(turn: Turn, timer: DeadlineTimer) -> Ended:
    """Send the page as it is."""
    return await _send(turn, timer, turn.reply.body, turn.bandwidth_bps)


async def send_error(turn: Turn, status: int, sentence: str, retry_after_ns: int | None = None) -> Ended:
    """Send an answer with another status, and a sentence."""
    first_byte_ns = time.monotonic_ns()
    phrase = _phrase(status)
    body = f"{phrase}: {sentence}\n".encode()
    head = (
        f"HTTP/1.1 {status} {phrase}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
        "Cache-Control: no-store\r\n"
    )
    if retry_after_ns is not None:
        head += f"Retry-After: {retry_after_s(retry_after_ns)}\r\n"
    written = head.encode("ascii") + turn.stamps(first_byte_ns)
    turn.transport.write(written + body if turn.takes_body else written)
    return await turn.ended(first_byte_ns, status=status)


async def make(fault: Made, turn: Turn, timer: DeadlineTimer) -> Ended:
    """Let a request meet its fault; a hang ends with this."""
    match fault:
        case Status():
            sentence = f"page {turn.page} was to meet this in attempt {turn.attempt}"
            return await send_error(turn, fault.status, sentence, fault.retry_after_ns)
        case Reset(where="headers"):
            return _reset(turn)
        case Reset() | Truncated():
            half = turn.reply.body[: len(turn.reply.body) // 2]
            sent = await _send(turn, timer, half, turn.bandwidth_bps)
            end_ns = sent.last_byte_ns if isinstance(fault, Truncated) else _reset(turn).last_byte_ns
            return sent._replace(last_byte_ns=end_ns, keeps=False)
        case Empty() | Hang():
            turn.transport.close()
            return _nothing()
        case Malformed():
            return await _garbage(turn, after_headers=fault.where == "chunk")
        case SlowBody():
            return await _send(turn, timer, turn.reply.body, fault.bandwidth_bps, fault.duration_ns)
        case _:
            assert_never(fault)


async def _send(
    turn: Turn, timer: DeadlineTimer, body: bytes, bandwidth_bps: int | None, duration_ns: int | None = None
) -> Ended:
    """Send the page's headers, and so much of its body, at once or over a while."""
    first_byte_ns = time.monotonic_ns()
    head = turn.reply.head + turn.stamps(first_byte_ns)
    if bandwidth_bps is not None:
        duration_ns = len(body) * 1_000_000_000 // bandwidth_bps
    if not turn.takes_body:
        turn.transport.write(head)
    elif duration_ns is None:
        turn.transport.writelines((head, body))
    else:
        turn.transport.write(head)
        await spread(timer, turn.request.writer, turn.transport, body, first_byte_ns, duration_ns)
    return await turn.ended(first_byte_ns)


def _nothing() -> Ended:
    now_ns = time.monotonic_ns()
    return Ended(now_ns, now_ns)


def _reset(turn: Turn) -> Ended:
    transport = turn.transport
    connected = transport.get_extra_info("socket")
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_FOR_NO_TIME)
    transport.abort()
    return _nothing()


async def _garbage(turn: Turn, *, after_headers: bool) -> Ended:
    first_byte_ns, head = time.monotonic_ns(), b""
    if after_headers:
        chunked = _LENGTH.sub(b"Transfer-Encoding: chunked\r\n", turn.reply.head)
        head = chunked + turn.stamps(first_byte_ns)
    turn.transport.write(head + GARBAGE)
    return await turn.ended(first_byte_ns, status=THE_PAGES_OWN if after_headers else NONE, keeps=False)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
