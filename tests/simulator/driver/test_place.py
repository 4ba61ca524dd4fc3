"""What a person is told of a parser that works only in a main thread, or runs a loop of its own."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from signal import SIG_DFL, SIGALRM, signal

import pytest

from simulator.driver.shared.failure import describe
from simulator.driver.shared.place import explained


def words_of(call: Callable[[], object]) -> str:
    try:
        call()
    except Exception as error:  # noqa: BLE001 - whatever it is
        return explained(describe(error))
    return "nothing was raised"


def elsewhere(call: Callable[[], object]) -> str:
    told: list[str] = []
    thread = threading.Thread(target=lambda: told.append(words_of(call)))
    thread.start()
    thread.join()
    return told[0]


def handle() -> object:
    return signal(SIGALRM, signal(SIGALRM, SIG_DFL))


async def nothing() -> None:
    pass


def run() -> None:
    work = nothing()
    try:
        asyncio.run(work)
    finally:
        work.close()


def test_what_works_in_a_main_thread_alone_is_told_so_where_it_is_not() -> None:
    database = sqlite3.connect(":memory:")
    calls: list[Callable[[], object]] = [
        handle,
        lambda: database.execute("select 1"),
        asyncio.get_event_loop_policy().get_event_loop,
    ]
    told = [elsewhere(call) for call in calls]
    database.close()
    for words in told:
        assert words.startswith("the parser works only in a main thread: ")
        assert words.endswith("; threads (and subinterpreters) run it elsewhere")
    assert words_of(handle) == "nothing was raised"


def test_what_runs_a_loop_is_told_so_inside_of_one() -> None:
    loop = asyncio.new_event_loop()

    def run_own() -> None:
        work = nothing()
        try:
            loop.run_until_complete(work)
        finally:
            work.close()

    async def inside() -> list[str]:
        return [words_of(run), words_of(run_own)]

    calls, runs = asyncio.run(inside())
    loop.close()
    assert calls.startswith(
        "the parser calls asyncio.run, which cannot run inside the event loop of asyncio "
    )
    assert runs.startswith(
        "the parser runs an event loop of its own, which cannot run inside the event loop "
    )


@pytest.mark.parametrize("words", ["ValueError: no event loop", "KeyError: 'main thread'", "no asyncio"])
def test_elsewhere_the_words_stay_as_they_are(words: str) -> None:
    assert explained(words) == words
