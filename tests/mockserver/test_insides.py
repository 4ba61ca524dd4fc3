"""What this server uses of aiohttp that its documentation does not promise: a new version may have changed it."""

import asyncio
import inspect
from http import HTTPStatus

import aiohttp
import pytest
from aiohttp import web
from aiohttp.http_exceptions import BadHttpMessage, HttpProcessingError, LineTooLong

from mockserver.connection import (
    LONGEST_HEADER_BYTES,
    LONGEST_TARGET_BYTES,
    ConnectionCount,
    ConnectionServer,
    malformed,
)
from mockserver.worker import loop_factory

CHANGED = (
    f"aiohttp {aiohttp.__version__} has changed inside: look at {{}}, then at what pyproject.toml allows"
)


def test_a_connection_takes_the_options_that_it_is_given() -> None:
    used = {
        "loop",
        "access_log",
        "keepalive_timeout",
        "max_line_size",
        "max_field_size",
        "max_headers",
        "auto_decompress",
    }
    missing = used - set(inspect.signature(web.RequestHandler.__init__).parameters)
    assert not missing, f"{missing}: {CHANGED.format('ConnectionServer in mockserver/connection.py')}"


def test_a_connection_has_the_parts_that_are_looked_at() -> None:
    missing = {"_waiter", "_current_request"} - set(web.RequestHandler.__slots__)
    assert not missing, f"{missing}: {CHANGED.format('Connection._is_idle in mockserver/connection.py')}"


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("handle_error", ["self", "request", "status", "exc", "message"]),
        ("log_exception", ["self", "args", "kw"]),
        ("eof_received", ["self"]),
        ("data_received", ["self", "data"]),
    ],
)
def test_a_connection_is_called_as_it_expects(name: str, parameters: list[str]) -> None:
    found = list(inspect.signature(getattr(web.RequestHandler, name)).parameters)
    assert found == parameters, CHANGED.format(f"Connection.{name} in mockserver/connection.py")


def test_a_response_says_by_itself_whether_the_connection_is_kept() -> None:
    assert isinstance(web.StreamResponse.keep_alive, property), CHANGED.format("_Sent in mockserver/pages.py")
    for name in ("prepare", "write_eof"):
        assert inspect.iscoroutinefunction(getattr(web.StreamResponse, name)), CHANGED.format("_Sent")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (LineTooLong(b"x", LONGEST_TARGET_BYTES), HTTPStatus.REQUEST_URI_TOO_LONG),
        (LineTooLong(b"x", LONGEST_HEADER_BYTES), HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE),
        (BadHttpMessage("Too many headers received"), HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE),
        (BadHttpMessage("nonsense"), HTTPStatus.BAD_REQUEST),
    ],
)
def test_what_the_parser_says_is_told_apart(error: HttpProcessingError, status: HTTPStatus) -> None:
    assert malformed(error)[0] == status, CHANGED.format("malformed in mockserver/connection.py")


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_a_last_byte_is_waited_for_on_either_loop(loop: str) -> None:
    """With room in the buffer, the stamp of a large body would come before its last bytes are with the system."""

    async def limits() -> tuple[int, int]:
        connected: asyncio.Future[asyncio.Transport] = asyncio.get_running_loop().create_future()

        class Made(ConnectionServer):
            def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
                super().connection_made(handler, transport)
                connected.set_result(transport)

        async def unasked(_: web.BaseRequest) -> web.StreamResponse:
            raise AssertionError

        listening = await asyncio.get_running_loop().create_server(
            Made(unasked, ConnectionCount(), lambda _: None), "127.0.0.1", 0
        )
        _, writer = await asyncio.open_connection(*listening.sockets[0].getsockname())
        transport = await connected
        found = transport.get_write_buffer_limits()
        writer.close()
        transport.abort()
        listening.close()
        await listening.wait_closed()
        return found

    with asyncio.Runner(loop_factory=loop_factory(loop)) as runner:
        assert runner.run(limits()) == (0, 0)
