"""How quick the model is: its simulation, its mean values, and what it says of a million jobs in flight.

    python -m benchmarks.model [--quick]

The simulation is timed as it is and, where numba is installed, compiled. Of several times the least counts: whatever
disturbs only makes it longer. Exits 0 when every target is met, 1 when one is missed.
"""

import argparse
import sys
import time
from collections.abc import Callable
from itertools import islice, product

from simulator.model import simulation
from simulator.model.compiled import compiled_run
from simulator.model.demands import Demand, Demands
from simulator.model.means import means
from simulator.model.network import Network, network
from simulator.model.shape import Machine, Shape
from simulator.model.simulation import simulate
from simulator.text.numbers import duration, rate

JOBS_PER_S, MEANS_S, MILLION_S = 200_000, 1.0, 0.01
CELLS, MILLION = 10_000, 1_000_000
IN_FLIGHT = 8
TRIES = 3


def needed(wait_s: float, parse_s: float) -> Demands:
    """Return what a job needs of a small client, a server beside it, and a parse under the GIL."""
    return Demands(
        waits_s=(wait_s,),
        client_held=Demand(0.0003),
        client_free=Demand(0.0001),
        parse_held=Demand(parse_s),
        transport=Demand(0.0001),
        server=Demand(0.0001),
    )


def threads(in_flight: int) -> Network:
    """Return threads that wait 20 ms and parse 5 ms."""
    return network(Shape("none", (in_flight,), loop=False), needed(0.02, 0.005), Machine(2))


def cells(count: int) -> list[Network]:
    """Return cells as a map of latency and parse cost has them, with up to 64 in flight."""
    points = product(range(100), range(50), (8, 64), (False, True))
    return [
        network(Shape("none", (in_flight,), loop=loop), needed(0.001 * latency, 0.0005 * cost), Machine(2))
        for latency, cost, in_flight, loop in islice(points, count)
    ]


def least_s(work: Callable[[], object]) -> float:
    """Return how long it takes when it is disturbed least."""
    took = []
    for _ in range(TRIES):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return min(took)


def jobs_per_s(jobs: int, *, compiled: bool) -> float:
    """Return simulated jobs per second of real time."""
    compiled_run.cache_clear()
    simulation.WORTH_COMPILING = 0 if compiled else sys.maxsize
    made = threads(IN_FLIGHT)
    simulate(made, jobs=IN_FLIGHT, seed=1)
    return jobs / least_s(lambda: simulate(made, jobs=jobs, seed=1))


def main() -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a hundredth of the work, for a test")
    share = 100 if parser.parse_args().quick else 1
    plain = jobs_per_s(20_000 // share, compiled=False)
    print(f"simulated as it is:       {rate(plain, 'jobs')}")
    fastest = plain
    if share == 1:
        fastest = jobs_per_s(1_000_000, compiled=True)
        there = "compiled by numba" if compiled_run() else "numba is not here "
        print(f"simulated, {there}: {rate(fastest, 'jobs')} (target {rate(JOBS_PER_S, 'jobs')})")
    made = cells(CELLS // share)
    solved_s = least_s(lambda: means(made))
    print(f"mean values of {len(made)} cells: {duration(solved_s)} (target {duration(MEANS_S)})")
    many = threads(MILLION)
    million_s = least_s(lambda: means([many]))
    print(f"a million in flight:      {duration(million_s)} (target {duration(MILLION_S)})")
    met = fastest >= JOBS_PER_S and solved_s <= MEANS_S and million_s <= MILLION_S
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
