"""CPU time of a process and all that it starts, of what ends meanwhile too."""

import os
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from simulator.experiment.judgement import Judge
from simulator.result.observation import CpuTime, Observed
from simulator.runner.family import READABLE, Process, Used, family, related, since, used
from simulator.runner.job import Amount
from simulator.runner.repetition import run_repetition
from simulator.runner.servers import Servers
from simulator.scenario.cells import expand
from simulator.scenario.load import load_text
from tests.conftest import tiny_text

MS = 1_000_000
linux = pytest.mark.skipif(not READABLE, reason="processes are looked at in Linux's /proc")


def one(pid: int, parent: int = 1, session: int = 1) -> Process:
    return Process(pid, parent, session, "S", 0, 0, started=pid)


def test_a_family_is_a_session_and_all_that_it_started_in_sessions_of_their_own() -> None:
    everybody = [
        one(1, 0),
        one(10, 1, 10),
        one(11, 10, 10),
        one(21, 20, 20),  # a grandchild, listed before its parent
        one(20, 11, 20),
        one(30, 1, 30),
        one(31, 30, 30),
    ]
    assert {process.pid for process in related(everybody, 10)} == {10, 11, 20, 21}


def test_what_ended_is_counted_once_and_nothing_is_ever_less_than_nothing() -> None:
    before = Used({(1, 0): (100, 0), (2, 0): (50, 5)}, {(1, 1): 7, (2, 2): 9})
    # Process 2 has used 30 more, and has ended; 1 has waited for it. Process 3 is new.
    after = Used({(1, 0): (140, 85), (3, 0): (20, 4)}, {(1, 1): 10, (3, 3): 1})
    assert since(before, after) == CpuTime(40 + 24 + 30, 3 + 1)
    assert since(before, before) == CpuTime(0, 0)
    orphan = Used({(1, 0): (101, 0)}, {})  # nobody of the family has waited for 2
    assert since(before, orphan) == CpuTime(1, 0)
    another = Used({(1, 0): (100, 55), (2, 99): (3, 0)}, {})  # a later process with its number
    assert since(before, another) == CpuTime(3, 0)


def burn(seconds: float) -> None:
    begun = time.thread_time()
    while time.thread_time() - begun < seconds:
        pass


@linux
def test_a_thread_and_a_process_that_have_ended_are_in_what_was_used() -> None:
    burning = "import time\nwhile time.process_time() < 0.4: pass"
    child = [sys.executable, "-I", "-S", "-c", burning]
    older = {process.pid for process in family(os.getsid(0))} - {
        os.getpid()
    }  # a server of other tests, perhaps
    before, own = used(ours(older)), time.process_time_ns()
    thread = threading.Thread(target=burn, args=(0.2,))
    thread.start()
    thread.join()
    waited = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(child, check=True)
    # One that nobody has waited for yet, and one in a session of its own.
    zombie = subprocess.Popen(child)
    os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)
    apart = subprocess.Popen(
        [*child[:-1], f"{burning}\nprint(flush=True)\ninput()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert apart.stdout is not None
    apart.stdout.readline()
    spent = since(before, used(ours(older)))
    own = time.process_time_ns() - own
    apart.communicate(b"\n")
    zombie.wait()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    truth = own + 1e9 * (after.ru_utime + after.ru_stime - waited.ru_utime - waited.ru_stime)
    assert truth > 1.4e9
    # What the last two used to end is not in it; ticks of 10 ms are.
    assert truth - 0.1e9 < spent.on_cpu_ns < truth + 0.05e9


def ours(older: set[int]) -> list[Process]:
    """Return this process and what it has started since; pytest's own workers have the same session."""
    found: list[Process] = []
    everybody = [process for process in family(os.getsid(0)) if process.pid not in older]
    while fresh := [
        process
        for process in everybody
        if process not in found
        and (process.pid == os.getpid() or process.parent in {known.pid for known in found})
    ]:
        found += fresh
    return found


HELPED = """
import json, pathlib, resource, subprocess, sys, threading, time
FILE = pathlib.Path(__file__).with_name("used.txt")
BURN = "import time\\nwhile time.process_time() < 0.06: pass"
def now():
    both = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return sum(one.ru_utime + one.ru_stime for one in both)
def burn():
    begun = time.thread_time()
    while time.thread_time() - begun < 0.03: pass
def parse(body):
    begun = now()
    thread = threading.Thread(target=burn); thread.start(); thread.join()
    subprocess.run([sys.executable, "-I", "-S", "-c", BURN], check=True)
    with FILE.open("a") as file: print(now() - begun, file=file)
    return len(body)
"""


@linux
def test_what_a_parser_has_done_by_threads_and_programs_is_the_jobs_own(tmp_path: Path) -> None:
    (tmp_path / "helped.py").write_text(HELPED, encoding="utf-8")
    scenario = load_text(
        tiny_text(job__parser="helped:parse", strategies=["sequential"]), "tiny.yaml", tmp_path
    )
    cell = expand(scenario, 2)[-1]
    with Servers() as servers:
        seen = run_repetition(
            cell,
            servers.serving(cell.server),
            round_=0,
            python=sys.executable,
            amount=Amount(),
            seed=1,
            import_path=(str(tmp_path),),
            time_limit_s=60,
        )
    assert isinstance(seen, Observed)
    measures = Judge(scenario, "", None).of(cell, seen).measures
    assert measures is not None
    assert measures.cpu_per_page_s is not None
    used_s = list(map(float, (tmp_path / "used.txt").read_text().split()))[-12:]
    # What the fetches used comes on top; ticks of 10 ms are all that may be missing of more than a second.
    assert sum(used_s) > 1
    assert measures.cpu_per_page_s * 12 > sum(used_s) - 0.03
    assert measures.cpu_per_page_s * 12 < sum(used_s) * 1.2
