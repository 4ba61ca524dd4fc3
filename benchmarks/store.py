"""How long a large results database is waited for: analysis of a run, the list of runs, a report, a comparison.

    python -m benchmarks.store [--quick] [--keep FOLDER]

Two databases are made in a temporary folder, of columns as a run leaves them:

1. One run of 1,000,000 samples: 100 cells × 5 rounds × 2,000 jobs. Its result document is made from it in a fresh
   process: wall time and peak memory.
2. 500 runs of 12 to 80 cells × 5 rounds, each repetition with 120 samples. The commands that look at them are started
   as a person starts them: wall time of the whole process.
3. 10,000 runs: those, and before them small ones of 4 cells × 5 rounds × 20 samples; likewise.

Each figure is the median of several starts, since each is a fresh process on a machine that is never quite idle; the
smallest and the largest stand beside it. Exits 0 when every target is met, 1 when one is missed.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from simulator.result.calibration import Calibration
from simulator.result.repetition import DelayError, Disturbance, Measures, Phase, Repetition, ServerMeasures
from simulator.result.run import PlannedCell, RunHeader
from simulator.result.samples import UNKNOWN, Samples
from simulator.stats.percentiles import Lag, Percentiles
from simulator.store import Store

ANALYSIS_S, ANALYSIS_BYTES, COMMAND_S, HELP_S = 10.0, 1_000_000_000, 1.0, 0.25
LONG_LIST_S = 8.0
"""For 10,000 lines."""
STRATEGIES = ("sequential", "threads", "asyncio", "processes")
IN_FLIGHT = 8
ROUNDS = 5
NOT_HELD = 99
"""What `compare` ends with where one run is slower."""

SUMMARISE = """
import json, resource, sys, time
from pathlib import Path
from simulator.judging.document import conclude
from simulator.store import Store
began = time.perf_counter()
with Store.open(Path(sys.argv[1]), create=False) as store:
    document = conclude(store.load(store.find("last")))
