"""Do hybrids reach what the machine allows?

    python -m benchmarks.hybrids

Runs scenarios/hybrids.yaml, whose two bounds lie a factor of two or more apart: the cores that the server leaves, over
the CPU of a page, and the jobs in flight, over the response time of one alone. Passed: the better of
`processes_of_asyncio` and `asyncio_to_processes` reaches 85 % of the lower bound. About two minutes.
"""

import sys
from dataclasses import replace
from pathlib import Path

from simulator import environment
from simulator.cli.run import Options, load_scenario, prepare_experiment
from simulator.experiment.experiment import Progress
from simulator.result.document import CellResult
from simulator.runner.driver_process import default_python

FILE = Path(__file__).parent.parent / "scenarios" / "hybrids.yaml"
HYBRIDS = ("processes_of_asyncio", "asyncio_to_processes")
ENOUGH, APART = 0.85, 2.0


def bounds_per_s(cell: CellResult, alone: CellResult, cores: int) -> tuple[float, float]:
    """Return what the cores and what the jobs in flight allow (pages/s). Raises ValueError where one is not known."""
    server = cell.server.cpu_cores if cell.server is not None else None
    if server is None or cell.cpu_per_page_s is None or alone.response_time_s is None:
        raise ValueError(f"{cell.id}: CPU cannot be read on this system")
    response_s = alone.response_time_s.p50
    if response_s is None:
        raise ValueError(f"{alone.id}: too few samples")
    return (cores - server) / cell.cpu_per_page_s, cell.in_flight / response_s


def main() -> int:
    """Measure and print; returns the exit code."""
    options = Options(FILE, (), None, None, None, None, None)
    scenario = load_scenario(FILE, ())

    def tell(progress: Progress) -> None:
        sys.stderr.write(f"\r{progress.done}/{progress.planned} {progress.doing:70.70}")

    experiment = replace(prepare_experiment(scenario, options, default_python()), progress=tell)
    experiment.run()
    sys.stderr.write("\r" + " " * 100 + "\r")
    by_name = {str(cell.factors["strategy"]): cell for cell in experiment.document().cells}
    best = 0.0
    for name, cell in by_name.items():
        if cell.throughput_per_s is None or name == "sequential":
            print(f"{name:22} {cell.status} {cell.reason or ''}")
            continue
        by_cores, by_flight = bounds_per_s(cell, by_name["sequential"], environment.usable_cores())
        share = cell.throughput_per_s.median / min(by_cores, by_flight)
        apart = max(by_cores, by_flight) / min(by_cores, by_flight)
        print(
            f"{name:22} {cell.throughput_per_s.median:6.1f} pages/s, {share:4.0%} of the lower bound"
            f" (cores {by_cores:.0f}, in flight {by_flight:.0f} pages/s: {apart:.1f} apart)"
        )
        if name in HYBRIDS and apart >= APART:
            best = max(best, share)
    print(
        f"best hybrid: {best:.0%} of the bound, {ENOUGH:.0%} wanted: {'met' if best >= ENOUGH else 'MISSED'}"
    )
    return best < ENOUGH


if __name__ == "__main__":
    sys.exit(main())
