"""Does the program stand what nobody would do to it on purpose?

    python -m benchmarks.campaign [--seed N] [--quick] [--only STAGE …]

    fuzz   1,000 scenarios from the JSON Schema, wild ones and texts that are none among them, through `validate` and
           the plan of a run: a mistake is a sentence, never a traceback. 50 of those that are right are run.
    admin  1,000 requests to a mock server, most of them configurations: none is answered with 500, and it goes on.
    kill   50 runs of which the runner, a driver, one of its workers or the mock server gets SIGKILL at a random moment:
           the database is whole, at most one repetition is lost, nothing runs on; the run goes on where it was, and
           nothing lies about after the next one.
    disk   20 runs on a disk that is full after some bytes.
    crowd  a run beside 10,000 idle connections to its mock server and 1,000 that never end their request: it is valid,
           and no connection is lost.
    leak   600 repetitions in a row (`--repetitions 24000` for more): what each leaves of memory, open files and
           threads in the runner and in the mock server.

The same seed gives the same scenarios, requests and sizes of disks; the moments of kills are shares of how long a run
takes here. Half an hour; nothing that runs beside it changes what it finds. Ends with 1 where there is a fault.
"""

import argparse
import contextlib
import io
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from benchmarks.aftermath import World, ended, ended_badly, tell
from benchmarks.crowded import of_crowds
from benchmarks.fuzzed import as_text, drawn, scenarios, texts
from benchmarks.killed import ENDS, of_full_disks, of_kills
from benchmarks.leaking import of_leaks
from benchmarks.pestered import of_requests
from simulator.cli import exits
from simulator.cli.scenarios import validate_files
from simulator.experiment.design import design
from simulator.scenario.load import load
from simulator.scenario.problem import ScenarioError

STAGES = ("fuzz", "admin", "kill", "disk", "crowd", "leak")
Found = tuple[Counter[str], list[str]]
LITTLE = (
    "rounds=1",
    "in_flight=2",
    "parallelism=2",
    "budget=null",
    "precision=null",
    "refine=false",
    "job.duration=null",
    "job.pages=8",
    "job.warmup=1",
    "time_limit=10s",
    "server.content={kind: catalogue, count: 5, items: 2}",
    "expect=[]",
    "validity={min_window: 0ms, min_jobs_per_slot: 0, delay_tolerance: 1m, max_server_busy: 1000}",
)
"""What makes of a scenario a run of seconds; where it makes it wrong, that is told."""
_MOST_CELLS = 12
"""Of a scenario that is run."""
_SHOWN = 1_500


def of_fuzz(folder: Path, seed: int, cases: int, runs: int) -> Found:
    """Validate and plan so many scenarios, and run some of those that are right."""
    done, faults = Counter[str](), dict[str, str]()
    right: list[str] = []
    _beside(folder)
    with contextlib.chdir(folder):
        wild = cases // 3
        for strategy, number in ((scenarios(wild=False).map(as_text), cases - wild), (texts(), wild)):
            for text in drawn(strategy, seed, number):
                verdict, cells = _planned(Path("fuzzed.yaml"), text, faults)
                done[verdict] += 1
                if 0 < cells <= _MOST_CELLS:
                    right.append(text)
    told = [f"{fault}\n{text[:_SHOWN]}" for fault, text in faults.items()]
    world = World(folder)
    for number, text in enumerate(right[:: max(1, len(right) // max(runs, 1))][:runs]):
        tell(f"run {number + 1} of {runs}")
        (folder / "fuzzed.yaml").write_text(text, "utf-8")
        settings_ = [part for setting in LITTLE for part in ("--set", setting)]
        code, errors = ended(
            world.start("run", "fuzzed.yaml", "--quiet", "--json", "fuzzed.json", *settings_)
        )
        done[f"run, exit code {code}"] += 1
        wrong = (*ended_badly(code, errors, (*ENDS, exits.USAGE)), *world.end_all(), *world.lying_about())
        told += [f"run: {fault}\n{text[:_SHOWN]}" for fault in wrong]
    return done, told


def _planned(file: Path, text: str, faults: dict[str, str]) -> tuple[str, int]:
    """Do what `validate` does, then plan a run; return what came of it, and how many cells it has.

    Of each fault the shortest text is remembered.
    """
    file.write_text(text, "utf-8", errors="surrogatepass")
    try:
        with contextlib.redirect_stderr(io.StringIO()) as errors, contextlib.redirect_stdout(io.StringIO()):
            code = validate_files([file], (), None)
        if code == exits.USAGE:
            if errors.getvalue().strip():
                return "refused", 0
            raise AssertionError("refused without a word")  # noqa: TRY301 - told as all faults are
        cells = len(design(load(file, environ={})).cells)
    except (ScenarioError, exits.Stop):
        return "refused by the plan", 0
    except Exception as error:  # noqa: BLE001 - all that is looked for
        frame = traceback.extract_tb(error.__traceback__)[-1]
        fault = f"{type(error).__name__}: {str(error)[:200]} ({Path(frame.filename).name}:{frame.lineno})"
        if len(text) < len(faults.get(fault, text + " ")):
            faults[fault] = text
        return "broke", 0
    return "right", cells


def _beside(folder: Path) -> None:
    """Write what scenarios may name."""
    (folder / "pages").mkdir(exist_ok=True)
    for number in range(3):
        page = f"<!doctype html><title>{number}</title>" + f"<a href='/{number}'>more</a>" * 5
        (folder / "pages" / f"{number}.html").write_text(page, "utf-8")
    (folder / "delays.txt").write_text("1ms\n2ms\n", "utf-8")
    (folder / "mine.py").write_text("def parse(body):\n    return {'bytes': len(body)}\n", "utf-8")


def main() -> int:
    """Carry it out and print; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of all that is drawn")
    parser.add_argument("--quick", action="store_true", help="some of each, in seconds")
    parser.add_argument("--repetitions", type=int, default=600, metavar="N", help="in a row, for leaks")
    parser.add_argument("--only", choices=STAGES, nargs="+", default=STAGES, help="these stages alone")
    asked = parser.parse_args()
    cases, runs, kills, disks = (30, 0, 1, 1) if asked.quick else (1_000, 50, 50, 20)
    crowd = (100, 10) if asked.quick else (10_000, 1_000)
    stages: dict[str, Callable[[Path], Found]] = {
        "fuzz": lambda folder: of_fuzz(folder, asked.seed, cases, runs),
        "admin": lambda folder: of_requests(folder, asked.seed, cases),
        "kill": lambda folder: of_kills(folder, asked.seed, kills, quick=asked.quick),
        "disk": lambda folder: of_full_disks(folder, asked.seed, disks),
        "crowd": lambda folder: of_crowds(folder, *crowd, quick=asked.quick),
        "leak": lambda folder: of_leaks(folder, 4 if asked.quick else asked.repetitions),
    }
    print(f"seed {asked.seed}")
    wrong = 0
    for name, stage in stages.items():
        if name in asked.only:
            with tempfile.TemporaryDirectory(prefix="campaign-", ignore_cleanup_errors=True) as folder:
                try:
                    done, faults = stage(Path(folder))
                finally:  # also on Ctrl-C
                    World(Path(folder)).end_all(0.0)
            wrong += len(faults)
            tell("")
            print(f"{name}: {_listed(done)}; faults: {len(faults)}")
            for fault in faults:
                print(f"  {fault}")
            sys.stdout.flush()
    return 1 if wrong else 0


def _listed(done: "Counter[str]") -> str:
    return ", ".join(f"{what} {number}" for what, number in sorted(done.items()))


if __name__ == "__main__":
    sys.exit(main())
