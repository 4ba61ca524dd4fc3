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


def test_what_a_task_has_read_is_not_read_again_where_the_loop_has_seen_it_before() -> None:
    """In one turn of the loop: answers are seen, then a task that is woken before reads them, then the loop would."""
    ours, theirs = Pipe(duplex=True)

    async def shard() -> None:
        answers = Answers(ours.fileno())
        answers.open()
        waiting = [asyncio.ensure_future(answers.taken()) for _ in range(MOST_UNREAD - 1)]
        await asyncio.sleep(0)
        for _ in range(MOST_UNREAD):
            theirs._send(TAKEN)  # type: ignore[attr-defined]
        waiting.append(
            asyncio.ensure_future(answers.taken())
        )  # its turn comes before that of what is readable
        await asyncio.gather(*waiting)
        answers.close()

    def ended() -> None:
        asyncio.run(asyncio.wait_for(shard(), 30))

    thread = threading.Thread(target=ended, daemon=True)
    thread.start()
    thread.join(30)
    assert not thread.is_alive()
    ours.close()
    theirs.close()
