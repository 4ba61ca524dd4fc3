"""How a worker asks whether it may serve: itself, where it is the leader, or over its line to it."""

import asyncio
from typing import Any

from mockserver.admission import Admission
from mockserver.team import Team, WorkerUnreachableError


class Entrance:
    """One worker's way to the server's door."""

    def __init__(self, team: Team, admission: Admission) -> None:
        self._team = team
        self._admission = admission
        self._leaving: set[asyncio.Task[Any]] = set()

    async def enter(self, key: str, page: int, attempt: int | None, received_ns: int) -> dict[str, int]:
        """Let a request in as soon as it may be served, as `Admission.enter` does.

        Raises:
            WorkerUnreachableError: The leader has ended, and with it the server.
        """
        if self._team.leads:
            return await self._admission.enter(key, page, attempt, received_ns)
        asked = {"key": key, "page": page, "attempt": attempt, "received_ns": received_ns}
        answer: dict[str, int] = await self._team.ask_leader("enter", asked)
        return answer

    def leave(self, key: str, free_ns: int) -> None:
        """Give up what a request has or waits for, as `Admission.leave` does; also from a task that is ending."""
        if self._team.leads:
            self._admission.leave(key, free_ns)
            return
        task = asyncio.create_task(self._tell(key, free_ns))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _tell(self, key: str, free_ns: int) -> None:
        try:
            await self._team.ask_leader("leave", {"key": key, "free_ns": free_ns})
        except WorkerUnreachableError:  # there is no place any more
            return
