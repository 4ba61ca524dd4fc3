"""Runs of which something is killed at a random moment, and runs on a full disk. For `benchmarks.campaign`."""

import json
import os
import random
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from benchmarks.aftermath import LONGEST_S, World, damage, ended, ended_badly, kept, tell
from simulator.cli import exits

TARGETS = ("runner", "driver", "server", "worker")
NAMED = {"driver": "simulator/driver", "server": "mockserver"}
ENDS = (exits.OK, exits.FAILED, exits.NOTHING_VALID, exits.NOT_HELD)
SCENARIO = """
name: killed
seed: 1
server: {latency: 5ms, content: {kind: catalogue, count: 5, items: 2}, workers: 2}
job:
  client: {blocking: http.client, asyncio: aiohttp}
  parser: html.parser
  pages: 60
  warmup: 1
strategies: [threads, processes, asyncio_to_processes]
in_flight: 2
parallelism: 2
rounds: 2
validity: {min_window: 0ms, min_jobs_per_slot: 0, delay_tolerance: 1m, max_server_busy: 1000}
"""
QUICK = ("--rounds", "1", "--strategy", "threads")
USUAL_S = 1.5


def of_kills(folder: Path, seed: int, number: int, *, quick: bool = False) -> tuple[Counter[str], list[str]]:
    """Kill so many times; return what was done, and the faults.

    Args:
        folder: where runs live.
        seed: of the moments.
        number: of kills.
        quick: of runs of a second, without whole ones before and after.
    """
    dice, done, faults = random.Random(seed), Counter[str](), list[str]()  # noqa: S311 - moments, not secrets
    (folder / "killed.yaml").write_text(SCENARIO, "utf-8")
    world, more = World(folder), QUICK if quick else ()
    usual_s = USUAL_S
    if not quick:
        usual_s, faults = _whole_run(world)
    for attempt in range(number):
        target = TARGETS[attempt % len(TARGETS)]
        after_s = dice.uniform(0.0, usual_s)
        hit, told = _killed(world, target, after_s, dice, more)
        done[target if hit else "too late"] += 1
        if attempt % 3 == 0 and kept(world.store):
            done["resumed"] += 1
            told += [f"then {fault}" for fault in _resumed(world, more)]
        tell(f"kill {attempt + 1} of {number}")
        faults += [f"kill {attempt} of the {target} after {after_s:.2f} s: {fault}" for fault in told]
    return done, faults if quick else [*faults, *_whole_run(world)[1]]


def of_full_disks(folder: Path, seed: int, number: int) -> tuple[Counter[str], list[str]]:
    """Run on disks that are full after so many bytes; return what was done, and the faults."""
    dice, done, faults = random.Random(seed), Counter[str](), list[str]()  # noqa: S311 - sizes, not secrets
    (folder / "killed.yaml").write_text(SCENARIO, "utf-8")
    for attempt in range(number):
        world = World(folder)
        limit = int(2 ** dice.uniform(9, 19))
        store = folder / f"full-{attempt}.sqlite"
        faults += [
            f"files of at most {limit} bytes: {fault}"
            for fault in _on_full_disk(world, store, file_limit=limit)
        ]
        tell(f"disk {attempt + 1} of {number}")
        done["file limit"] += 1
        with _small_disk(folder / "disk", limit) as disk:
            if disk is not None:
                done["tmpfs"] += 1
                faults += [
                    f"a disk of {limit} bytes: {fault}"
                    for fault in _on_full_disk(world, disk / "results.sqlite", file_limit=None)
                ]
    return done, faults


def _whole_run(world: World) -> tuple[float, list[str]]:
    """Let a run come to its end; return how long that took, and what it left or left lying about."""
    began = time.monotonic()
    process = world.start("run", "killed.yaml", "--quiet")
    code, errors = ended(process)
    took_s = time.monotonic() - began
    return took_s, [
        f"a whole run: {fault}"
        for fault in (*ended_badly(code, errors, ENDS), *world.end_all(), *world.lying_about())
    ]


