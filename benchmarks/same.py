"""Does the program call a difference where there is none? Two copies of each strategy, interleaved by round.

    python -m benchmarks.same [--quick]

Twelve combinations of latency and parse cost, three strategies each twice: 36 ratios of a thing to itself. Passed: at
least 90 % of their 95 % intervals contain 1. About 12 minutes.
"""

import sys

from benchmarks.experiments import LENIENT, asked_quick, measured, scenario_of
from simulator.analysis.findings import ratio
from simulator.experiment.design import design
from simulator.stats.intervals import differs

SCENARIO = """
name: same
seed: 1
server: {content: {kind: catalogue, count: 100, items: 8}}
job: {client: {blocking: http.client, asyncio: aiohttp}, parser: spin}
strategies:
  - threads
  - {name: threads again, base: threads}
  - asyncio
  - {name: asyncio again, base: asyncio}
  - processes
  - {name: processes again, base: processes}
in_flight: 4
rounds: 5
budget: 14m
vary:
  server.latency: [0ms, 5ms, 20ms, 60ms]
  job.parse_cost: [1ms, 5ms, 15ms]
"""
QUICK = f"""
name: same
seed: 1
server: {{content: {{kind: catalogue, count: 5, items: 2}}, latency: 2ms}}
job: {{client: {{blocking: http.client, asyncio: aiohttp}}, parser: spin, parse_cost: 1ms, pages: 20}}
strategies: [threads, {{name: threads again, base: threads}}]
in_flight: 2
rounds: 3
{LENIENT}
"""
AGREE = 0.9


def main() -> int:
    """Measure and print; returns the exit code."""
    quick = asked_quick(__doc__)
    document = measured(design(scenario_of(QUICK if quick else SCENARIO, "same")))
    by_factors = {
        tuple(sorted((k, str(v)) for k, v in cell.factors.items())): cell for cell in document.cells
    }
    told = missing = same = 0
    for cell in document.cells:
        strategy = str(cell.factors["strategy"])
        twin = by_factors.get(
            tuple(sorted((k, str(v)) for k, v in {**cell.factors, "strategy": f"{strategy} again"}.items()))
        )
        if twin is None:
            continue
        found = ratio(cell, twin)
        if found is None or found.kind == "range":
            missing += 1
            print(f"{cell.id}: too few valid rounds ({cell.reason or twin.reason or 'some invalid'})")
            continue
        told += differs(found)
        same += not differs(found)
        if differs(found):
            print(f"{cell.id}: {found.median:.3f} ({found.low:.3f} to {found.high:.3f})")
    share = same / (same + told) if same + told else 0.0
    print(
        f"{same} of {same + told} ratios of a thing to itself not told apart ({share:.0%}); {missing} not measured"
    )
    return 0 if share >= AGREE else 1


if __name__ == "__main__":
    sys.exit(main())
