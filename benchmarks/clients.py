"""What each HTTP client costs: writes the tables of docs/clients.md (`make clients`).

    python -m benchmarks.clients docs/clients.md [--quick]

Four minutes for each of plain and TLS with gzip, two for the contexts; nothing else should run meanwhile.
"""

import argparse
import platform
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from benchmarks.experiments import LENIENT, QUICK, measured, scenario_of
from simulator.driver.clients import CLIENTS
from simulator.environment.machine import usable_cores
from simulator.experiment.design import design
from simulator.result.document import CellResult, ResultDocument
from simulator.scenario.load import load
from simulator.scenario.model import Scenario
from simulator.stats.intervals import Interval, interval
from simulator.text.numbers import number, share

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ROOT / "scenarios" / "clients.yaml"
PLAIN: Mapping[str, tuple[str, ...]] = {"plain": (), "TLS, gzip": ("server.tls=true", "server.encoding=gzip")}
LITTLE = (
    "cases={standard: {job.client: {blocking: http.client, asyncio: aiohttp}}}",
    "expect=[]",
    "rounds=1",
    "job.pages=32",
    "validity.min_window=0ms",
    "validity.min_jobs_per_slot=0",
    "validity.delay_tolerance=1m",
    "validity.max_server_busy=1000",
)
PART = re.compile(r"(?<=^<!--make clients-->\n)(.*?)(?=^<!--end-->$)", re.MULTILINE | re.DOTALL)
STANDARD = {"threads": "http.client", "asyncio": "aiohttp"}
KINDS = {"threads": "blocks", "asyncio": "on a loop"}
MANY = 16
_OF_TIME = ("on CPU", "waiting for a core", "stalled")
"""Shares of the workers' time."""
CONTEXTS = """
name: contexts
server: {latency: 20ms, tls: true}
job:
  client: {blocking: http.client, asyncio: aiohttp}
  parser: spin
  parse_cost: 0ms
strategies: [threads, asyncio]
in_flight: 16
contrast: case
rounds: %d
cases:
  a connection kept by each worker: {job.connections: per_worker}
  a connection for each request: {job.connections: per_request}
  a connection and a context for each request: {job.connections: per_request, job.tls_context: per_request}
"""


def cost_us(cell: CellResult | None) -> Interval | None:
    """Return the CPU of a request (us) with its interval over the valid rounds."""
    if cell is None:
        return None
    found = [one.measures.cpu_per_page_s for one in cell.repetitions if one.status == "ok" and one.measures]
    return interval([value * 1e6 for value in found if value])


def told(found: Interval | None, why: str = "not measured") -> str:
    """Return what a table says of it."""
    if found is None:
        return why
    return f"{number(found.median)} ({number(found.low)}–{number(found.high)})"


def why_not(cell: CellResult | None) -> str:
    """Return in a few words why a cell has no number."""
    return "not measured" if cell is None else {"unsupported": "not here"}.get(cell.status, cell.status)


def client_rows(documents: Sequence[ResultDocument]) -> list[list[str]]:
    """Return a row for each client and kind: alone and at 16 in flight, of each document."""
    rows = []
    cells = [{(c.factors["case"], c.strategy, c.in_flight): c for c in one.cells} for one in documents]
    keys = dict.fromkeys((case, strategy) for case, strategy, _ in cells[0] if strategy in KINDS)
    for case, strategy in sorted(keys, key=lambda key: [*KINDS].index(key[1])):
        name = STANDARD[strategy] if case == "standard" else case
        row = [f"`{name}`", KINDS[strategy]]
        for one in cells:
            for in_flight in (1, MANY):
                cell = one.get((case, strategy, in_flight))
                row.append(told(cost_us(cell), why_not(cell)))
        rows.append(row)
    return rows


def context_rows(document: ResultDocument) -> list[list[str]]:
    """Return a row for each way of having connections and strategy: pages/s, CPU of a request, where time went."""
    rows = []
    for cell in document.cells:
        if cell.strategy not in KINDS:
            continue
        times = cell.attribution
        lag = cell.loop_lag_s and cell.loop_lag_s.p99
        rows.append(
            [
                str(cell.factors["case"]),
                cell.strategy,
                told(cell.throughput_per_s, why_not(cell)),
                told(cost_us(cell), why_not(cell)),
                *([""] * 3 if times is None else map(share, (times.fetch_cpu, times.run_queue, times.stall))),
                f"{number(lag * 1e3)} ms" if lag else "",
            ]
        )
    return rows


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [f"| {' | '.join(headings)} |", f"|{'---|' * len(headings)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"


def where(document: ResultDocument) -> str:
    """Say on what it was measured."""
    found = (cell.environment.get("libraries") for cell in document.cells)
    libraries: Mapping[str, str] = next((one for one in found if one), {})
    of_clients = {package for library in CLIENTS.values() for package in library.packages}
    versions = ", ".join(
        f"{name} {version}" for name, version in sorted(libraries.items()) if name in of_clients
    )
    system = f"{platform.system()} {platform.machine()}, {usable_cores()} cores, Python {platform.python_version()}"
    return f"Measured on {system}; {versions}."


def part(plain: Sequence[ResultDocument], headings: Sequence[str], contexts: ResultDocument | None) -> str:
    """Return what stands in the document."""
    columns = [f"{heading}, {how}" for heading in headings for how in ("alone", f"{MANY} in flight")]
    found = [where(plain[0]), "", "CPU of a request (µs), with its 95 % interval:", ""]
    found.append(table(["client", "", *columns], client_rows(plain)))
    if contexts is not None:
        found += [f"https, {MANY} in flight, 20 ms away, `http.client` and `aiohttp`:", ""]
        headings = [
            "connections",
            "strategy",
            "pages/s",
            "CPU of a request (µs)",
            *_OF_TIME,
            "loop lag p99",
        ]
        found.append(table(headings, context_rows(contexts)))
    return "\n" + "\n".join(found) + "\n"


def has_tls(scenario: Scenario) -> bool:
    """Whether servers of this program speak https."""
    return "tls" in type(scenario.server).model_fields


def main(arguments: Sequence[str]) -> int:
    """Write the tables of the file that is named."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path)
    parser.add_argument(
        "--quick", action="store_true", help="half a minute instead of ten; its figures mean nothing"
    )
    options = parser.parse_args(arguments)
    if options.quick:
        print(QUICK)
    little = LITTLE if options.quick else ()
    with_tls = has_tls(load(SHIPPED))
    headings = list(PLAIN) if with_tls else ["plain"]
    documents = [
        measured(design(load(SHIPPED, overrides=(*PLAIN[heading], *little)), rerun=not options.quick))
        for heading in headings
    ]
    contexts = None
    if with_tls:
        text = CONTEXTS % (1 if options.quick else 3)
        if options.quick:
            text = text.replace("parse_cost: 0ms", "parse_cost: 0ms\n  pages: 32") + LENIENT
        contexts = measured(design(scenario_of(text, "contexts"), rerun=not options.quick))
    written = PART.sub(lambda _: part(documents, headings, contexts), options.file.read_text("utf-8"))
    options.file.write_text(written, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
