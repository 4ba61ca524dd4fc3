"""A plan of 60 cells on two groups of CPUs, by a Dask cluster of this machine, and on one: the same verdicts?

    python -m benchmarks.on_dask [--rounds N] [--window DURATION] [--quick]

Both runs are `simulator run --on dask` with workers that have a CPU each, so that only the number of groups differs.
Prints every contrast of both, and which machine measured it. A verdict may be less sure in one of them (`cannot tell`,
`a little faster` beside `faster`); what must not be is that both are sure and say different things.

Exits 0 where none contradicts the other, 1 where one does, 2 where there are fewer than two CPUs.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from simulator.judging.document import read
from simulator.result.document import ResultDocument
from simulator.stats.contrasts import Contrast
from simulator.text.numbers import NONE, factor

SCENARIO = """
name: sixty cells
server: {{content: {{kind: catalogue, count: 20, items: 2}}}}
job: {{client: {{blocking: http.client, asyncio: aiohttp}}, parser: spin}}
strategies: [threads, asyncio, processes]
in_flight: 8
parallelism: 1
rounds: {rounds}
validity: {{min_window: {window}}}
vary:
  server.latency: [{latencies}]
  job.parse_cost: [{costs}]
"""
LATENCIES, QUICK_LATENCIES = "2ms, 10ms, 40ms", "10ms"
COSTS, QUICK_COSTS = "0ms, 500us, 2ms, 5ms, 15ms", "0ms, 2ms, 15ms"
ROUNDS, QUICK_ROUNDS = 5, 3
WINDOW, QUICK_WINDOW = "500ms", "200ms"
GROUPS = ("left", "right")
STARTED_S = 60.0
SCHEDULER = "from distributed.cli.dask_scheduler import main; main()"
WORKER = (
    "import os, sys; os.sched_setaffinity(0, {int(sys.argv.pop())});"
    " from distributed.cli.dask_worker import main; main()"
)
VARIED = ("server.latency", "job.parse_cost")
SURE = ("faster", "a little faster", "as fast")


@contextmanager
def cluster(folder: Path, cpus: Sequence[int]) -> Iterator[str]:
    """Start a scheduler, and a worker on each of these CPUs; yields the scheduler's address."""
    file = folder / "scheduler.json"
    with ExitStack() as stack:
        words = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)]
        _start(stack, folder / "scheduler.txt", SCHEDULER, *words)
        told = []
        for name, cpu in zip(GROUPS, cpus, strict=False):
            more = ["--scheduler-file", str(file), "--host", "127.0.0.1", "--name", name, "--nthreads", "1"]
            more += ["--no-nanny", "--no-dashboard", "--resources", "simulator=1", str(cpu)]
            told.append(_start(stack, folder / f"{name}.txt", WORKER, *more))
        deadline = time.monotonic() + STARTED_S
        while not all("Registered to" in says.read_text("utf-8") for says in told):
            if time.monotonic() > deadline:
                raise TimeoutError(f"the cluster did not start; what it says is in {folder}")
            time.sleep(0.05)
        yield str(json.loads(file.read_text("utf-8"))["address"])


def _start(stack: ExitStack, says: Path, code: str, *words: str) -> Path:
    process = subprocess.Popen(
        [sys.executable, "-c", code, *words],
        cwd=says.parent,
        stdin=subprocess.DEVNULL,
        stdout=stack.enter_context(says.open("wb")),
        stderr=subprocess.STDOUT,
    )
    stack.callback(process.wait)
    stack.callback(process.terminate)
    return says


def measured(scenario: str, cpus: Sequence[int], *more: str) -> ResultDocument:
    """Return the document of a run that is spread over a group for each of these CPUs, with these further options."""
    with tempfile.TemporaryDirectory(prefix="simulator-on-dask-") as name:
        folder = Path(name)
        (folder / "sixty.yaml").write_text(scenario, encoding="utf-8")
        with cluster(folder, cpus) as address:
            words = ["run", "sixty.yaml", "--on", "dask", "--scheduler", address, "--json", "r.json"]
            command = [sys.executable, "-m", "simulator", *words, "--store", "r.sqlite", "--quiet", *more]
            subprocess.run(command, cwd=folder, check=False, stdout=subprocess.DEVNULL)
        return read((folder / "r.json").read_text("utf-8"))