took_s = time.perf_counter() - began
unit = 1 if sys.platform == "darwin" else 1024
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
print(json.dumps({"took_s": took_s, "peak_bytes": peak, "cells": len(document.cells)}))
"""


@dataclass(frozen=True)
class Size:
    """How much is made and how often each command is started."""

    levels: int
    """Levels of the run of many samples; each makes a cell for every strategy."""
    jobs: int
    runs: int
    starts: int
    small: int
    """Small runs before those."""


FULL = Size(levels=25, jobs=2000, runs=500, starts=5, small=9_500)
QUICK = Size(levels=3, jobs=200, runs=20, starts=1, small=20)


def samples(random: np.random.Generator, jobs: int, in_flight: int) -> Samples:
    """Make columns as a repetition leaves them: 20 ms of latency, about 5 ms of parsing, a keep-alive client."""
    begin_ns = int(random.integers(10**12, 10**13))
    fetch_ns = 20_000_000 + random.lognormal(13.5, 0.7, jobs).astype(np.int64)
    parse_cpu_ns = random.normal(5e6, 3e5, jobs).clip(1e6).astype(np.int64)
    parse_ns = parse_cpu_ns + random.lognormal(11, 1, jobs).astype(np.int64)
    worker = np.arange(jobs, dtype=np.int64) % in_flight
    took_ns = fetch_ns + parse_ns + random.integers(2_000, 9_000, jobs)
    start_ns = np.empty(jobs, dtype=np.int64)
    for index in range(in_flight):
        own = took_ns[index::in_flight]
        start_ns[index::in_flight] = begin_ns + np.concatenate(([0], np.cumsum(own)[:-1]))
    fetched_ns = start_ns + fetch_ns
    received_ns = start_ns + random.integers(80_000, 300_000, jobs)
    first_byte_ns = received_ns + 20_000_000 + random.lognormal(11, 0.8, jobs).astype(np.int64)
    return Samples(
        page=np.arange(jobs, dtype=np.int64),
        worker=worker,
        due_ns=start_ns,
        start_ns=start_ns,
        fetched_ns=fetched_ns,
        parsed_ns=fetched_ns + parse_ns,
        ready_ns=start_ns + took_ns,
        fetch_cpu_ns=random.normal(2.3e5, 4e4, jobs).clip(1e4).astype(np.int64),
        parse_cpu_ns=parse_cpu_ns,
        parse_worker=worker,
        parsing_ns=fetched_ns,
        attempt=np.ones(jobs, dtype=np.int64),
        asked_ns=start_ns,
        backoff_ns=np.zeros(jobs, dtype=np.int64),
        earlier_ns=np.zeros(jobs, dtype=np.int64),
        received_ns=received_ns,
        first_byte_ns=first_byte_ns,
        last_byte_ns=first_byte_ns + random.integers(5_000, 40_000, jobs),
        intended_ns=np.full(jobs, 20_000_000, dtype=np.int64),
        begun_ns=received_ns,
        error=np.full(jobs, UNKNOWN, dtype=np.int64),
        error_kinds=(),
    )


def measures(random: np.random.Generator, jobs: int) -> Measures:
    """Make the measures of a repetition; what they are is of no consequence here, that they are all there is."""

    def about(value: float) -> float:
        return float(value * random.lognormal(0, 0.05))

    lag = Lag(about(0.0002), about(0.003), about(0.008))
    return Measures(
        pages=jobs,
        unfinished=0,
        throughput_per_s=about(200),
        makespan_s=about(jobs / 200),
        startup_s=about(0.3),
        drain_s=about(0.03),
        response_time_s=Percentiles(*(about(value) for value in (0.03, 0.04, 0.05, 0.06, 0.07, 0.08))),
        fetch=Phase(about(0.022), about(0.0003), about(0.001)),
        parse=Phase(about(0.006), about(0.005), about(0.001)),
        network_s=about(0.02),
        resume_lag_s=lag,
        cpu_per_page_s=about(0.0055),
        cores_used=about(1.4),
        run_queue_cores=about(0.3),
        memory_bytes=int(about(9e7)),
        processes=10,
        loop_lag_s=lag,
        server=ServerMeasures(
            DelayError(about(0.0002), about(0.0001), about(0.002)), about(0.1), saturated=False,
            loop_lag_p99_s=about(0.002), connections_opened=0, loop_lag_tail_s=about(0.002),
        ),
        equality="equal",
        digest="0123456789abcdef0123456789abcdef",
        errors={},
        disturbance=Disturbance(about(0.01), about(0.02)),
        spin_s=about(0.004),
        runner_cpu_s=about(0.001),
    )  # fmt: skip


def environment() -> dict[str, Any]:
    """Return what a driver says of itself."""
    return {
        "implementation": "CPython",
        "version": "3.11.7",
        "build": sys.version,
        "executable": "…/.venv/bin/python",
        "free_threaded": False,
        "switch_interval_s": 0.005,
        "affinity": [0, 1],
        "hash_seed": "0",
        "client": "http.client",
        "libraries": {"aiohttp": "3.13.2", "httpx": "0.28.1", "httpcore": "1.0.9", "uvloop": "0.22.1"},
        "gil_enabled": [True] * IN_FLIGHT,
        "server_affinity": [0, 1],
    }


def plan(levels: int) -> tuple[PlannedCell, ...]:
    """Return a cell for each strategy at each level of parse cost."""
    return tuple(
        PlannedCell(
            id=f"{strategy}-{level:010x}",
            factors={"job.parse_cost": f"{level}ms", "strategy": strategy, "in_flight": IN_FLIGHT},
            baseline_id=None if strategy == "sequential" else f"sequential-{level:010x}",
            in_flight=1 if strategy == "sequential" else IN_FLIGHT,
            marked=False,
            unsupported=None,
        )
        for level, strategy in product(range(levels), STRATEGIES)
    )


def keep_run(store: Store, random: np.random.Generator, run_id: str, levels: int, jobs: int) -> None:
    """Write one complete run."""
    cells = plan(levels)
    costs = [f"{level}ms" for level in range(levels)]
    scenario = {"name": "shop", "job": {"pages": jobs}, "vary": {"job.parse_cost": costs}}
    kept = RunHeader(
        run_id, "shop", scenario, ROUNDS, {"machine": {"usable_cores": 2}}, "2025-01-02T03:04:05+00:00", cells
    )
    store.begin(kept)
    calibration = Calibration(pages=200, page_bytes=9000.0, parse_cpu_s=0.001)
    for cell in cells:
        store.calibrated(run_id, cell.id, calibration)
    for round_, cell in product(range(ROUNDS), cells):
        repetition = Repetition(
            cell.id, round_, "2025-01-02T03:04:06.000+00:00", "ok", None, measures(random, jobs),
            environment=environment(), took_s=1.5,
        )  # fmt: skip
        store.add(run_id, repetition, samples(random, jobs, cell.in_flight))
    store.finish(run_id, "complete")


def make_large(path: Path, size: Size) -> None:
    """Make the database of one run with many samples."""
    with Store.open(path) as store:
        unsynchronised(store)
        keep_run(store, np.random.default_rng(7), "aaaaaaaa", size.levels, size.jobs)


def make_many(path: Path, size: Size) -> None:
    """Make the database of many runs."""
    make_runs(path, 0, size.runs)


def make_most(path: Path, size: Size) -> None:
    """Make the database of many runs, and many more small ones."""
    make_runs(path, size.small, size.runs)


def make_runs(path: Path, small: int, runs: int) -> None:
    """Write so many small runs, then as many others."""
    random = np.random.default_rng(11)
    with Store.open(path) as store:
        unsynchronised(store)
        for number in range(small):
            keep_run(store, random, f"a{number:07x}", 1, 20)
        for number in range(runs):
            keep_run(store, random, f"{number:08x}", 3 + number % 18, 120)


def unsynchronised(store: Store) -> None:
    """Let the disk be late: some 100,000 transactions, none of which anybody would miss."""
    store._connection.execute("PRAGMA synchronous = OFF")  # noqa: SLF001 (no user should)


def analysed(path: Path, starts: int) -> tuple[list[float], int]:
    """Return the seconds of each start, and the highest peak memory in bytes."""
    found = [
        json.loads(
            subprocess.run(
                [sys.executable, "-c", SUMMARISE, str(path)], capture_output=True, check=True, text=True
            ).stdout
        )
        for _ in range(starts)
    ]
    return [one["took_s"] for one in found], max(one["peak_bytes"] for one in found)


def command_s(
    arguments: Sequence[str], store: Path | None, starts: int, *, allowed: Sequence[int] = (0,)
) -> list[float]:
    """Return the wall seconds of each start of a command. Raises RuntimeError if it ends with another code."""
    environ = {**os.environ, "COLUMNS": "120"} | ({} if store is None else {"SIMULATOR_STORE": str(store)})
    seconds = []
    for _ in range(starts):
        began = time.perf_counter()
        done = subprocess.run(
            [sys.executable, *arguments],
            env=environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=300,
        )
        seconds.append(time.perf_counter() - began)
        if done.returncode not in allowed:
            raise RuntimeError(f"{' '.join(arguments)} ended with {done.returncode}:\n{done.stderr}")
    return seconds


def has_command(name: str) -> bool:
    """Tell whether this version of the program has the command."""
    asked = [sys.executable, "-m", "simulator", name, "--help"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def verdict(what: str, seconds: Sequence[float], most_s: float) -> bool:
    """Print a figure beside its target; return whether it is met."""
    middle = statistics.median(seconds)
    met = middle <= most_s
    reach = f"{min(seconds):.2f}–{max(seconds):.2f} in {len(seconds)}" if len(seconds) > 1 else "one start"
    print(
        f"  {'met   ' if met else 'MISSED'}  {what}: {middle:.2f} s ({reach}), at most {most_s:g} s",
        flush=True,
    )
    return met


def examine_large(path: Path, size: Size) -> bool:
    """Measure the analysis of one run of many samples."""
    count = size.levels * len(STRATEGIES) * ROUNDS * size.jobs
    print(f"One run of {count:,} samples, {path.stat().st_size / 1e6:.0f} MB", flush=True)
    seconds, peak = analysed(path, size.starts)
    met = verdict("its result document, from the database", seconds, ANALYSIS_S)
    fits = peak <= ANALYSIS_BYTES
    print(
        f"  {'met   ' if fits else 'MISSED'}  peak memory {peak / 1e6:.0f} MB, at most {ANALYSIS_BYTES / 1e6:.0f} MB"
    )
    return met & fits & verdict("report", command_s(REPORT, path, size.starts), ANALYSIS_S)


REPORT = ("-m", "simulator", "report", "last")


def examine_many(path: Path, size: Size, all_s: float = COMMAND_S) -> bool:
    """Measure the commands that look at many runs."""
    with Store.open(path, create=False) as store:
        count = len(store.runs())
    print(f"{count:,} runs, {path.stat().st_size / 1e6:.0f} MB", flush=True)
    met = verdict("runs", command_s(["-m", "simulator", "runs"], path, size.starts), COMMAND_S)
    listing = ["-m", "simulator", "runs", "--limit", "10000"]
    met &= verdict("runs, all of them", command_s(listing, path, size.starts), all_s)
    if has_command("compare"):
        # Every 18th run has the same cells. That one may be slower than the other is no matter here.
        compare = ["-m", "simulator", "compare", "last~18", "last"]
        met &= verdict("compare", command_s(compare, path, size.starts, allowed=(0, NOT_HELD)), COMMAND_S)
    return met & verdict("report last", command_s(REPORT, path, size.starts), COMMAND_S)


def examine_start(starts: int) -> bool:
    """Measure what a person waits for who asks for help, beyond the interpreter itself."""
    bare = command_s(["-c", "pass"], None, starts)
    seconds = command_s(["-m", "simulator", "--help"], None, starts)
    print("Start of the program")
    over = [taken - statistics.median(bare) for taken in seconds]
    return verdict("--help, beyond python -c pass", over, HELP_S)


def main() -> int:
    """Make, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--quick", action="store_true", help="little data: shows that it works, decides nothing"
    )
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="keep the databases there, and use those that are"
    )
    options = parser.parse_args()
    size = QUICK if options.quick else FULL
    with tempfile.TemporaryDirectory(prefix="simulator-bench-") as name:
        folder: Path = options.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        large, many, most = (folder / f"{name}.sqlite" for name in ("large", "many", "most"))
        for path, make in ((large, make_large), (many, make_many), (most, make_most)):
            if not path.exists():
                print(f"making {path.name} …", flush=True)
                make(path, size)
        met = examine_large(large, size)
        met &= examine_many(many, size)
        met &= examine_many(most, size, LONG_LIST_S)
        met &= examine_start(size.starts)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
