"""Answering a page where not every request is served at once and as it should be.

The way of a request: the rate limit refuses it at once, or it waits until one of the places is free; from then on it
waits for its delay; then it gets its page, or meets its fault. It keeps its place until its last byte is handed over.
"""

import asyncio
import time
from typing import cast

from aiohttp import web

from mockserver.connection import Connection
from mockserver.deadline import DeadlineTimer
from mockserver.entrance import Entrance
from mockserver.fault_making import make, send_error, send_page
from mockserver.fault_models import Hang, Made
from mockserver.outcomes import FAULTS, NONE, Outcome
from mockserver.pages import ACCEPT_ENCODING, CLIENT_GONE, CLIENTS_ID, CLOSE, KEEP, REQUEST_ID, Pages
from mockserver.request_log import CLIENTS_OWN
from mockserver.served import Served
from mockserver.team import WorkerUnreachableError
from mockserver.turn import Ended, Turn

TOO_MANY = 429


class Conditioned:
    """Answers requests for pages in place of `Pages`, and records them in its log."""

    def __init__(self, pages: Pages, timer: DeadlineTimer, entrance: Entrance) -> None:
        self._pages = pages
        self._timer = timer
        self._entrance = entrance

    async def answer(self, request: web.BaseRequest, page: int) -> web.StreamResponse:
        """Answer a GET or HEAD request for a page id, from 0."""
        log, served = self._pages.log, self._pages.served
        turn = self._turn(request, page, served)
        free_ns: int | None = None
        log.in_flight += 1
        try:
            ended = await self._serve(turn, served)
            free_ns = ended.last_byte_ns
        except asyncio.CancelledError:
            self._gone(turn)
            raise
        except (ConnectionError, WorkerUnreachableError):
            self._gone(turn)
            return CLOSE
        finally:
            log.in_flight -= 1
            self._entrance.leave(turn.key, time.monotonic_ns() if free_ns is None else free_ns)
        connection = cast("Connection", request.protocol)
        connection.finished_ns = ended.last_byte_ns
        connection.answered()
        return KEEP if ended.keeps and request.keep_alive else CLOSE

    def _turn(self, request: web.BaseRequest, page: int, served: Served) -> Turn:
        log, connection = self._pages.log, cast("Connection", request.protocol)
        number = log.numbered
        log.numbered = number + 1
        key = f"{log.worker}-{number}"
        named = CLIENTS_ID.fullmatch(request.headers.get(REQUEST_ID, ""))
        return Turn(
            request=request,
            page=page,
            reply=served.replies[page % len(served.replies)]
            if served.encoded is None
            else served.encoded.reply(page, request.headers.get(ACCEPT_ENCODING)),
            key=key,
            request_id=key if named is None else named[0],
            number=number if named is None else CLIENTS_OWN,
            job=page if named is None else int(named[1]),
            attempt=None if named is None else int(named[2]),
            # A request that was pipelined behind another one is due after it.
            received_ns=max(connection.arrived_ns, connection.finished_ns),
            bandwidth_bps=served.bandwidth_bps,
        )

    async def _serve(self, turn: Turn, served: Served) -> Ended:
        entered = await self._entrance.enter(turn.key, turn.page, turn.attempt, turn.received_ns)
        turn.attempt = entered["attempt"]
        wait_ns = entered.get("wait_ns")
        if wait_ns is not None:
            turn.begun_ns = turn.received_ns
            sentence = "the rate limit lets no more in for now"
            ended = await send_error(turn, TOO_MANY, sentence, wait_ns)
            self._add(turn, ended, None)
            return ended
        turn.begun_ns, turn.intended_ns = entered["begun_ns"], served.delay_ns(turn.page)
        fault = None if served.drawn is None else served.drawn(turn.page, turn.attempt)
        if isinstance(fault, Hang):
            turn.hangs = self._add(turn, Ended(NONE, NONE), fault)
            await self._timer.until(turn.begun_ns + fault.most_ns)
            ended = await make(fault, turn, self._timer)
            self._pages.log.end(turn.hangs, turn.received_ns, ended.last_byte_ns)
            return ended
        await self._timer.until(turn.begun_ns + turn.intended_ns)
        if fault is None:
            ended = await send_page(turn, self._timer)
        else:
            ended = await make(fault, turn, self._timer)
        self._add(turn, ended, fault)
        return ended

    def _add(self, turn: Turn, ended: Ended, fault: Made | None) -> int:
        met = NONE if fault is None else FAULTS.index(fault.kind)
        return self._pages.log.add_outcome(
            turn.number,
            turn.page,
            turn.received_ns,
            ended.first_byte_ns,
            ended.last_byte_ns,
            turn.intended_ns,
            turn.job,
            turn.attempt or 1,
            Outcome(turn.begun_ns, met, ended.status),
        )

    def _gone(self, turn: Turn) -> None:
        if turn.hangs == NONE:
            self._pages.log.count_error(CLIENT_GONE, turn.received_ns)
        else:  # who gives up what hangs does what it should
            left_ns = cast("Connection", turn.request.protocol).left_ns
            self._pages.log.end(turn.hangs, turn.received_ns, left_ns or time.monotonic_ns())
