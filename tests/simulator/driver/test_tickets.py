import threading
from collections.abc import Iterator
from itertools import chain

import pytest

from simulator.driver.tickets import PipeCounter, open_tickets
from tests.simulator.driver.jobs import spec


@pytest.fixture
def counter() -> Iterator[PipeCounter]:
    made = PipeCounter.create()
    yield made
    made.close()


def test_a_pipe_counts_each_page_once_for_all_who_claim(counter: PipeCounter) -> None:
    made = spec(None, pages=2_000)
    # As in interpreters of their own: each has its tickets, they have nothing in common but the pipe.
    claims = [open_tickets(made, counter).open(0) for _ in range(4)]
    claimed: list[list[int]] = [[] for _ in claims]

    def work(number: int) -> None:
        while (page := claims[number]()) >= 0:
            claimed[number].append(page)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(chain.from_iterable(claimed)) == list(range(2_000))
    assert all(pages == sorted(pages) for pages in claimed)


def test_whoever_holds_the_number_keeps_the_others_waiting(counter: PipeCounter) -> None:
    claim = open_tickets(spec(None, pages=5), counter).open(0)
    with counter.get_lock():
        other = threading.Thread(target=claim)
        other.start()
        other.join(0.05)
        assert other.is_alive()
        counter.value = 3
    other.join()
    assert claim() == 4
    assert claim() == -1
