"""One suite for every strategy: the same job, the same records, nothing lost, nothing doubled, nothing left."""

import dataclasses
import sys
from itertools import pairwise
from pathlib import Path
from random import Random

import numpy as np
import pytest

from simulator.analysis.equality import Reference, compare
from simulator.result.observation import Broken, Observed, OpenArrivals
from simulator.result.samples import Samples
from simulator.runner.job import Amount
from simulator.runner.repetition import run_repetition
from simulator.runner.servers import Servers
from simulator.scenario.arrivals import Arrivals
from simulator.scenario.cells import Cell
from tests.conftest import tiny_cells

STRATEGIES = {
    "sequential": "threads",
    "threads": "threads",
    "asyncio": "asyncio",
    "uv": {"name": "uv", "base": "asyncio", "loop": "uvloop"},
    "processes": "processes",
    "processes_per_core": "processes_per_core",
    "spawned": {"name": "spawned", "base": "processes_per_core", "start_method": "spawn"},
    "forked": {"name": "forked", "base": "processes_per_core", "start_method": "fork"},
    "threads in processes": {"name": "threads in processes", "shards": {"processes": 2}, "fetch": "blocking"},
    "loops in processes": {"name": "loops in processes", "shards": {"processes": 2}, "fetch": "asyncio"},
}
PAGES = 12
PYTHON = sys.executable


@pytest.fixture(params=STRATEGIES)
def cell(request: pytest.FixtureRequest, parsers: Path) -> Cell:
    return tiny_cells(parsers, strategies=[STRATEGIES[request.param]])[request.param]


def run(cell: Cell, servers: Servers, folder: Path, **options: object) -> Observed | Broken:
    return run_repetition(
        cell,
        servers.serving(cell.server),
        round_=0,
        python=PYTHON,
        amount=Amount(),
        seed=3,
        import_path=(str(folder),),
        time_limit_s=60,
        **options,  # type: ignore[arg-type]
    )


def observed(cell: Cell, servers: Servers, folder: Path) -> Observed:
    outcome = run(cell, servers, folder)
    assert isinstance(outcome, Observed), outcome
    return outcome


def most_at_once(samples: Samples) -> int:
    moments = np.concatenate([samples.start_ns, samples.parsed_ns])
    steps = np.concatenate([np.ones(len(samples), int), -np.ones(len(samples), int)])
    return int(np.cumsum(steps[np.lexsort((steps, moments))]).max())


def with_parser(cell: Cell, function: str, *, url: bool = False) -> Cell:
    parser = type(cell.job.parser).model_validate({"function": f"mine:{function}", "url": url})
    return dataclasses.replace(cell, job=cell.job.model_copy(update={"parser": parser}))


def test_every_job_is_done_once_within_the_bound_and_seen_by_the_server(
    cell: Cell, servers: Servers, parsers: Path
) -> None:
    outcome = observed(cell, servers, parsers)
    samples = outcome.samples
    assert sorted(samples.page.tolist()) == list(range(PAGES))
    assert samples.error_kinds == ()
    assert outcome.server_stats["requests"] == PAGES
    assert outcome.server_stats["connections_opened"] == 0

    order = (samples.start_ns, samples.fetched_ns, samples.parsed_ns, samples.ready_ns)
    assert all((earlier <= later).all() for earlier, later in pairwise(order))
    assert (samples.start_ns >= outcome.go_ns).all()
    assert (samples.received_ns >= samples.start_ns).all()
    assert (samples.intended_ns == 3_000_000).all()
    assert (samples.first_byte_ns - samples.received_ns >= 3_000_000).all()

    assert (samples.due_ns == samples.start_ns).all()
    assert most_at_once(samples) <= cell.plan.in_flight


def test_records_are_those_of_sequential(cell: Cell, servers: Servers, parsers: Path) -> None:
    reference = Reference()
    baseline = tiny_cells(parsers)["sequential"]
    assert compare(reference, observed(baseline, servers, parsers)) == ("equal", None)
    assert compare(reference, observed(cell, servers, parsers)) == ("equal", None)
    assert len(reference.digests) == PAGES


