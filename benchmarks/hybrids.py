"""Do hybrids reach what the machine allows?

    python -m benchmarks.hybrids [--quick]

Runs scenarios/hybrids.yaml, whose two bounds lie a factor of two or more apart: the cores that the server leaves, over
the CPU of a page, and the jobs in flight, over the response time of one alone. Passed: the better of
`processes_of_asyncio` and `asyncio_to_processes` reaches 85 % of the lower bound. About two minutes.
"""

import sys
from pathlib import Path

from benchmarks.experiments import LENIENT, asked_quick, measured
from simulator import environment
from simulator.experiment.design import design
from simulator.result.document import CellResult
from simulator.scenario.load import load

FILE = Path(__file__).parent.parent / "scenarios" / "hybrids.yaml"
HYBRIDS = ("processes_of_asyncio", "asyncio_to_processes")
ENOUGH, APART = 0.85, 2.0
QUICK = (
    *("rounds=1", "server.latency=2ms", "job.pages=24", "job.parse_cost=null", "in_flight=2", "expect=[]"),
    "strategies=[asyncio_to_processes]",
    LENIENT.replace(": ", "=", 1),
)
"""Settings that make a moment of it."""


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
    scenario = load(FILE, overrides=QUICK if asked_quick(__doc__) else ())
    document = measured(design(scenario))
    by_name = {str(cell.factors["strategy"]): cell for cell in document.cells}
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
