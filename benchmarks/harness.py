"""What the harness costs: the same fetches by the driver and by a script written by hand, in alternating pairs.

    python -m benchmarks.harness [--quick]

A 9 kB page, no delay, no parsing: whatever the driver adds is at its largest share of the work here.

Both sides run with an allocator that keeps what it is given back: by default glibc returns the top of the heap to the
system and takes it again, four page faults a request or none, by luck of the heap's layout (measured: 105 or 83 us
CPU per request in runs of one and the same script), which would drown the percent that is looked for.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.experiments import QUICK
from benchmarks.pairs import Ratio, alternate
from simulator.runner.driver_process import DriverProcess
from simulator.runner.job import Amount, job_file
from simulator.runner.servers import Server, Servers
from simulator.scenario.cells import Cell, expand
from simulator.scenario.load import load_text

HERE = Path(__file__).resolve().parent
SCENARIO = """
name: harness
server: {latency: 0ms, content: {kind: catalogue, count: 20, items: 8}}
job:
  client: {blocking: http.client, asyncio: aiohttp}
  parser: spin
  parse_cost: 0ms
  pages: %d
strategies: [%s]
in_flight: %d
"""


def cell_of(strategy: str, in_flight: int, pages: int) -> Cell:
    """Return the cell that the driver runs."""
    scenario = load_text(SCENARIO % (pages, strategy, in_flight), "harness", HERE)
    return next(cell for cell in expand(scenario, 2) if cell.factors["strategy"] == strategy)


def driver_rate(cell: Cell, server: Server, *, instrument: bool = True) -> float:
    """Return pages/s of one run of the driver, from its "go" until all its workers are parked."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        output = folder / "samples.json"
        job = job_file(
            cell,
            mode="measure",
            base_url=server.url,
            amount=Amount(units=0),
            seed=0,
            import_path=(),
            output=output,
            instrument=instrument,
        )
        with DriverProcess(sys.executable, job, folder, time_limit_s=120) as driver:
            driver.wait_for("ready")
            driver.send("go")
            parked_ns: int = driver.wait_for("parked")["parked_ns"]
            driver.send("release")
            driver.wait_for("emptied")
            driver.send("describe")
            driver.wait_for("described")
            driver.finish()
        go_ns: int = json.loads(output.read_text())["go_ns"]
    return (cell.job.counted or 0) * 1e9 / (parked_ns - go_ns)


def bare_rate(script: str, server: Server, in_flight: int, pages: int) -> float:
    """Return pages/s of one run of the script."""
    command = [sys.executable, str(HERE / script), server.url, str(in_flight), str(pages)]
    return float(subprocess.run(command, capture_output=True, check=True, text=True, timeout=120).stdout)


def main() -> None:
    """Print each ratio; exit 1 where one misses what is promised."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pairs", type=int, default=40)
    parser.add_argument("--pages", type=int, default=3000)
    parser.add_argument("--quick", action="store_true", help="a pair of a few pages; decides nothing")
    options = parser.parse_args()
    if options.quick:
        print(QUICK)
        options.pairs, options.pages = 1, 100
    os.environ |= {"MALLOC_TRIM_THRESHOLD_": str(1 << 28), "MALLOC_TOP_PAD_": str(1 << 25)}
    missed = False
    with Servers() as servers:
        for strategy, script, in_flight in (
            ("asyncio", "bare_asyncio.py", 64),
            ("threads", "bare_threads.py", 16),
        ):
            cell = cell_of(strategy, in_flight, options.pages)
            server = servers.serving(cell.server)
            against = alternate(
                lambda cell=cell, server=server: driver_rate(cell, server),  # type: ignore[misc]
                lambda script=script, server=server, n=in_flight: bare_rate(script, server, n, options.pages),  # type: ignore[misc]
                options.pairs,
            )
            missed |= tell(f"{strategy}, {in_flight} in flight: driver / script by hand", against, 0.97)
            clocks = alternate(
                lambda cell=cell, server=server: driver_rate(cell, server),  # type: ignore[misc]
                lambda cell=cell, server=server: driver_rate(cell, server, instrument=False),  # type: ignore[misc]
                options.pairs,
            )
            missed |= tell(f"{strategy}, {in_flight} in flight: instrumentation on / off", clocks, 0.98)
    sys.exit(missed)


def tell(what: str, ratio: Ratio, least: float) -> bool:
    """Print one line and return whether the promise was missed."""
    missed = ratio.median < least
    print(f"{what}: throughput × {ratio}, promised ≥ {least}{': MISSED' if missed else ''}", flush=True)
    return missed


if __name__ == "__main__":
    main()