def _killed(
    world: World, target: str, after_s: float, dice: random.Random, more: Sequence[str]
) -> tuple[bool, list[str]]:
    """Start a run and kill; return whether there was anything left to kill, and the faults."""
    events = world.folder / "events.jsonl"
    events.unlink(missing_ok=True)
    process = world.start("run", "killed.yaml", "--progress", f"jsonl:{events}", *more)
    time.sleep(after_s)
    deadline = time.monotonic() + LONGEST_S
    while (pid := _one_of(world, target, process, dice)) is None and process.poll() is None:
        if time.monotonic() > deadline:
            break  # `ended` tells it
        time.sleep(0.005)
    if pid is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    code, errors = ended(process)
    allowed = (*ENDS, -signal.SIGKILL) if target == "runner" else ENDS
    faults = [fault for fault in ended_badly(code, errors, allowed) if code != -signal.SIGKILL]
    faults += world.end_all()
    faults += damage(world.store)
    told, there = _judged(events), kept(world.store, _run_of(events))
    if told > len(there) + 1:
        faults.append(f"{told} repetitions were done, {len(there)} are in the database")
    if len(there) != len(set(there)):
        faults.append("a repetition is in the database twice")
    return pid is not None, faults


def _resumed(world: World, more: Sequence[str]) -> Iterator[str]:
    """Let the last run go on; say what is missing then, and what lies about."""
    code, errors = ended(world.start("run", "killed.yaml", "--resume", "last", "--quiet", *more))
    if code == exits.USAGE and "complete" in errors:
        return  # there was nothing to go on with
    yield from ended_badly(code, errors, ENDS)
    yield from world.end_all()
    yield from damage(world.store)
    yield from world.lying_about()
    rounds = Counter(cell for cell, _ in kept(world.store))
    if len(set(rounds.values())) > 1:
        yield f"cells of the resumed run have different numbers of rounds: {dict(rounds)}"


def _on_full_disk(world: World, store: Path, *, file_limit: int | None) -> Iterator[str]:
    process = world.start("run", "killed.yaml", "--quiet", file_limit=file_limit, store=store)
    code, errors = ended(process)
    yield from ended_badly(code, errors, (*ENDS, exits.USAGE))
    yield from world.end_all()
    yield from damage(store)
    yield from world.lying_about()


@contextmanager
def _small_disk(folder: Path, size: int) -> Iterator[Path | None]:
    """Give a disk of that size (in whole pages); null: this user may mount none here."""
    folder.mkdir(exist_ok=True)
    mount, umount = shutil.which("mount"), shutil.which("umount")
    command = [mount or "", "-t", "tmpfs", "-o", f"size={max(size, 16_384)}", "tmpfs", str(folder)]
    if (
        mount is None
        or umount is None
        or subprocess.run(command, capture_output=True, check=False).returncode
    ):
        yield None
        return
    try:
        yield folder
    finally:
        # Lazily: after Ctrl-C a run may still have files open there.
        subprocess.run([umount, "-l", str(folder)], check=True)


def _one_of(world: World, target: str, runner: "subprocess.Popen[str]", dice: random.Random) -> int | None:
    """Return a process to kill.

    Of a server it is its supervisor or a worker; "driver" is the driver itself, "worker" what it has started.
    """
    if target == "runner":
        return runner.pid if runner.poll() is None else None
    lines = world.running()
    named = {pid for pid, line in lines.items() if NAMED.get(target, NAMED["driver"]) in line}
    if target == "driver":  # its forks have its command line
        named = {pid for pid in named if _parent(pid) not in named}
    if target == "worker":
        named = {pid for pid in lines if _parent(pid) in named} - {runner.pid}
    return dice.choice(sorted(named)) if named else None


def _parent(pid: int) -> int | None:
    with suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[1])
    return None


def _lines(events: Path) -> Iterable[dict[str, object]]:
    if events.exists():
        for line in events.read_text("utf-8").splitlines():
            with suppress(ValueError):  # the last one of a killed run
                yield json.loads(line)


def _judged(events: Path) -> int:
    return sum(line["event"] == "repetition_judged" for line in _lines(events))


def _run_of(events: Path) -> str | None:
    for line in _lines(events):
        header = line.get("header")
        if isinstance(header, dict):
            return str(header["id"])
    return None
