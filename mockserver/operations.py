"""What a worker does about itself, and what the leader does about all of them.

Everything here takes and returns JSON, because it may come from and go to another worker.
"""

import asyncio
import logging
import os
import time
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mockserver.admission import Admission
from mockserver.background import in_background
from mockserver.collecting import Collecting
from mockserver.config import ServerConfig
from mockserver.connection import ConnectionCount
from mockserver.content import ContentError
from mockserver.delay_file import ObservedDelaysError
from mockserver.encodings import available
from mockserver.explain import problems
from mockserver.identity import CLOCK, PROTOCOL, SERVER_NAME, boot_id, pid_namespace, time_namespace, version
from mockserver.lease import Lease
from mockserver.loop_lag import LoopLag
from mockserver.outcomes import FAULTS
from mockserver.pages import Pages
from mockserver.reach import OutOfReachError, Reach
from mockserver.request_log import merged_columns
from mockserver.served import Served
from mockserver.stats import Snapshot, merged
from mockserver.team import Operation, Team

_FIXED_AT_START = ("workers", "addresses", "loop", "tls")

# As long as a server may take to start with the same configuration.
_PREPARE_S = 60.0

_log = logging.getLogger(__name__)


class RefusedError(Exception):
    """What was asked for is not done.

    Attributes:
        status: Of the answer over HTTP.
        sentences: Why, one for each reason.
    """

    def __init__(self, status: int, sentences: list[str]) -> None:
        super().__init__(status, sentences)
        self.status = status
        self.sentences = sentences


