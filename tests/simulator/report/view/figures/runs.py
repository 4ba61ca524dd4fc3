"""Documents with known numbers for every figure, and what every figure has to be."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from simulator.analysis.summary import summarise
from simulator.report.view.figure import Figure, Panel
from simulator.result.attribution import JobTime
from simulator.result.calibration import Calibration
from simulator.result.document import ResultDocument
from simulator.stats.percentiles import Lag
from tests.simulator.analysis.builders import document, known_attribution, planned, repetition, run

RATES = {
    "sequential": [20.0, 21.0, 20.5],
    "threads": [100.0, 104.0, 102.0],
    "asyncio": [50.0, 52.0, 51.0],
}
WAY = JobTime(
    before_server_s=0.001, network_s=0.04, resume_s=0.005, to_parser_s=0.0, parse_s=0.01, back_s=0.0
)
CALIBRATION = Calibration(idle_loop_lag_s=Lag(0.0001, None, 0.002))


def measured() -> ResultDocument:
    """Return a run of one combination in which everything is known that a figure may show."""
    return document(
        RATES,
        sequential={"attribution": known_attribution(network=0.9, parse_cpu=0.1), "job_time": WAY},
        threads={
            "attribution": known_attribution(network=0.2, parse_cpu=0.3, stall_parse=0.4, stall_fetch=0.08),
            "job_time": replace(WAY, parse_s=0.06),
            "memory_bytes": 40_000_000,
            "startup_s": 0.2,
        },
        asyncio={
            "attribution": known_attribution(parse_cpu=0.7, fetch_cpu=0.3),
            "job_time": replace(WAY, resume_s=0.03),
            "loop_lag_s": Lag(0.001, 0.025, 0.05),
            "startup_s": 0.3,
        },
    )


def flights(
    rates: Mapping[int, Mapping[str, Sequence[float]]],
    *,
    marked: Sequence[str] = (),
    broken: Mapping[tuple[int, str], str] | None = None,
) -> ResultDocument:
    """Return a run in which the jobs in flight vary; sequential does 10 pages/s.

    Args:
        rates: jobs in flight, strategy -> pages/s, round by round.
        marked: strategies with 2 in flight by their nature.
        broken: (jobs in flight, strategy) -> why all its repetitions are invalid.
    """
    cells = [planned("sequential")]
    done = [repetition("sequential", each, 10.0) for each in range(3)]
    for count, by_strategy in rates.items():
        for name, each in by_strategy.items():
            reason = (broken or {}).get((count, name))
            cell = replace(
                planned(name, in_flight=2 if name in marked else count, marked=name in marked),
                id=f"{name}-{count}",
                factors={"in_flight": count, "strategy": name},
            )
            cells.append(cell)
            done += [
                repetition(cell.id, i, rate, status="invalid" if reason else "ok", reason=reason)
                for i, rate in enumerate(each)
            ]
    return summarise(run(cells, done, kept=lambda *_: None))


def only(figure: Figure | None) -> Panel:
    """Return the one panel of a figure that applies."""
    assert figure is not None
    (panel,) = figure.panels
    return panel
