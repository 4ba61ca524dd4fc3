"""Threads of running processes are bound to CPUs, and get back what they had."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mockserver.config import ServerConfig
from mockserver.process import MockServer
from simulator.result.observation import Broken, Observed
from simulator.runner.affinity import Binding, BindingError
from simulator.runner.job import Amount
from simulator.runner.repetition import run_repetition
from simulator.runner.servers import Server, Servers
from simulator.scenario.affinity import Affinity
from simulator.scenario.cells import Cell
from tests.conftest import tiny_cells

CPUS = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
ALL, ONE, OTHER = set(CPUS), CPUS[:1], CPUS[1:2]

pytestmark = pytest.mark.skipif(len(CPUS) < 2, reason="needs two CPUs that may be chosen between")

THREADS = """
import sys, threading
stop = threading.Event()
def start(): threading.Thread(target=stop.wait).start()
start(); start()
print("ready", flush=True)
for line in sys.stdin:
    start()
    print("started", flush=True)
stop.set()
"""


def threads_of(pid: int) -> dict[int, set[int]]:
    return {
        int(task.name): os.sched_getaffinity(int(task.name)) for task in Path(f"/proc/{pid}/task").iterdir()
    }


class Threads:
    """A process of three threads, and one more when it is told to."""

    def __init__(self) -> None:
        command = [sys.executable, "-c", THREADS]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.pid = self.process.pid
        self._heard("ready")

    def start_one(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("one more\n")
        self.process.stdin.flush()
        self._heard("started")

    def _heard(self, word: str) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == f"{word}\n"


@pytest.fixture
def threads() -> Iterator[Threads]:
    running = Threads()
    with running.process:
        yield running
        running.process.kill()


def test_every_thread_is_bound_and_each_gets_back_what_it_had(threads: Threads) -> None:
    before = threads_of(threads.pid)
    odd = max(before)
    os.sched_setaffinity(odd, OTHER)
    binding = Binding([threads.pid], "the threads")
    binding.bind(ONE)
    assert list(threads_of(threads.pid).values()) == [set(ONE)] * 3
    assert binding.cpus() == ONE
    threads.start_one()
    assert list(threads_of(threads.pid).values()) == [set(ONE)] * 4, "inherited from the one that started it"
    binding.bind(OTHER)
    assert list(threads_of(threads.pid).values()) == [set(OTHER)] * 4
    binding.bind(None)
    after = threads_of(threads.pid)
    assert after.pop(odd) == set(OTHER)
    assert list(after.values()) == [ALL] * 3


def test_nothing_is_touched_that_was_never_bound(threads: Threads) -> None:
    binding = Binding([threads.pid], "the threads")
    os.sched_setaffinity(threads.pid, ONE)
    binding.bind(None)
    binding.restore()
    assert threads_of(threads.pid)[threads.pid] == set(ONE)


@pytest.mark.parametrize("cpus", [[4095], [*ONE, 4095]])
def test_a_cpu_that_does_not_exist_leaves_everything_as_it_was(threads: Threads, cpus: list[int]) -> None:
    binding = Binding([threads.pid], "the mock server")
    with pytest.raises(
        BindingError, match=r"the mock server cannot be bound to CPU .*4095.*affinity\.server"
    ):
        binding.bind(cpus)
    assert list(threads_of(threads.pid).values()) == [ALL] * 3


def test_processes_that_cannot_be_seen_are_not_bound() -> None:
    with pytest.raises(BindingError, match=r"cannot be seen from here.*run without --server"):
        Binding([], "the mock server at http://…").bind(ONE)
    assert Binding([], "the mock server").cpus() is None


def test_a_process_that_has_ended_is_no_error(threads: Threads) -> None:
    binding = Binding([threads.pid], "the threads")
    binding.bind(ONE)
    threads.process.kill()
    threads.process.wait()
    binding.bind(OTHER)
    binding.restore()
    assert binding.cpus() is None


SEEN = """
import os, sys
def parse(body): return (sorted(os.sched_getaffinity(0)), sys.getswitchinterval())
"""
STRATEGIES = {
    "sequential": "threads",
    "threads": "threads",
    "asyncio": "asyncio",
    "processes": "processes",
    "spawned": {"name": "spawned", "base": "processes", "start_method": "spawn"},
    "forked": {"name": "forked", "base": "processes", "start_method": "fork"},
    "loops in processes": {"name": "loops in processes", "shards": {"processes": 2}, "fetch": "asyncio"},
}


def cell(folder: Path, strategy: str, **changes: object) -> Cell:
    (folder / "seen.py").write_text(SEEN)
    listed = [STRATEGIES[strategy]]
    return tiny_cells(folder, strategies=listed, job__parser="seen:parse", **changes)[strategy]


def run(made: Cell, server: Server, folder: Path) -> Observed | Broken:
    return run_repetition(
        made,
        server,
        round_=0,
        python=sys.executable,
        amount=Amount(),
        seed=3,
        import_path=(str(folder),),
        time_limit_s=60,
    )


def observed(made: Cell, server: Server, folder: Path) -> Observed:
    outcome = run(made, server, folder)
    assert isinstance(outcome, Observed), outcome
    return outcome


def seen(outcome: Observed) -> str:
    """What every job saw: one record, so all saw the same."""
    (record,) = outcome.records.values()
    return record


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_cpus_and_switch_interval_reach_every_worker_of_the_driver(
    strategy: str, servers: Servers, tmp_path: Path
) -> None:
    made = cell(tmp_path, strategy, affinity={"driver": OTHER}, job__switch_interval="20ms")
    server = servers.serving(made.server)
    bound = observed(made, server, tmp_path)
    assert bound.environment["affinity"] == OTHER
    assert bound.environment["switch_interval_s"] == 0.02
    free = observed(cell(tmp_path, strategy), server, tmp_path)
    assert free.environment["affinity"] == CPUS
    assert free.environment["switch_interval_s"] == sys.getswitchinterval()
    # The text of a record is the driver's own business; that these two differ, and how, is not.
    assert seen(bound) != seen(free)
    assert "0.02" in seen(bound)
    assert str(sys.getswitchinterval()) in seen(free)
    assert seen(free).replace(str(sys.getswitchinterval()), "0.02").count(str(OTHER[0])) == 1


def test_the_server_is_bound_for_the_cells_that_ask_and_free_for_the_others(tmp_path: Path) -> None:
    made = cell(tmp_path, "threads", affinity={"server": ONE}, server__workers=2)
    with Servers() as own:
        server = own.serving(made.server)
        assert len(server.pids) == 2
        bound = observed(made, server, tmp_path)
        assert bound.environment["server_affinity"] == ONE
        assert bound.environment["affinity"] == CPUS
        for pid in server.pids:
            assert set(map(frozenset, threads_of(pid).values())) == {frozenset(ONE)}
        free = observed(replace(made, affinity=Affinity()), server, tmp_path)
        assert free.environment["server_affinity"] == CPUS
        for pid in server.pids:
            assert set(map(frozenset, threads_of(pid).values())) == {frozenset(CPUS)}


def test_a_borrowed_server_gets_its_cpus_back(tmp_path: Path) -> None:
    made = cell(tmp_path, "threads", affinity={"server": OTHER})
    with MockServer.start(ServerConfig()) as borrowed:
        os.sched_setaffinity(borrowed.pid, ONE)
        with Servers(borrowed.url, borrowed.token) as servers:
            observed(made, servers.serving(made.server), tmp_path)
            assert os.sched_getaffinity(borrowed.pid) == set(OTHER)
        assert os.sched_getaffinity(borrowed.pid) == set(ONE)


def test_a_server_whose_processes_cannot_be_seen_makes_the_cell_unsupported(tmp_path: Path) -> None:
    made = cell(tmp_path, "threads", affinity={"server": ONE})
    with MockServer.start(ServerConfig()) as borrowed, Servers(borrowed.url, borrowed.token) as servers:
        server = servers.serving(made.server)
        server.binding = Binding((), f"the mock server at {borrowed.url}")
        outcome = run(made, server, tmp_path)
        assert isinstance(outcome, Broken)
        assert (outcome.status, outcome.cell_id) == ("unsupported", made.id)
        assert borrowed.url in outcome.reason


def test_a_driver_that_may_not_use_a_cpu_says_so(servers: Servers, tmp_path: Path) -> None:
    for cpus, words in (((4095,), "cannot be bound to CPU 4095"), ((*ONE, 4095), f"only {ONE[0]}; write")):
        made = replace(cell(tmp_path, "threads"), affinity=Affinity(driver=cpus))
        outcome = run(made, servers.serving(made.server), tmp_path)
        assert isinstance(outcome, Broken)
        assert outcome.status == "unsupported"
        assert words in outcome.reason
