"""How many jobs one machine holds in flight: throughput, delay error, memory and CPU of both sides, and the prediction.

    python -m benchmarks.scale [--in-flight N …] [--client NAME …] [--strategy NAME] [--latency 5s] [--quick]

Each row is a run of one cell: a ramp as long as the latency, then ten jobs for each one in flight. Without options one
loop holds as many as a process may have open files for, or 50,000 where that is more, then processes of loops hold
50,000; each with aiohttp and with a bare connection.

Exits 0 where every row is valid with a delay error p99 of 10 ms at most, 1 where one is not.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from math import ceil

from benchmarks.experiments import LENIENT, QUICK, Line, scenario_of
from mockserver.units import parse_duration
from simulator.experiment.connections import PORTS_SHARE, SPARE_FILES, Room
from simulator.experiment.design import Design, design, planned_cells
from simulator.experiment.experiment import Experiment
from simulator.experiment.preparation import Ready
from simulator.experiment.turns import Watching
from simulator.result.document import CellResult
from simulator.result.observation import Broken, Observed
from simulator.runner.observe import memory
from simulator.runner.servers import Servers
from simulator.text.numbers import duration, number

MANY = 50_000
LATENCY, QUICK_LATENCY = "5s", "400ms"
TURNS, QUICK_TURNS = 10, 3
"""Jobs for each one in flight."""
FEW = 2_000
"""In flight where it is quick."""
MOST_ERROR_S = 0.010
ONE, SEVERAL = "asyncio", "processes_of_asyncio"
CLIENTS = ("aiohttp", "socket")
LEAST_WORKERS = 4
"""Of the server: one keeps the moments of 131,072 requests."""
KB = 1_000
SCENARIO = """
name: scale
server:
  latency: {latency}
  content: {{kind: catalogue, count: 20, items: 0}}
  workers: {workers}
  addresses: {addresses}
job: {{client: {client}, parser: spin, parse_cost: 0ms, pages: {pages}, ramp: {latency}, warmup: 0}}
strategies: [{{name: {strategy}, base: {strategy}, loop: {loop}{parallelism}}}]
in_flight: {in_flight}
rounds: 1
time_limit: 20m
{validity}
"""


@dataclass(frozen=True)
class Row:
    """What one run is of."""

    strategy: str
    client: str
    in_flight: int
    latency: str
    turns: int
    loop: str
    processes: int
    """Of the strategy, where it has any."""

    def scenario(self, room: Room, *, lenient: bool) -> str:
        """Return its text: the server gets as many processes and addresses as the connections need."""
        files = self.in_flight if room.files is None else room.files - SPARE_FILES
        ports = self.in_flight if room.ports is None else int(room.ports * PORTS_SHARE)
        return SCENARIO.format(
            latency=self.latency,
            workers=max(LEAST_WORKERS, ceil(self.in_flight / files)),
            addresses=ceil(self.in_flight / ports),
            client=f"{{asyncio: {self.client}}}",
            pages=self.in_flight * self.turns,
            strategy=self.strategy,
            loop=self.loop,
            parallelism=f", parallelism: {self.processes}" if self.strategy == SEVERAL else "",
            in_flight=self.in_flight,
            validity=LENIENT if lenient else "",
        )


@dataclass
class Watched(Experiment):
    """An experiment that looks at the server's memory when the last record is ready."""

    server_bytes: int | None = field(default=None, init=False)

    def _once(
        self, ready: Ready, servers: Servers, round_: int, watching: Watching | None = None
    ) -> Observed | Broken:
        del watching
        server = servers.serving(ready.cell.server)

        @contextmanager
        def looking(_: Mapping[int, tuple[int, int]]) -> Iterator[None]:
            yield
            self.server_bytes = memory(server.pids)

        return super()._once(ready, servers, round_, looking)


def alone(planned: Design) -> Design:
    """Return the design without the baseline: one job at a time says nothing here."""
    cells = tuple(cell for cell in planned.cells if cell.factors["strategy"] != "sequential")
    header = replace(planned.header, cells=planned_cells(cells))
    return replace(planned, cells=cells, header=header, needs=True)


