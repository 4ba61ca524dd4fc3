"""Several workers on one port: fork them, deal the connections out, end together.

The supervisor accepts every connection and hands it to the workers in turn (SCM_RIGHTS). Both usual ways
spread few connections badly, and a scraper holds few for long: with SO_REUSEPORT the kernel picks by a hash
of the addresses, a binomial draw (8 connections on 2 workers: 4 + 4 in 27 % of cases); with one inherited
listening socket the first worker to wake takes all that wait. In turn, it is always 4 + 4. It costs one
more system call per connection, none per request.

Half a server would give wrong numbers without a word, so when one worker dies all end.
"""

import os
import selectors
import signal
import socket
import ssl
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from types import FrameType

from mockserver.accepting import NOT_NOW, PAUSE_S, accepted, tell_full
from mockserver.logs import bound_logs
from mockserver.reach import Reach
from mockserver.served import Served
from mockserver.worker import INTERRUPTED, WorkerTask, run

_START_S = 60.0
_HANDING_S = 5.0
_END_S = 2.0
_ACCEPTED_PER_WAKE = 256


class WorkerDiedError(RuntimeError):
    """A worker ended by itself; the sentence says which and how."""


@dataclass(frozen=True)
class _Worker:
    pid: int
    handing: socket.socket


def supervise(
    served: Served,
    token: str | None,
    reach: Reach,
    listeners: Sequence[socket.socket],
    lifeline: int | None,
    tls: ssl.SSLContext | None,
    ready: Callable[[list[int]], None],
) -> int:
    """Run the workers of a configuration until a signal or the end of the lifeline.

    Args:
        served: What to serve; loaded before forking, so that all share its memory.
        token: Protects the admin side.
        reach: Which files a later configuration may name.
        listeners: The listening sockets.
        lifeline: A file descriptor whose end of file ends the server.
        tls: For the workers' side of each connection; None speaks plain HTTP. All have the same, so that a client
            resumes with any what it began with one.
        ready: Called once with the workers' process ids, when all serve.

    Returns:
        Exit code: 0, or `INTERRUPTED` after SIGINT.

    Raises:
        WorkerDiedError: A worker ended by itself; the others have been ended too.
    """
    bound_logs()
    with ExitStack() as ending:
        woken, received = _signals(ending)
        workers = _fork(served, token, reach, listeners, tls)
        ending.callback(_end, workers)
        for worker in workers:
            _await_ready(worker)
        # All that it takes itself is taken before anybody comes who may leave no descriptors.
        selector = ending.enter_context(selectors.DefaultSelector())
        ready([worker.pid for worker in workers])
        return _deal(workers, listeners, lifeline, woken, received, selector)


def _signals(ending: ExitStack) -> tuple[socket.socket, list[int]]:
    """Note SIGTERM and SIGINT in a list, and make a socket readable when one comes."""
    received: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        received.append(number)

    woken, waking = socket.socketpair()
    for end in (woken, waking):
        end.setblocking(False)
        ending.callback(end.close)
    ending.callback(signal.set_wakeup_fd, signal.set_wakeup_fd(waking.fileno()))
    for number in (signal.SIGTERM, signal.SIGINT):
        ending.callback(signal.signal, number, signal.signal(number, note))
    return woken, received


def _fork(
    served: Served,
    token: str | None,
    reach: Reach,
    listeners: Sequence[socket.socket],
    tls: ssl.SSLContext | None,
) -> list[_Worker]:
    count = served.config.workers
    channels = [socket.socketpair() for _ in range(count)]
    lines = [socket.socketpair() for _ in range(count - 1)]
    workers = []
    for index in range(count):
        handing, handed = channels[index]
        pid = os.fork()
        if pid == 0:
            own = WorkerTask(
                served,
                token,
                reach,
                index,
                handed=handed,
                leader=lines[index - 1][1] if index else None,
                followers=() if index else tuple(leading for leading, _ in lines),
                tls=tls,
            )
            kept = {end for end in (own.handed, own.leader, *own.followers) if end is not None}
            unused = {*listeners, *(end for pair in channels + lines for end in pair)} - kept
            os._exit(_work(own, unused))
        handing.settimeout(_HANDING_S)
        workers.append(_Worker(pid, handing))
    for _, handed in channels:
        handed.close()
    for pair in lines:
        for end in pair:
            end.close()
    return workers


def _work(task: WorkerTask, unused: set[socket.socket]) -> int:
    """Be a worker: the life of the child after the fork. Never raises."""
    try:
        signal.set_wakeup_fd(-1)
        # Open ends of other workers' channels would keep them from seeing the supervisor's end.
        for end in unused:
            end.close()

        def ready() -> None:
            if task.handed is not None:
                task.handed.send(b"r")

        return run(task, ready)
    except BaseException:  # noqa: BLE001 (the child must not go on as a second supervisor)
        traceback.print_exc()
        return 1