def contrasts(document: ResultDocument) -> Mapping[frozenset[str], Contrast]:
    """Return the contrasts by the two cells that each compares."""
    return {frozenset((c.of, c.over)): c for group in document.combinations for c in group.contrasts}


def contradict(one: Contrast, other: Contrast) -> bool:
    """Whether both are sure and say different things: another is faster, or it is not even a little faster."""
    if one.verdict not in SURE or other.verdict not in SURE:
        return False
    if one.of != other.of:
        return "as fast" not in (one.verdict, other.verdict)
    return {one.verdict, other.verdict} == {"faster", "as fast"}


def compared(on_two: ResultDocument, on_one: ResultDocument) -> int:
    """Print both beside one another; returns how many contradict."""
    ones, wrong, same, shared = contrasts(on_one), 0, 0, 0
    cells = {cell.id: cell for cell in on_two.cells}
    for key, two in contrasts(on_two).items():
        one = ones.get(key)
        if one is None:
            continue  # another cell is the best: the two are set beside each other in another pair
        shared += 1
        bad = contradict(two, one)
        wrong += bad
        same += (two.of, two.verdict) == (one.of, one.verdict)
        ratios = [NONE if each.ratio is None else factor(each.ratio.median) for each in (two, one)]
        of, over, first = (cells[cell_id] for cell_id in (two.of, two.over, one.of))
        print(
            f"{of.environment['machine']['name']:6} {', '.join(str(of.factors[path]) for path in VARIED)}:"
            f" {of.name} over {over.name} {two.verdict} ({ratios[0]}×);"
            f" on one: {first.name} {one.verdict} ({ratios[1]}×){'  CONTRADICTS' if bad else ''}"
        )
    best = {
        tuple(sorted(group.cells)): group.recommended for group in on_one.combinations if group.recommended
    }
    agreed = sum(best.get(tuple(sorted(group.cells))) == group.recommended for group in on_two.combinations)
    print(f"{shared} contrasts in both, {same} with the same verdict, {wrong} contradict")
    print(f"{agreed} of {len(on_two.combinations)} combinations with the same recommendation")
    return wrong


def main(arguments: Sequence[str] | None = None) -> int:
    """Run both."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--window", help="shortest window of a repetition")
    parser.add_argument(
        "--quick", action="store_true", help="12 cells, fewer rounds, none again, shorter windows"
    )
    asked = parser.parse_args(arguments)
    cpus = sorted(os.sched_getaffinity(0))[: len(GROUPS)]
    if len(cpus) < len(GROUPS):
        print("two groups need two CPUs", file=sys.stderr)
        return 2
    scenario = SCENARIO.format(
        rounds=asked.rounds or (QUICK_ROUNDS if asked.quick else ROUNDS),
        window=asked.window or (QUICK_WINDOW if asked.quick else WINDOW),
        latencies=QUICK_LATENCIES if asked.quick else LATENCIES,
        costs=QUICK_COSTS if asked.quick else COSTS,
    )
    documents = []
    for used in (cpus, cpus[:1]):
        began = time.monotonic()
        documents.append(measured(scenario, used, *(["--no-rerun"] if asked.quick else [])))
        cells = documents[-1].cells
        valid = sum(cell.status == "ok" for cell in cells)
        print(
            f"{len(used)} group{'s' if len(used) > 1 else ''}: {valid} of {len(cells)} cells valid,"
            f" {time.monotonic() - began:.0f} s"
        )
    return 1 if compared(*documents) else 0


if __name__ == "__main__":
    sys.exit(main())
