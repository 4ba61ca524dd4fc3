"""How long a large report is waited for: made from the results database, and shown by a browser.

    python -m benchmarks.report [--quick] [--keep FOLDER]

A run of 200 cells × 5 rounds × 160 jobs is made in a temporary folder, of columns as a run leaves them, with
attribution, and its page is written by `simulator report --html` as a person starts it. Then Chromium, where there is
one, opens the file: from the beginning of the navigation until the first chart has marks in it.

Each time is the median of several. Exits 0 when every target is met, 1 when one is missed.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np

from benchmarks.browser import NoBrowserError, chromium
from benchmarks.store import STRATEGIES, command_s, environment, measures, samples, unsynchronised
from simulator.analysis.attribution import SHARES
from simulator.result.attribution import Attribution, JobTime
from simulator.result.calibration import Calibration
from simulator.result.repetition import Repetition
from simulator.result.run import PlannedCell, RunHeader
from simulator.store import Store

PAGE_S, PAGE_BYTES, CHART_S = 5.0, 4_000_000, 2.0
IN_FLIGHT = 8
BYTES_PER_MB = 1_000_000
FIRST_CHART = "section.figure .panel.chosen .chart svg path"


@dataclass(frozen=True)
class Size:
    """How much is made, and how often each thing is tried."""

    latencies: int
    costs: int
    rounds: int
    jobs: int
    starts: int


FULL = Size(latencies=10, costs=5, rounds=5, jobs=160, starts=3)
QUICK = Size(latencies=2, costs=2, rounds=3, jobs=40, starts=1)


def plan(size: Size) -> tuple[PlannedCell, ...]:
    """Return a cell for each strategy at each latency and parse cost."""
    cells = []
    for latency, cost, strategy in product(range(size.latencies), range(size.costs), STRATEGIES):
        levels = {"server.latency": f"{latency * 10}ms", "job.parse_cost": f"{cost + 1}ms"}
        place = f"{latency:05x}{cost:05x}"
        cells.append(
            PlannedCell(
                id=f"{strategy}-{place}",
                factors={**levels, "strategy": strategy, "in_flight": IN_FLIGHT},
                baseline_id=None if strategy == "sequential" else f"sequential-{place}",
                in_flight=1 if strategy == "sequential" else IN_FLIGHT,
                marked=False,
                unsupported=None,
            )
        )
    return tuple(cells)


def attribution(random: np.random.Generator, workers: int) -> Attribution:
    """Return shares that add up to 1."""
    shares = dict(zip(SHARES, map(float, random.dirichlet(np.full(len(SHARES), 4.0))), strict=True))
    return Attribution(workers=workers, **shares, residual=0.0, steal=0.01)


def way(random: np.random.Generator) -> JobTime:
    """Return the means of a job's stations (s)."""
    before, network, resume, to_parser, parse, back = (float(v) for v in random.lognormal(-6, 0.4, 6))
    return JobTime(
        before_server_s=before,
        network_s=network,
        resume_s=resume,
        to_parser_s=to_parser,
        parse_s=parse,
        back_s=back,
    )


def make(path: Path, size: Size) -> int:
    """Write the run to a new database; returns how many cells it has."""
    random = np.random.default_rng(5)
    cells = plan(size)
    varied = {
        "server.latency": [f"{latency * 10}ms" for latency in range(size.latencies)],
        "job.parse_cost": [f"{cost + 1}ms" for cost in range(size.costs)],
    }
    with Store.open(path) as store:
        unsynchronised(store)
        store.begin(
            RunHeader(
                "bbbbbbbb",
                "shop",
                {"name": "shop", "job": {"pages": size.jobs}, "vary": varied},
                size.rounds,
                {"machine": {"usable_cores": 2}, "command": "simulator run shop.yaml"},
                "2025-01-02T03:04:05+00:00",
                cells,
            )
        )
        for cell in cells:
            store.calibrated("bbbbbbbb", cell.id, Calibration(pages=200, parse_cpu_s=0.001))
        for round_, cell in product(range(size.rounds), cells):
            measured = replace(
                measures(random, size.jobs),
                attribution=attribution(random, cell.in_flight),
                job_time=way(random),
            )
            repetition = Repetition(
                cell.id, round_, "2025-01-02T03:04:06.000+00:00", "ok", None, measured,
                environment=environment(), took_s=1.5,
            )  # fmt: skip
            store.add("bbbbbbbb", repetition, samples(random, size.jobs, cell.in_flight))
        store.finish("bbbbbbbb", "complete")
    return len(cells)


def said(what: str, value: float, most: float, unit: str) -> bool:
    """Print a figure beside its target; return whether it is met."""
    met = value <= most
    print(
        f"  {'met   ' if met else 'MISSED'}  {what}: {value:.2f} {unit}, at most {most:g} {unit}", flush=True
    )
    return met


def first_chart_s(page: Path, starts: int) -> Sequence[float]:
    """Return the seconds from opening the page until a chart has marks, in a new context each time.

    Raises:
        NoBrowserError: there is none.
    """
    found = []
    with chromium() as browser:
        for _ in range(starts):
            context = browser.new_context()
            tab = context.new_page()
            began = time.perf_counter()
            tab.goto(page.as_uri(), wait_until="commit")
            tab.wait_for_selector(FIRST_CHART, state="attached", timeout=30_000)
            found.append(time.perf_counter() - began)
            context.close()
    return found


def examine(folder: Path, size: Size) -> bool:
    """Make the run if it is not there, write its page, look at it."""
    database, page = folder / "report.sqlite", folder / "report.html"
    if not database.exists():
        print(f"making {database.name} …", flush=True)
        make(database, size)
    cells = size.latencies * size.costs * len(STRATEGIES)
    print(f"A report of {cells} cells × {size.rounds} rounds", flush=True)
    command = ("-m", "simulator", "report", "last", "--html", str(page))
    met = said(
        "simulator report --html", statistics.median(command_s(command, database, size.starts)), PAGE_S, "s"
    )
    if not page.exists():
        print("  MISSED  it wrote no page", flush=True)
        return False
    met &= said("its size", page.stat().st_size / BYTES_PER_MB, PAGE_BYTES / BYTES_PER_MB, "MB")
    try:
        seconds = first_chart_s(page, size.starts)
    except NoBrowserError as error:
        print(f"  left out: the first chart in a browser: {error}", flush=True)
        return met
    return met & said("the first chart in Chromium", statistics.median(seconds), CHART_S, "s")


def main() -> int:
    """Make, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--quick", action="store_true", help="a small run: shows that it works, decides nothing"
    )
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="keep database and page there, and use what is there"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="simulator-bench-") as name:
        folder: Path = options.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        return 0 if examine(folder.absolute(), QUICK if options.quick else FULL) else 1


if __name__ == "__main__":
    sys.exit(main())
