"""What the driver uses of aiohttp, on asyncio's own streams: for other Pythons, which are started bare."""

import asyncio
from typing import Any
from urllib.parse import urlsplit


class TCPConnector:
    def __init__(self, **options: Any) -> None:
        asked = options["ssl"]
        self.ssl = None if asked is True else asked


class DummyCookieJar:
    pass


class ClientTimeout:
    def __init__(self, **options: Any) -> None:
        pass


class Response:
    def __init__(self, status: int, body: bytes) -> None:
        self.status = status
        self.headers: dict[str, str] = {}
        self._body = body

    async def read(self) -> bytes:
        return self._body


class Request:
    def __init__(self, session: "ClientSession", url: str) -> None:
        self._session = session
        self._url = url

    async def __aenter__(self) -> Response:
        return await self._session.fetch(self._url)

    async def __aexit__(self, *_: object) -> None:
        pass


class ClientSession:
    def __init__(
        self, connector: TCPConnector, cookie_jar: DummyCookieJar, headers: Any, timeout: ClientTimeout
    ) -> None:
        self._connector = connector
        self._options = (cookie_jar, headers, timeout)
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    def get(self, url: str, headers: Any = None, *, allow_redirects: bool = True) -> Request:  # noqa: ARG002 - nothing is asked twice there, nor elsewhere
        return Request(self, url)

    async def fetch(self, url: str) -> Response:
        parts = urlsplit(url)
        if self._streams is None:
            self._streams = await asyncio.open_connection(parts.hostname, parts.port, ssl=self._connector.ssl)
        reader, writer = self._streams
        writer.write(f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = int(head.partition("content-length:")[2].partition("\r\n")[0])
        return Response(int(head.split()[1]), await reader.readexactly(length))

    async def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