def _await_ready(worker: _Worker) -> None:
    worker.handing.settimeout(_START_S)
    try:
        said = worker.handing.recv(1)
    except TimeoutError as error:
        raise WorkerDiedError(f"worker {worker.pid} was not ready after {_START_S:.0f} s") from error
    if not said:
        raise WorkerDiedError(_obituary(worker))
    worker.handing.settimeout(_HANDING_S)


def _deal(
    workers: list[_Worker],
    listeners: Sequence[socket.socket],
    lifeline: int | None,
    woken: socket.socket,
    received: list[int],
    selector: selectors.BaseSelector,
) -> int:
    dealing = _Dealing(workers, listeners)
    _listen(selector, listeners)
    selector.register(woken, selectors.EVENT_READ)
    if lifeline is not None:
        selector.register(lifeline, selectors.EVENT_READ)
    for worker in workers:
        selector.register(worker.handing, selectors.EVENT_READ, worker)
    while not received:
        ready = selector.select(PAUSE_S if dealing.paused else None)
        for key, _ in ready:
            if isinstance(key.data, _Worker):
                raise WorkerDiedError(_obituary(key.data))
            if key.fileobj == lifeline and not os.read(lifeline, 4096):
                return 0
        was_paused = dealing.paused
        if was_paused or any(key.fileobj in listeners for key, _ in ready):
            dealing.deal()
        if dealing.paused and not was_paused:
            _listen_no_more(selector, listeners)
        elif was_paused and not dealing.paused:
            _listen(selector, listeners)
    return INTERRUPTED if received[0] == signal.SIGINT else 0


def _listen(selector: selectors.BaseSelector, listeners: Sequence[socket.socket]) -> None:
    for listener in listeners:
        listener.setblocking(False)
        selector.register(listener, selectors.EVENT_READ)


def _listen_no_more(selector: selectors.BaseSelector, listeners: Sequence[socket.socket]) -> None:
    for listener in listeners:
        selector.unregister(listener)


class _Dealing:
    """Hands each connection to the next worker; what the system has no room for now is tried again later.

    Attributes:
        paused: There was no room the last time.
    """

    def __init__(self, workers: list[_Worker], listeners: Sequence[socket.socket]) -> None:
        self._workers = workers
        self._listeners = listeners
        self._dealt = 0
        self._in_hand: socket.socket | None = None
        self.paused = False

    def deal(self) -> None:
        """Hand on what waits."""
        try:
            if self._in_hand is not None:
                self._hand_on(self._in_hand)
            for listener in self._listeners:
                for connection in accepted(listener, _ACCEPTED_PER_WAKE):
                    self._hand_on(connection)
        except OSError as error:
            if error.errno not in NOT_NOW:
                raise
            if not self.paused:
                tell_full(error)
            self.paused = True
        else:
            self.paused = False

    def _hand_on(self, connection: socket.socket) -> None:
        self._in_hand = connection
        worker = self._workers[self._dealt % len(self._workers)]
        try:
            socket.send_fds(worker.handing, [b"c"], [connection.fileno()])
        except TimeoutError as error:
            raise WorkerDiedError(f"worker {worker.pid} has not moved for {_HANDING_S:.0f} s") from error
        except ConnectionError as error:
            raise WorkerDiedError(_obituary(worker)) from error
        connection.close()
        self._in_hand = None
        self._dealt += 1


def _obituary(worker: _Worker) -> str:
    deadline_s = time.monotonic() + _END_S
    while hasattr(os, "waitid") and time.monotonic() < deadline_s:  # macOS has it from Python 3.13 on
        # WNOWAIT leaves it to be reaped with the others.
        ended = os.waitid(os.P_PID, worker.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if ended is not None:
            killed = ended.si_code != os.CLD_EXITED
            how = (
                f"was killed by {signal.Signals(ended.si_status).name}"
                if killed
                else f"exited with {ended.si_status}"
            )
            return (
                f"worker {worker.pid} {how}; the whole server ends, as half of one would give wrong numbers"
            )
        time.sleep(0.01)
    return f"worker {worker.pid} closed its line; the whole server ends"


def _end(workers: list[_Worker]) -> None:
    """End and reap every worker: the closed line tells them, SIGKILL those that do not hear."""
    for worker in workers:
        worker.handing.close()
    left = [worker.pid for worker in workers]
    deadline_s = time.monotonic() + _END_S
    while left:
        if time.monotonic() > deadline_s:
            for pid in left:
                os.kill(pid, signal.SIGKILL)
            for pid in left:
                os.waitpid(pid, 0)
            return
        left = [pid for pid in left if os.waitpid(pid, os.WNOHANG) == (0, 0)]
        if left:
            time.sleep(0.005)
