"""The machine among the workers of one test run: they share it, or a test marked `alone` has it to itself.

Without workers there is nothing to share. With them, tests marked `alone` go to one worker, first of all, and all
others wait until they are done: what such a test sees is not changed by what another one does at the same time.

Tests of one `xdist_group` go to one worker, without `--dist loadgroup`: pytest-xdist 3.8 loses groups under pytest 9.2,
so each worker writes down which test is in which group, and who deals out the tests reads that.
"""

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import IO, Any

import pytest
from xdist.scheduler import LoadScopeScheduling

FOLDER = "machine"
GROUPS = "groups.json"
MEASURED_BY = "COVERAGE_PROCESS_START"


class Machine:
    """Locks on two files in a folder that all workers know."""

    def __init__(self, folder: Path) -> None:
        # Whoever wants it stands in the turnstile until he has it, so those who share it never keep one waiting.
        self.folder = folder
        self._turnstile: IO[str] = (folder / "turnstile").open("w")
        self._machine: IO[str] = (folder / "machine").open("w")
        self._alone = False

    def take(self, *, alone: bool) -> None:
        """Wait until nobody has it alone, or, to have it alone, until nobody has it."""
        if self._alone and alone:
            return
        fcntl.flock(self._turnstile, fcntl.LOCK_EX)
        fcntl.flock(self._machine, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        fcntl.flock(self._turnstile, fcntl.LOCK_UN)
        self._alone = alone

    def give_back(self) -> None:
        """Let others have it."""
        fcntl.flock(self._machine, fcntl.LOCK_UN)
        self._alone = False

    def close(self) -> None:
        """Close the files, which gives back what is held."""
        self._turnstile.close()
        self._machine.close()


OURS = pytest.StashKey[Machine]()
SHARED = pytest.StashKey[Path]()


def needs_it_alone(item: pytest.Item) -> bool:
    return item.get_closest_marker("alone") is not None


def pytest_configure(config: pytest.Config) -> None:
    """Know the folder, as a worker; keep what measures this process from the programs that tests start."""
    given: dict[str, Any] | None = getattr(config, "workerinput", None)
    if given is not None:
        config.stash[OURS] = Machine(Path(given[FOLDER]))
    if given is not None or not config.getoption("numprocesses", None):
        os.environ.pop(MEASURED_BY, None)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker the folder, which is made for the first of them."""
    stash = node.config.stash
    if SHARED not in stash:
        stash[SHARED] = Path(tempfile.mkdtemp(prefix="simulator-tests-"))
    node.workerinput[FOLDER] = str(stash[SHARED])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave no file open, and no folder."""
    if OURS in config.stash:
        config.stash[OURS].close()
    if SHARED in config.stash:
        shutil.rmtree(config.stash[SHARED])


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put what needs the machine alone first, and into one group: one worker runs it."""
    for item in items:
        if needs_it_alone(item):
            item.add_marker(pytest.mark.xdist_group("alone"))
    items.sort(key=lambda item: not needs_it_alone(item))
    machine = config.stash.get(OURS, None)
    if machine is not None:
        marks = {item.nodeid: item.get_closest_marker("xdist_group") for item in items}
        groups = {name: mark.args[0] for name, mark in marks.items() if mark is not None}
        own = machine.folder / f"{os.getpid()}.json"
        own.write_text(json.dumps(groups), encoding="utf-8")
        own.replace(machine.folder / GROUPS)  # every worker's are the same


class InGroups(LoadScopeScheduling):  # type: ignore[misc] # pytest-xdist ships no types
    """Deals out tests one by one, but those of a group together."""

    def __init__(self, config: pytest.Config, log: Any = None) -> None:
        super().__init__(config, log)
        self._groups: dict[str, str] | None = None

    def _split_scope(self, nodeid: str) -> str:
        if self._groups is None:
            text = (self.config.stash[SHARED] / GROUPS).read_text(encoding="utf-8")
            self._groups = json.loads(text)
        return self._groups.get(nodeid, nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> InGroups:
    """Deal out the tests in groups."""
    return InGroups(config, log)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(
    item: pytest.Item, nextitem: pytest.Item | None
) -> Generator[None, object, object]:
    """Have the machine as the test needs it. Outermost, so that waiting for it is none of the test's time limit."""
    machine = item.config.stash.get(OURS, None)
    if machine is None:
        return (yield)
    machine.take(alone=needs_it_alone(item))
    try:
        return (yield)
    finally:
        # Kept from one such test to the next, or others would begin in between, and be waited for.
        if not (needs_it_alone(item) and nextitem is not None and needs_it_alone(nextitem)):
            machine.give_back()