def run(row: Row, room: Room, *, lenient: bool) -> bool:
    """Measure one row and print it; return whether it is as good as promised."""
    told = (
        f"{row.strategy}, {row.client} on {row.loop}, {number(row.in_flight)} in flight, {row.latency} away"
    )
    print(told, flush=True)
    planned = alone(design(scenario_of(row.scenario(room, lenient=lenient), "scale"), rerun=False))
    experiment = Watched(planned, handlers=[Line()])
    experiment.run()
    (cell,) = experiment.document().cells
    for line in lines(cell, row, experiment):
        print(f"  {line}", flush=True)
    error = None if cell.server is None else cell.server.delay_error_s.p99
    return cell.status == "ok" and (lenient or (error is not None and error <= MOST_ERROR_S))


def lines(cell: CellResult, row: Row, watched: Watched) -> Iterator[str]:
    """Yield what was measured, a line each."""
    if cell.status != "ok":
        yield f"{cell.status}: {cell.reason}"
    measured = next((one.measures for one in cell.repetitions if one.measures is not None), None)
    if measured is None:
        return
    response, error, lag = measured.response_time_s, measured.server.delay_error_s, measured.resume_lag_s
    yield (
        f"{number(measured.throughput_per_s)} pages/s of {number(row.in_flight / (parse_duration(row.latency) / 1e9))}"
        f" at most; {number(measured.in_flight_mean or 0)} in flight in the mean, the end included"
    )
    yield (
        f"delay error p50 {_s(error.p50)}, p99 {_s(error.p99)}; response p50 {_s(response.p50)}, p99"
        f" {_s(response.p99)}; resume lag p99 {_s(lag.p99 if lag else None)}"
    )
    yield (
        f"job: {_cores(measured.cores_used)}, {_s(measured.cpu_per_page_s)} a page,"
        f" {_memory(measured.memory_bytes, row.in_flight)}; start {_s(measured.startup_s)}"
    )
    yield f"server: {_cores(measured.server.cpu_cores)}, {_memory(watched.server_bytes, row.in_flight)}"
    if cell.predicted is not None:
        band = cell.predicted.throughput_per_s
        off = measured.throughput_per_s / band.median - 1
        yield (
            f"predicted: {number(band.median)} pages/s ({number(band.low)} to {number(band.high)}), bound by"
            f" {cell.predicted.bound_by}; measured is {off:+.1%} of that"
        )
    for warning in cell.warnings:
        yield f"warning: {warning}"


def _s(seconds: float | None) -> str:
    return "unknown" if seconds is None else duration(seconds)


def _cores(cores: float | None) -> str:
    return "CPU unknown" if cores is None else f"{number(cores)} cores"


def _memory(held: int | None, connections: int) -> str:
    if held is None:
        return "memory unknown"
    return f"{number(held / KB**2)} MB, {number(held / KB / connections)} kB a connection"


def rows(options: argparse.Namespace, room: Room) -> list[Row]:
    """Return what the command line asks for."""
    wanted: list[tuple[str, int]] = []
    if options.quick:
        wanted = [(ONE, FEW)]
    elif options.in_flight or options.strategy:
        wanted = [(options.strategy or ONE, count) for count in options.in_flight or [MANY]]
    else:
        fits = MANY if room.files is None else min(MANY, (room.files - SPARE_FILES) // 1000 * 1000)
        wanted = [(ONE, fits), (SEVERAL, MANY)]
    return [
        Row(
            strategy=strategy,
            client=client,
            in_flight=count,
            latency=QUICK_LATENCY if options.quick else options.latency,
            turns=QUICK_TURNS if options.quick else TURNS,
            loop=options.loop,
            processes=max(
                options.processes, 1 if room.files is None else ceil(count / (room.files - SPARE_FILES))
            ),
        )
        for strategy, count in wanted
        for client in (CLIENTS[-1:] if options.quick else options.client or CLIENTS)
    ]


def main() -> int:
    """Measure and print each row."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--in-flight", type=int, action="append", metavar="N")
    parser.add_argument("--client", choices=CLIENTS, action="append")
    parser.add_argument("--strategy", choices=(ONE, SEVERAL))
    parser.add_argument("--latency", default=LATENCY)
    parser.add_argument("--loop", choices=("asyncio", "uvloop"), default="asyncio", help="of the job")
    parser.add_argument("--processes", type=int, default=2, metavar="P", help=f"of {SEVERAL}, at least")
    parser.add_argument("--quick", action="store_true", help=f"{FEW} in flight in seconds; decides nothing")
    options = parser.parse_args()
    if options.quick:
        print(QUICK)
    room = Room.here()
    # All are run, whatever the first ones gave.
    found = [run(row, room, lenient=options.quick) for row in rows(options, room)]
    return 0 if all(found) else 1


if __name__ == "__main__":
    sys.exit(main())