class Operations:
    """The operations of one worker.

    Attributes:
        team: All workers; its leader runs the operations about the whole server.
        admission: The server's door, where this is the leader.
    """

    def __init__(self, pages: Pages, connections: ConnectionCount, lag: LoopLag, reach: Reach) -> None:
        self._pages = pages
        self._connections = connections
        self._lag = lag
        self._reach = reach
        self._collecting = Collecting()
        connections.when_none = self._collecting.undo
        self.admission = Admission(pages.served.config)
        self._prepared: Served | None = None
        self._lease: Lease | None = None
        self._configuring = asyncio.Lock()
        self._changes: set[asyncio.Task[Any]] = set()
        self._opened_before = 0
        self._cpu_before_ns = time.process_time_ns()
        self._waited_before_ns = _run_queue_wait_ns()
        own: dict[str, Operation] = {
            "own_pid": self._own_pid,
            "own_counters": self._own_counters,
            "own_snapshot": self._own_snapshot,
            "own_columns": self._own_columns,
            "own_reset": self._own_reset,
            "own_preparation": self._own_preparation,
            "own_change": self._own_change,
        }
        whole: dict[str, Operation] = {
            "health": self._health,
            "counters": self._counters,
            "stats": self._stats,
            "requests": self._requests,
            "config": self._config,
            "reset": self._reset,
            "configure": self._configure,
            "holder": self._holder,
            "hold": self._hold,
            "let_go": self._let_go,
            "enter": self._enter,
            "leave": self._leave,
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
            "undelayed": log.undelayed,
            "delay_error_sum_ns": log.delay_error_sum_ns,
            "faults": sum(log.faults.values()),
            "rate_limited": log.refused,
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
            faults={FAULTS[fault]: number for fault, number in log.faults.items()},
            rate_limited=log.refused,
            undelayed=log.undelayed,
            queued_ns=log.queued_ns() if served.config.capacity is not None else [],
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
                "left_out": served.left_out,
            },
        )

    async def _own_columns(self, _argument: Any) -> dict[str, Any]:
        replies = self._pages.served.replies
        return self._pages.log.columns(lambda page: replies[page % len(replies)].status)

    async def _own_reset(self, _argument: Any) -> None:
        self._collecting.settle(self._connections.open)
        self._pages.log.reset()
        self.admission.reset()
        self._lag.reset()
        self._opened_before = self._connections.opened
        self._cpu_before_ns = time.process_time_ns()
        self._waited_before_ns = _run_queue_wait_ns()

    async def _own_preparation(self, document: Any) -> dict[str, Any]:
        """Build what a configuration serves and keep it, while the one in force goes on being served.

        Returns:
            `{"status": 200}`, or `{"status": …, "problem": sentence}`.
        """
        self._prepared = None
        config = ServerConfig.model_validate(document)
        build = partial(self._reach.build, config, self._pages.served)
        try:
            self._prepared = await asyncio.wait_for(in_background(build), _PREPARE_S)
        except OutOfReachError as error:
            return {"status": HTTPStatus.FORBIDDEN, "problem": str(error)}
        except ContentError as error:
            return {"status": HTTPStatus.UNPROCESSABLE_ENTITY, "problem": str(error)}
        except ObservedDelaysError as error:
            return {"status": HTTPStatus.UNPROCESSABLE_ENTITY, "problem": error.reason}
        except TimeoutError:
            reason = f"was not ready after {_PREPARE_S:.0f} s"
        except Exception as error:  # noqa: BLE001 (whatever it is, this worker goes on as before)
            _log.exception("mockserver: a configuration could not be prepared")
            reason = f"met with {type(error).__name__}"  # its text may quote what was read
        else:
            return {"status": HTTPStatus.OK}
        return {
            "status": HTTPStatus.SERVICE_UNAVAILABLE,
            "problem": f"worker {os.getpid()} could not prepare it: it {reason}",
        }

    async def _own_change(self, generation: int | None) -> None:
        """Put what was prepared in force, or forget it where there is no generation."""
        if generation is not None and self._prepared is not None:
            self._pages.served, self._pages.generation = self._prepared, generation
            self.admission.apply(self._prepared.config)
        self._prepared = None

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
            "encodings": available(),
        }

    async def _counters(self, _argument: Any) -> dict[str, Any]:
        everyone = await self.team.ask_everyone("own_counters")
        total = {name: sum(own[name] for own in everyone) for name in everyone[0]}
        error_sum_ns, delayed = total.pop("delay_error_sum_ns"), total["requests"] - total.pop("undelayed")
        mean_s = error_sum_ns / delayed / 1e9 if delayed else None
        queue = self.admission.queue()
        waiting = None if queue is None else queue["waiting"]
        return total | {"delay_error_mean_s": mean_s, "waiting": waiting}

    async def _stats(self, _argument: Any) -> dict[str, Any]:
        return merged(await self.team.ask_everyone("own_snapshot"), self.admission.queue())

    async def _requests(self, _argument: Any) -> dict[str, Any]:
        columns = merged_columns(await self.team.ask_everyone("own_columns"))
        return columns | {"generation": self._pages.generation}

    async def _reset(self, argument: Any) -> dict[str, Any]:
        try:
            self._check_lease(argument)
        except RefusedError as refused:
            return {"status": refused.status, "errors": refused.sentences}
        await self.team.ask_everyone("own_reset")
        return {"status": HTTPStatus.OK}

    async def _configure(self, argument: Any) -> dict[str, Any]:
        """Take a configuration, whole or in part, everywhere or nowhere.

        Returns:
            `{"status": 200, "config": …, "generation": …}`, or `{"status": …, "errors": [sentence, …]}`.
        """
        # A task of its own: once begun it is done to its end, also when whoever asked has gone.
        change = asyncio.create_task(self._changed(argument["document"], argument))
        self._changes.add(change)
        change.add_done_callback(self._changes.discard)
        try:
            return await asyncio.shield(change)
        except RefusedError as refused:
            return {"status": refused.status, "errors": refused.sentences}

    async def _changed(self, document: Any, argument: Any) -> dict[str, Any]:
        # One at a time: two at once could leave workers with different configurations.
        async with self._configuring:
            self._check_lease(argument)
            after = (await self._after(document)).model_dump(mode="json", by_alias=True)
            generation = self._pages.generation + 1
            try:
                _check_prepared(await self.team.ask_everyone("own_preparation", after))
                self._check_lease(argument)  # somebody may have taken it while this was prepared
            except BaseException:
                await self.team.ask_everyone("own_change", None)
                raise
            await self.team.ask_everyone("own_change", generation)
            return {"status": HTTPStatus.OK, "config": after, "generation": generation}

    async def _after(self, document: Any) -> ServerConfig:
        """Give the configuration that is asked for, which may be a part of the one in force."""
        if not isinstance(document, dict):
            raise RefusedError(422, ['a JSON object is needed, as in {"latency": "40ms"}'])
        before = (await self._config(None))["config"]
        try:
            config = ServerConfig.model_validate(before | document)
        except ValidationError as error:
            raise RefusedError(422, problems(error)) from error
        after = config.model_dump(mode="json", by_alias=True)
        fixed = [name for name in _FIXED_AT_START if after[name] != before[name]]
        if fixed:
            sentences = [
                f"{name}: is {before[name]} and cannot change while the server runs; "
                f"start another with {_option(name, after[name])}"
                for name in fixed
            ]
            raise RefusedError(409, sentences)
        return config

    def _check_lease(self, argument: Any) -> None:
        if self._lease is not None and argument["lease"] != self._lease.secret:
            raise RefusedError(409, [self._lease.refusal()])

    async def _enter(self, argument: Any) -> dict[str, int]:
        return await self.admission.enter(**argument)

    async def _leave(self, argument: Any) -> None:
        self.admission.leave(**argument)

    async def _holder(self, _argument: Any) -> dict[str, Any]:
        return {"holder": None if self._lease is None else self._lease.holder()}

    async def _hold(self, document: Any) -> dict[str, Any]:
        """Hold the server for one program, unless another one does.

        Returns:
            `{"status": 200, "lease": secret}`, or `{"status": …, "errors": [sentence, …]}`.
        """
        try:
            lease = Lease.asked(document)
        except ValueError as error:
            return {"status": 422, "errors": [str(error)]}
        if self._lease is not None:
            return {"status": 409, "errors": [self._lease.refusal()]}
        self._lease = lease
        return {"status": HTTPStatus.OK, "lease": lease.secret}

    async def _let_go(self, secret: Any) -> None:
        if self._lease is not None and self._lease.secret == secret:
            self._lease = None


def _option(name: str, value: Any) -> str:
    """Write an option of the command line, as `--workers 2` or `--no-tls`."""
    if isinstance(value, bool):
        return f"--{name}" if value else f"--no-{name}"
    return f"--{name} {value}"


def _check_prepared(preparations: list[dict[str, Any]]) -> None:
    """Raise RefusedError where a worker could not prepare a configuration."""
    refused = [preparation for preparation in preparations if "problem" in preparation]
    if refused:
        sentences = dict.fromkeys(preparation["problem"] for preparation in refused)
        status = max(preparation["status"] for preparation in refused)
        raise RefusedError(status, [f"{sentence}; nothing has changed" for sentence in sentences])


def _run_queue_wait_ns() -> int | None:
    """Time this thread, which runs the event loop, was ready and had no core; None where nobody counts it."""
    try:
        return int(Path("/proc/thread-self/schedstat").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return None