def test_a_parser_that_raises_is_counted_and_the_rest_goes_on(
    cell: Cell, servers: Servers, parsers: Path
) -> None:
    outcome = observed(with_parser(cell, "sometimes", url=True), servers, parsers)
    assert outcome.samples.error_kinds == ("parse: KeyError",)
    assert (outcome.samples.error >= 0).sum() == 1
    assert outcome.errors[0]["page"] == 3
    assert "third" in outcome.errors[0]["message"]


def test_sys_exit_in_the_parser_ends_no_worker(cell: Cell, servers: Servers, parsers: Path) -> None:
    outcome = observed(with_parser(cell, "exits"), servers, parsers)
    assert outcome.samples.error_kinds == ("parse: SystemExit",)
    assert len(outcome.samples) == PAGES


def test_printing_disturbs_nothing(cell: Cell, servers: Servers, parsers: Path) -> None:
    outcome = observed(with_parser(cell, "prints"), servers, parsers)
    assert len(outcome.samples) == PAGES
    assert "hello from the parser" in outcome.last_words


def test_a_fixed_duration_ends_in_time(cell: Cell, servers: Servers, parsers: Path) -> None:
    job = cell.job.model_copy(update={"pages": None, "duration_ns": 100_000_000})
    outcome = observed(dataclasses.replace(cell, job=job), servers, parsers)
    assert len(outcome.samples) > 0
    # Nothing is claimed after the end; a second is for a thread that is stopped between claim and clock.
    assert (outcome.samples.start_ns <= outcome.go_ns + 100_000_000 + 1_000_000_000).all()
    assert sorted(outcome.samples.page.tolist()) == list(range(len(outcome.samples)))


def test_a_crash_in_mid_run_is_told_with_its_signal(cell: Cell, servers: Servers, parsers: Path) -> None:
    outcome = run(with_parser(cell, "dies_in_window", url=True), servers, parsers)
    assert isinstance(outcome, Broken)
    assert outcome.status == "failed"
    assert "SIGKILL" in outcome.reason


RATE_PER_S = 150.0


def test_jobs_that_come_by_themselves_are_started_when_they_are_due_and_never_before(
    cell: Cell, servers: Servers, parsers: Path
) -> None:
    arrivals = Arrivals.model_validate({"rate": f"{RATE_PER_S}/s"})
    outcome = observed(dataclasses.replace(cell, arrivals=arrivals), servers, parsers)
    samples = outcome.samples
    assert sorted(samples.page.tolist()) == list(range(PAGES))
    assert samples.error_kinds == ()
    assert outcome.server_stats["requests"] == PAGES
    assert outcome.arrivals == OpenArrivals(cell.plan.in_flight, ())
    assert (samples.start_ns >= samples.due_ns).all()
    assert most_at_once(samples) <= cell.plan.in_flight

    # The same moments under every strategy, in all its processes: offsets from one "go".
    due_s = (samples.due_ns[np.argsort(samples.page)] - outcome.go_ns) / 1e9
    random = Random(3)  # noqa: S311 - the seed of `run`
    gaps = [random.expovariate(1.0) for _ in range(PAGES)]
    assert due_s == pytest.approx(np.cumsum(gaps) / RATE_PER_S, abs=1e-8)

    reference = Reference()
    baseline = tiny_cells(parsers)["sequential"]
    assert compare(reference, observed(baseline, servers, parsers)) == ("equal", None)
    assert compare(reference, outcome) == ("equal", None)


def test_what_comes_in_a_fixed_duration_and_is_not_started_is_told(
    cell: Cell, servers: Servers, parsers: Path
) -> None:
    # Twenty times what 3 ms of latency and a few in flight can bear.
    many = Arrivals.model_validate({"rate": "20000/s", "process": "constant"})
    job = cell.job.model_copy(update={"pages": None, "duration_ns": 100_000_000})
    outcome = observed(dataclasses.replace(cell, job=job, arrivals=many), servers, parsers)
    samples = outcome.samples
    assert sorted(samples.page.tolist()) == list(range(len(samples)))
    assert outcome.arrivals is not None
    unstarted = outcome.arrivals.unstarted_due_ns
    assert len(samples) + len(unstarted) == 2_000
    assert len(unstarted) > len(samples) > 0
    assert samples.due_ns.max() <= unstarted[0] <= unstarted[-1] < outcome.go_ns + 100_000_000
