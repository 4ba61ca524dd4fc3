"""Whoever wants the machine alone waits for all who share it, and those who come later wait for him."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from threading import Thread
from typing import IO

import pytest

from tests.machine import GROUPS, OURS, Machine


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[list[Machine]]:
    """The same machine as four workers know it."""
    with ExitStack() as stack:
        yield [stack.enter_context(closing(Machine(tmp_path))) for _ in range(4)]


@pytest.fixture
def turnstile(tmp_path: Path) -> Iterator[IO[str]]:
    with (tmp_path / "turnstile").open("w") as file:
        yield file


def somebody_waits(turnstile: IO[str]) -> bool:
    try:
        fcntl.flock(turnstile, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    fcntl.flock(turnstile, fcntl.LOCK_UN)
    return False


def test_alone_waits_for_those_who_share_and_goes_before_those_who_come_later(
    machines: list[Machine], turnstile: IO[str]
) -> None:
    first, second, single, late = machines
    told: list[str] = []

    def use(machine: Machine, name: str, *, alone: bool) -> None:
        machine.take(alone=alone)
        told.append(name)
        machine.give_back()

    first.take(alone=False)
    second.take(alone=False)
    waiting = Thread(target=use, args=(single, "alone"), kwargs={"alone": True})
    waiting.start()
    while not somebody_waits(turnstile):
        pass
    following = Thread(target=use, args=(late, "late"), kwargs={"alone": False})
    following.start()
    told.append("first is done")
    first.give_back()
    assert somebody_waits(turnstile), "the second has it still"
    told.append("second is done")
    second.give_back()
    for thread in (waiting, following):
        thread.join()
    assert told == ["first is done", "second is done", "alone", "late"]


def test_what_is_held_alone_is_kept_until_it_is_given_back(machines: list[Machine]) -> None:
    single, other, *_ = machines
    single.take(alone=True)
    single.take(alone=True)  # for the next test of this kind, which does not wait for others between the two
    taken = Thread(target=other.take, kwargs={"alone": False})
    taken.start()
    single.give_back()
    taken.join()
    other.give_back()


@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="there are no workers")
@pytest.mark.xdist_group("machine")
def test_who_deals_out_the_tests_is_told_their_groups(request: pytest.FixtureRequest) -> None:
    groups = json.loads((request.config.stash[OURS].folder / GROUPS).read_text(encoding="utf-8"))
    assert groups[request.node.nodeid] == "machine"
