"""The page's server: on loopback, for one person; measures what the page asks for, and ends with all it started."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from simulator.lab.access import LOOPBACK, access, refused
from simulator.lab.measuring import MOST_IN_FLIGHT, BusyError, Measurements
from simulator.lab.point import Asked

GRACE_S = 10.0
"""So long after the last tab has gone what it asked for is ended: a tab that is loaded again comes back sooner."""
BEAT_S = 5.0
"""How often a tab that hears nothing is asked whether it is still there."""
LARGEST_BYTES = 64 << 10


@dataclass(frozen=True)
class Site:
    """What is served."""

    page: str
    token: str
    grace_s: float = GRACE_S
    beat_s: float = BEAT_S


class Lab:
    """The page, what it asks for, and who looks at it."""

    def __init__(self, site: Site, measurements: Measurements) -> None:
        self._site = site
        self._measurements = measurements
        self._watching = 0
        self._leaving: asyncio.TimerHandle | None = None
        self._closing = asyncio.Event()

    def application(self) -> web.Application:
        """Return it as an application of aiohttp."""
        made = web.Application(middlewares=[access(self._site.token)], client_max_size=LARGEST_BYTES)
        root = f"/{self._site.token}/"
        made.router.add_get(root, self._page)
        made.router.add_get(f"{root}events", self._events)
        made.router.add_post(f"{root}measure", self._measure)
        made.router.add_post(f"{root}cancel", self._cancel)
        return made

    async def close(self) -> None:
        """End the streams, and what is measured."""
        self._closing.set()
        if self._leaving is not None:
            self._leaving.cancel()
        await self._measurements.close()

    async def _page(self, _request: web.Request) -> web.Response:
        return web.Response(text=self._site.page, content_type="text/html")

    async def _measure(self, request: web.Request) -> web.Response:
        if request.content_type != "application/json":
            return refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "what is asked for is JSON")
        try:
            asked = Asked.model_validate_json(await request.read())
        except ValidationError as error:
            return refused(HTTPStatus.BAD_REQUEST, _mistakes(error))
        if asked.in_flight > MOST_IN_FLIGHT:
            return refused(
                HTTPStatus.BAD_REQUEST, f"in_flight: at most {MOST_IN_FLIGHT:,} are measured from here"
            )
        try:
            self._measurements.start(asked)
        except BusyError as error:
            return refused(HTTPStatus.CONFLICT, str(error))
        return web.json_response({}, status=HTTPStatus.ACCEPTED)

    async def _cancel(self, _request: web.Request) -> web.Response:
        self._measurements.cancel()
        return web.json_response({}, status=HTTPStatus.ACCEPTED)

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """Tell a tab what is measured, now and whenever that changes (server-sent events)."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        self._come()
        try:
            await self._stream(response)
        except ConnectionError:
            pass  # the tab has gone
        finally:
            self._go()
        return response

    async def _stream(self, response: web.StreamResponse) -> None:
        told: list[Any] | None = None
        while not self._closing.is_set():
            results = self._measurements.results
            message = self._message(with_results=results is not told)
            told = results
            await response.write(f"data: {json.dumps(message)}\n\n".encode())
            while not await self._woken():
                await response.write(b": still here\n\n")

    async def _woken(self) -> bool:
        """Wait for a change; false: it takes long."""
        changed = asyncio.create_task(self._measurements.change())
        closing = asyncio.create_task(self._closing.wait())
        try:
            done, _ = await asyncio.wait(
                (changed, closing), timeout=self._site.beat_s, return_when=asyncio.FIRST_COMPLETED
            )
            return bool(done)
        finally:
            changed.cancel()
            closing.cancel()

    def _message(self, *, with_results: bool) -> dict[str, Any]:
        measurements = self._measurements
        going = None if measurements.going is None else asdict(measurements.going)
        message: dict[str, Any] = {"running": going, "told": measurements.told}
        if with_results:
            message["results"] = [
                {
                    "run": result.run,
                    "point": result.point.model_dump(),
                    "partial": result.partial,
                    "said": result.said,
                    "cells": {name: asdict(cell) for name, cell in result.cells.items()},
                }
                for result in measurements.results
            ]
        return message

    def _come(self) -> None:
        self._watching += 1
        if self._leaving is not None:
            self._leaving.cancel()
            self._leaving = None

    def _go(self) -> None:
        self._watching -= 1
        if not self._watching and not self._closing.is_set():
            loop = asyncio.get_running_loop()
            self._leaving = loop.call_later(self._site.grace_s, self._measurements.cancel)


async def serve(
    site: Site,
    measurements: Measurements,
    *,
    port: int,
    ready: Callable[[str], None],
    stop: asyncio.Event,
) -> None:
    """Serve until it is to stop; then nothing that was started is left.

    Args:
        site: what is served.
        measurements: what carries out what the page asks for.
        port: 0 for any that is free.
        ready: told the address when it can be opened.
        stop: when this is set, it ends.

    Raises:
        OSError: the port cannot be had.
    """
    lab = Lab(site, measurements)
    runner = web.AppRunner(lab.application(), access_log=None, handler_cancellation=True, shutdown_timeout=1)
    await runner.setup()
    try:
        listening = web.TCPSite(runner, LOOPBACK, port)
        await listening.start()
        ready(f"http://{LOOPBACK}:{runner.addresses[0][1]}/{site.token}/")
        await stop.wait()
    finally:
        await lab.close()
        await runner.cleanup()


def _mistakes(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(map(str, one['loc'])) or 'the point'}: {one['msg'].lower()}" for one in error.errors()
    )
