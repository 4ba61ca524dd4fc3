"""A shard and the main interpreter never wait for one another, however many jobs are ready at one moment."""

import asyncio
import threading
from multiprocessing import Pipe
from multiprocessing.connection import Connection

import pytest

from simulator.driver.strategies.event_loop import new_loop
from simulator.driver.strategies.sending import MOST_UNREAD, TAKEN, Answers, Sender

JOBS = 20 * MOST_UNREAD
RECORD = "x" * 2_000


def take_in(pipe: Connection, jobs: int, taken: list[int]) -> None:
    """Answer each job before the next one is looked at, as the main interpreter does."""
    for _ in range(jobs):
        _, (numbers, record, _) = pipe.recv()
        assert record == RECORD
        taken.append(numbers[0])
        pipe._send(TAKEN)  # type: ignore[attr-defined]


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_more_jobs_at_once_than_a_pipe_holds(loop: str) -> None:
    if loop == "uvloop":
        pytest.importorskip("uvloop")
    ours, theirs = Pipe(duplex=True)
    taken: list[int] = []
    main = threading.Thread(target=take_in, args=(theirs, JOBS, taken), daemon=True)

    async def job(page: int, emit: Sender, answers: Answers) -> None:
        emit([page], RECORD, "")
        await answers.taken()

    async def shard() -> None:
        emit, answers = Sender(ours), Answers(ours.fileno())
        answers.open()
        main.start()
        await asyncio.gather(*(job(page, emit, answers) for page in range(JOBS)))
        answers.close()

    running = new_loop(loop)
    running.run_until_complete(shard())
    running.close()
    main.join(10)
    assert taken == list(range(JOBS))
    ours.close()
    theirs.close()
