"""Scrapy beside our asyncio: the same server, parser and number in flight, in alternating pairs; pages/s and CPU.

    python -m benchmarks.foreign [--quick]

What it shows is not who is better (a framework does far more), but whether a number of this program is one that a
person's own crawler would come near to. Scrapy is installed into an environment of its own, once.
"""

import argparse
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.experiments import QUICK
from benchmarks.pairs import alternate
from simulator.analysis.measures import measure
from simulator.result.observation import Observed
from simulator.runner.job import Amount
from simulator.runner.repetition import run_repetition
from simulator.runner.servers import Server, Servers
from simulator.runtimes.environments import Environments, default_cache
from simulator.runtimes.facts import ask
from simulator.scenario.cells import Cell, expand
from simulator.scenario.load import load_text

HERE = Path(__file__).resolve().parent
IN_FLIGHT = 16
SCENARIO = """
name: foreign
server: {latency: %s, content: {kind: catalogue, count: 50, items: 40}}
job:
  client: {blocking: http.client, asyncio: aiohttp}
  parser: lxml
  pages: %d
strategies: [asyncio]
in_flight: %d
"""


@dataclass(frozen=True)
class Figures:
    """Of one run."""

    pages_per_s: float
    cpu_per_page_s: float


def ours(cell: Cell, server: Server) -> Figures:
    """Run the driver once. Raises RuntimeError where it gives no numbers."""
    outcome = run_repetition(
        cell,
        server,
        round_=0,
        python=sys.executable,
        amount=Amount(),
        seed=0,
        import_path=(),
        time_limit_s=120,
    )
    if not isinstance(outcome, Observed):
        raise RuntimeError(outcome.reason)  # noqa: TRY004 - it is what became of the run
    found = measure(outcome, "equal")
    return Figures(found.throughput_per_s, found.cpu_per_page_s or 0.0)


def scrapys(python: str, server: Server, pages: int) -> Figures:
    """Run the spider once."""
    command = [python, str(HERE / "scrapy_job.py"), server.url, str(IN_FLIGHT), str(pages), str(HERE.parent)]
    done = subprocess.run(command, capture_output=True, check=True, text=True, timeout=120)
    return Figures(**json.loads(done.stdout))


def main() -> None:
    """Print both ratios, for a page that waits and one that does not."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pairs", type=int, default=10)
    parser.add_argument("--pages", type=int, default=1600)
    parser.add_argument("--quick", action="store_true", help="a pair of a few pages; decides nothing")
    options = parser.parse_args()
    if options.quick:
        print(QUICK)
        options.pairs, options.pages = 1, 160
    scrapy = Environments(default_cache({}), "").python(
        sys.executable, ask(sys.executable), ["scrapy", "lxml"], lambda: print("installing Scrapy")
    )
    with Servers() as servers:
        for latency in ("0ms", "40ms"):
            scenario = load_text(SCENARIO % (latency, options.pages, IN_FLIGHT), "foreign", HERE)
            cell = next(cell for cell in expand(scenario, 2) if cell.factors["strategy"] == "asyncio")
            server = servers.serving(cell.server)
            seen: dict[str, list[Figures]] = {"asyncio": [], "scrapy": []}

            def one(
                cell: Cell = cell, server: Server = server, kept: list[Figures] = seen["asyncio"]
            ) -> float:
                kept.append(ours(cell, server))
                return kept[-1].pages_per_s

            def other(server: Server = server, kept: list[Figures] = seen["scrapy"]) -> float:
                kept.append(scrapys(scrapy, server, options.pages))
                return kept[-1].pages_per_s

            ratio = alternate(one, other, options.pairs)
            print(f"latency {latency}, {IN_FLIGHT} in flight: pages/s of asyncio over Scrapy's × {ratio}")
            for name, figures in seen.items():
                middle = sorted(figures, key=lambda each: each.pages_per_s)[len(figures) // 2]
                print(
                    f"  {name}: {middle.pages_per_s:,.0f} pages/s, CPU {middle.cpu_per_page_s * 1e3:.2f} ms a page",
                    flush=True,
                )


if __name__ == "__main__":
    main()
