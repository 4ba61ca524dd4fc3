"""What a worker does about itself, and what the leader does about all of them.

Everything here takes and returns JSON, because it may come from and go to another worker.
"""

import asyncio
import os
import time
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mockserver.config import ServerConfig
from mockserver.content import ContentError
from mockserver.explain import problems
from mockserver.identity import CLOCK, PROTOCOL, SERVER_NAME, boot_id, pid_namespace, time_namespace, version
from mockserver.loop_lag import LoopLag
from mockserver.pages import ConnectionCount, Pages
from mockserver.request_log import merged_columns
from mockserver.served import ObservedDelaysError, Served
from mockserver.stats import Snapshot, merged
from mockserver.team import Operation, Team

_FIXED_AT_START = ("workers", "loop")


class Operations:
    """The operations of one worker.

    Attributes:
        team: All workers; its leader runs the operations about the whole server.
    """

    def __init__(self, pages: Pages, connections: ConnectionCount, lag: LoopLag) -> None:
        self._pages = pages
        self._connections = connections
        self._lag = lag
        self._configuring = asyncio.Lock()
        self._opened_before = 0
        self._cpu_before_ns = time.process_time_ns()
        self._waited_before_ns = _run_queue_wait_ns()
        own: dict[str, Operation] = {
            "own_pid": self._own_pid,
            "own_counters": self._own_counters,
            "own_snapshot": self._own_snapshot,
            "own_columns": self._own_columns,
            "own_reset": self._own_reset,
            "own_configuration": self._own_configuration,
        }
        whole: dict[str, Operation] = {
            "health": self._health,
            "counters": self._counters,
            "stats": self._stats,
            "requests": self._requests,
            "config": self._config,
            "reset": self._reset,
            "configure": self._configure,
        }
        self.team = Team(own | whole)

    async def _config(self, _argument: Any) -> dict[str, Any]:
        """Give the configuration in force and how often it was changed: `{"config": …, "generation": …}`."""
        config = self._pages.served.config.model_dump(mode="json", by_alias=True)
        return {"config": config, "generation": self._pages.generation}

    async def _own_pid(self, _argument: Any) -> int:
        return os.getpid()

    async def _own_counters(self, _argument: Any) -> dict[str, int]:
        log = self._pages.log
        return {
            "requests": log.completed,
            "in_flight": log.in_flight,
            "connections_open": self._connections.open,
            "errors": sum(log.errors.values()),
            "delay_error_sum_ns": log.delay_error_sum_ns,
        }

    async def _own_snapshot(self, _argument: Any) -> Snapshot:
        log, served = self._pages.log, self._pages.served
        waited_ns = _run_queue_wait_ns()
        return Snapshot(
            pid=os.getpid(),
            generation=self._pages.generation,
            requests=log.completed,
            requests_begun=log.begun,
            in_flight=log.in_flight,
            connections_open=self._connections.open,
            connections_opened=self._connections.opened - self._opened_before,
            errors={str(status): number for status, number in log.errors.items()},
            delay_errors_ns=log.delay_errors_ns(),
            delay_error_sum_ns=log.delay_error_sum_ns,
            cpu_ns=time.process_time_ns() - self._cpu_before_ns,
            run_queue_wait_ns=(
                None
                if waited_ns is None or self._waited_before_ns is None
                else waited_ns - self._waited_before_ns
            ),
            loop_lag_ns=self._lag.samples_ns(),
            window_ns=time.monotonic_ns() - log.since_ns,
            content={
                "kind": served.config.content.kind,
                "pages": len(served.replies),
                "problems": list(served.problems),
            },
        )

    async def _own_columns(self, _argument: Any) -> dict[str, Any]:
        return self._pages.log.columns()

    async def _own_reset(self, _argument: Any) -> None:
        self._pages.log.reset()
        self._lag.reset()
        self._opened_before = self._connections.opened
        self._cpu_before_ns = time.process_time_ns()
        self._waited_before_ns = _run_queue_wait_ns()

    async def _own_configuration(self, document: Any) -> None:
        await self._serve(ServerConfig.model_validate(document["config"]), document["generation"])

    async def _serve(self, config: ServerConfig, generation: int) -> None:
        # In a thread: building a large catalogue would keep the loop from every page meanwhile.
        served = await asyncio.to_thread(Served.build, config, self._pages.served)
        self._pages.served, self._pages.generation = served, generation

    async def _health(self, _argument: Any) -> dict[str, Any]:
        config = self._pages.served.config
        return {
            "server": SERVER_NAME,
            "version": version(),
            "protocol": PROTOCOL,
            "boot_id": boot_id(),
            "time_namespace": time_namespace(),
            "pid_namespace": pid_namespace(),
            "clock": CLOCK,
            "pids": await self.team.ask_everyone("own_pid"),
            "workers": config.workers,
            "loop": config.loop,
        }

    async def _counters(self, _argument: Any) -> dict[str, Any]:
        everyone = await self.team.ask_everyone("own_counters")
        total = {name: sum(own[name] for own in everyone) for name in everyone[0]}
        error_sum_ns = total.pop("delay_error_sum_ns")
        mean_s = error_sum_ns / total["requests"] / 1e9 if total["requests"] else None
        return total | {"delay_error_mean_s": mean_s}

    async def _stats(self, _argument: Any) -> dict[str, Any]:
        return merged(await self.team.ask_everyone("own_snapshot"))

    async def _requests(self, _argument: Any) -> dict[str, Any]:
        columns = merged_columns(await self.team.ask_everyone("own_columns"))
        return columns | {"generation": self._pages.generation}

    async def _reset(self, _argument: Any) -> None:
        await self.team.ask_everyone("own_reset")

    async def _configure(self, document: Any) -> dict[str, Any]:
        """Take a configuration, whole or in part, everywhere or nowhere.

        Returns:
            `{"status": 200, "config": …, "generation": …}`, or `{"status": 4xx, "errors": [sentence, …]}`.
        """
        if not isinstance(document, dict):
            return {"status": 422, "errors": ['a JSON object is needed, as in {"latency": "40ms"}']}
        # One at a time: two at once could leave workers with different configurations.
        async with self._configuring:
            before = (await self._config(None))["config"]
            try:
                config = ServerConfig.model_validate(before | document)
            except ValidationError as error:
                return {"status": 422, "errors": problems(error)}
            after = config.model_dump(mode="json", by_alias=True)
            fixed = [name for name in _FIXED_AT_START if after[name] != before[name]]
            if fixed:
                return {
                    "status": 409,
                    "errors": [
                        f"{name}: is {before[name]} and cannot change while the server runs; "
                        f"start another with --{name} {after[name]}"
                        for name in fixed
                    ],
                }
            try:
                generation = self._pages.generation + 1
                await self._serve(config, generation)
            except (ContentError, ObservedDelaysError) as error:
                return {"status": 422, "errors": [str(error)]}
            done = {"config": after, "generation": generation}
            await self.team.ask_others("own_configuration", done)
            return {"status": 200, **done}


def _run_queue_wait_ns() -> int | None:
    """Time this thread, which runs the event loop, was ready and had no core; None where nobody counts it."""
    try:
        return int(Path("/proc/thread-self/schedstat").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return None
