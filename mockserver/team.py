"""How the workers of one server talk: everyone has a line to the first, who speaks for all.

A connection reaches any worker, but `/__admin` is about the whole server. Whoever gets such a request asks
the first worker (the leader), who asks everyone and merges. The lines are socket pairs made before the
workers were forked, so there is no name anybody else could open and no file to clean up. A frame is four
bytes of length and JSON.
"""

import asyncio
import json
import logging
import os
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

Operation = Callable[[Any], Awaitable[Any]]
"""Takes and returns JSON."""

_LENGTH_BYTES = 4

_log = logging.getLogger(__name__)


class WorkerUnreachableError(RuntimeError):
    """Another worker of this server has ended, and with it the server."""


class WorkerFailedError(RuntimeError):
    """Another worker of this server could not do what it was asked for; it goes on."""


class Team:
    """One worker's view of all of them.

    Attributes:
        operations: What this worker does when asked, by itself or by another one.
    """

    def __init__(self, operations: Mapping[str, Operation]) -> None:
        self.operations = operations
        self._leader: _Line | None = None
        self._followers: list[_Line] = []

    async def join(self, leader: socket.socket | None, followers: Sequence[socket.socket]) -> None:
        """Open the lines.

        Args:
            leader: This worker's end of the line to the leader; None when it is the leader itself.
            followers: The leader's ends of the lines to all others.
        """
        self._leader = await _Line.open(leader, self.operations) if leader else None
        self._followers = [await _Line.open(follower, self.operations) for follower in followers]

    @property
    def leads(self) -> bool:
        """Whether this worker is the leader."""
        return self._leader is None

    async def ask_leader(self, operation: str, argument: Any = None) -> Any:
        """Have the leader do it.

        Raises:
            WorkerUnreachableError: It is gone.
            WorkerFailedError: It could not.
        """
        if self._leader is None:
            return await self.operations[operation](argument)
        return await self._leader.ask(operation, argument)

    async def ask_everyone(self, operation: str, argument: Any = None) -> list[Any]:
        """Have every worker do it; for the leader only.

        Returns:
            The answers, the leader's first.

        Raises:
            WorkerUnreachableError: One is gone.
            WorkerFailedError: One could not; all others have done it.
        """
        answers = await asyncio.gather(
            self.operations[operation](argument),
            *(follower.ask(operation, argument) for follower in self._followers),
            return_exceptions=True,
        )
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
        return answers

    def leave(self) -> None:
        """Close the lines."""
        for line in (self._leader, *self._followers):
            if line is not None:
                line.close()


class _Line:
    """Questions and answers in both directions over one stream."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, operations: Mapping[str, Operation]
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._operations = operations
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._asked = 0
        self._answering: set[asyncio.Task[None]] = set()
        self._listening = asyncio.create_task(self._listen())

    @classmethod
    async def open(cls, line: socket.socket, operations: Mapping[str, Operation]) -> "_Line":
        reader, writer = await asyncio.open_unix_connection(sock=line)
        return cls(reader, writer, operations)

    async def ask(self, operation: str, argument: Any) -> Any:
        if self._listening.done():
            raise WorkerUnreachableError("another worker of this server has ended")
        self._asked += 1
        number = self._asked
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        # When sending fails, nobody awaits the answer that the end of the line fails as well.
        answer.add_done_callback(lambda done: done.cancelled() or done.exception())
        try:
            await self._send({"ask": operation, "number": number, "argument": argument})
            return await answer
        except ConnectionError as error:
            raise WorkerUnreachableError("another worker of this server has ended") from error
        finally:
            del self._waiting[number]

    def close(self) -> None:
        self._listening.cancel()
        for task in self._answering:
            task.cancel()
        self._writer.close()

    async def _send(self, frame: Mapping[str, Any]) -> None:
        data = json.dumps(frame).encode()
        self._writer.write(len(data).to_bytes(_LENGTH_BYTES, "big") + data)
        await self._writer.drain()

    async def _listen(self) -> None:
        try:
            while True:
                length = int.from_bytes(await self._reader.readexactly(_LENGTH_BYTES), "big")
                frame = json.loads(await self._reader.readexactly(length))
                if "ask" in frame:
                    # A task of its own: an answer may itself need answers over this line.
                    task = asyncio.create_task(self._answer(frame))
                    self._answering.add(task)
                    task.add_done_callback(self._answering.discard)
                elif (waiting := self._waiting.get(frame["number"])) is not None and not waiting.done():
                    if "failed" in frame:
                        waiting.set_exception(WorkerFailedError(frame["failed"]))
                    else:
                        waiting.set_result(frame["answer"])
        except (asyncio.IncompleteReadError, ConnectionError):
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(WorkerUnreachableError("another worker of this server has ended"))

    async def _answer(self, frame: Mapping[str, Any]) -> None:
        number = frame["number"]
        try:
            answer = await self._operations[frame["ask"]](frame["argument"])
        except Exception as error:  # noqa: BLE001 (whatever it is belongs to the one who asked)
            _log.exception("mockserver: worker %d could not do %r", os.getpid(), frame["ask"])
            await self._send(
                {"failed": f"worker {os.getpid()}: {type(error).__name__}: {error}", "number": number}
            )
        else:
            await self._send({"answer": answer, "number": number})
