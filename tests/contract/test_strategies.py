"""One suite for every strategy: the same job, the same records, nothing lost, nothing doubled, nothing left.

Where other Pythons are on PATH, every strategy does the job on them too, and those that are for them do all of it.
"""

import os
import select
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from simulator.analysis.equality import Reference, compare
from simulator.analysis.measures import measure
from simulator.driver.libraries import ENGINES
from simulator.result.observation import Observed, OpenArrivals
from simulator.result.samples import Samples
from simulator.runner.driver_process import DriverProcess
from simulator.runner.family import session_members
from simulator.runner.servers import Servers
from simulator.scenario.arrivals import Arrivals
from simulator.scenario.dispatch import CHUNKED, EXECUTORS, PULL
from simulator.scenario.strategy import NAMES
from tests.contract.bench import HERE, SEED, Bench, bench

SUBINTERPRETERS = "3.14"
FREE_THREADED = "3.13t"
ON_OTHERS_ONLY = ("interpreters", "asyncio_to_interpreters", "interpreter_pool")
ONCE_IS_ENOUGH = ("processes_per_core",)
"""Which differs from another strategy in a number alone."""
POOL_IN_PROCESSES = {
    "name": "mine",
    "shards": {"processes": 2},
    "fetch": "asyncio",
    "parse": {"threads": 2},
}
WHOLE: dict[str, tuple[Any, str]] = {
    **{name: (name, HERE) for name in NAMES if name not in (*ON_OTHERS_ONLY, *ONCE_IS_ENOUGH)},
    "a pool in processes": (POOL_IN_PROCESSES, HERE),
    **{name: (name, SUBINTERPRETERS) for name in ON_OTHERS_ONLY},
    "threads_of_asyncio, free-threaded": ("threads_of_asyncio", FREE_THREADED),
}
"""What goes through every test."""
IN_PROCESSES = ("process_pool", "multiprocessing_pool", "joblib")
CROSSING = (
    *IN_PROCESSES,
    "dask",
    "processes",
    "asyncio_to_processes",
    "processes_of_asyncio",
    "a pool in processes",
    *ON_OTHERS_ONLY,
)
"""Those of them whose records go from one interpreter to another."""
ONCE: dict[str, tuple[Any, str]] = {
    **{name: (name, HERE) for name in ONCE_IS_ENOUGH},
    "uv": ({"name": "uv", "base": "asyncio", "loop": "uvloop"}, HERE),
    "rust": ({"name": "rust", "base": "asyncio", "loop": "rloop"}, HERE),
    "spawned": ({"name": "spawned", "base": "processes_per_core", "start_method": "spawn"}, HERE),
    "forked": ({"name": "forked", "base": "processes_per_core", "start_method": "fork"}, HERE),
    "pool spawned": ({"name": "s", "base": "asyncio_to_processes", "start_method": "spawn"}, HERE),
    "pool forked": ({"name": "f", "base": "asyncio_to_processes", "start_method": "fork"}, HERE),
    "threads in threads": ({"name": "t", "shards": {"threads": 2}, "fetch": "blocking"}, HERE),
    "pushed, spawned": ({"name": "s", "base": "process_pool", "start_method": "spawn"}, HERE),
    "pushed, forked": ({"name": "f", "base": "multiprocessing_pool", "start_method": "fork"}, HERE),
    **{f"{name} in chunks": ({"name": "chunky", "base": name, "chunk": 3}, HERE) for name in CHUNKED},
    "dask in batches": ({"name": "b", "base": "dask", "workers": 2, "threads": 2, "batch": 3}, HERE),
    "dask, fewer threads": ({"name": "f", "base": "dask", "workers": 1, "threads": 2}, HERE),
    "pools of processes in processes": (
        {"name": "p", "shards": {"processes": 2}, "fetch": "asyncio", "parse": {"processes": 1}},
        HERE,
    ),
    "pools in threads": (
        {"name": "p", "shards": {"threads": 2}, "fetch": "asyncio", "parse": {"threads": 1}},
        HERE,
    ),
    "pools in interpreters": (
        {"name": "p", "shards": {"interpreters": 2}, "fetch": "asyncio", "parse": {"threads": 1}},
        SUBINTERPRETERS,
    ),
    **{
        f"{name} on {runtime}": (name, runtime)
        for runtime in (SUBINTERPRETERS, FREE_THREADED)
        for name in NAMES
        if name not in (*ON_OTHERS_ONLY, *ENGINES, "joblib", "dask")
    },
    "eager on 3.14": ({"name": "eager", "base": "asyncio", "eager_tasks": True}, SUBINTERPRETERS),
}
"""What does the job once: other options, other Pythons."""
ALL = WHOLE | ONCE
EVERYWHERE = ("threads", "processes", "asyncio_to_processes")
"""What shows at each run of the tests that other Pythons do the job: all that strategies are made of."""
PUSHED = "process_pool"
"""What shows at each run of the tests that an executor does all that the suite asks; the others do the job there."""
PROOFS = (
    *("pushed, spawned", "pushed, forked", "multiprocessing_pool in chunks", "joblib in chunks"),
    *("dask in batches", "dask, fewer threads"),
)
PAGES = 12


@pytest.fixture(scope="module", autouse=True)
def bytecode(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what other Pythons compile, else each of their interpreters compiles the standard library anew."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # of all workers
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        patch.setenv("PYTHONPYCACHEPREFIX", str(folder / "bytecode"))
        yield


def whole(*also: str) -> list[Any]:
    """Return all that goes through every test; of executors but one only these, the others as a proof."""
    proofs = set(EXECUTORS) - {PUSHED, *also}
    return [pytest.param(name, marks=pytest.mark.truth if name in proofs else ()) for name in WHOLE]


def crossing(*also: str) -> list[Any]:
    """Return of the same those whose records cross."""
    return [each for each in whole(*also) if each.values[0] in CROSSING]


@pytest.fixture(params=whole())
def made(request: pytest.FixtureRequest, servers: Servers, parsers: Path) -> Bench:
    return bench(*WHOLE[request.param], servers, parsers)


def _each(name: str) -> Any:
    base, _, runtime = name.partition(" on ")
    proof = name in PROOFS or (runtime and base not in EVERYWHERE)
    return pytest.param(name, marks=pytest.mark.truth if proof else ())


@pytest.fixture(params=map(_each, ALL))
def any_made(request: pytest.FixtureRequest, servers: Servers, parsers: Path) -> Bench:
    return bench(*ALL[request.param], servers, parsers)


@pytest.fixture(scope="module")
def baseline(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Observed:
    return bench("sequential", HERE, servers, tmp_path_factory.mktemp("baseline")).observed()


def assert_same_records(outcome: Observed, baseline: Observed) -> None:
    reference = Reference()
    assert compare(reference, baseline) == ("equal", None)
    assert compare(reference, outcome) == ("equal", None)
    assert len(reference.digests) == PAGES


def assert_within_bound(samples: Samples, made: Bench) -> None:
    """Assert that there are never more jobs in flight than the plan has, and one per worker that is no loop.

    What a worker of an executor has done is in flight until that has brought it back, and meanwhile it may be handed
    another job.
    """
    plan = made.cell.plan
    assert most_at_once(samples.start_ns, samples.ready_ns) <= plan.in_flight
    if plan.fetch.kind == "blocking":
        over = samples.ready_ns if plan.dispatch == PULL else samples.parsed_ns
        for worker in set(samples.worker.tolist()):
            own = samples.worker == worker
            assert most_at_once(samples.start_ns[own], over[own]) == 1


def most_at_once(begins: np.ndarray, ends: np.ndarray) -> int:
    """Return how many of these spans overlap at most; one that begins as another ends does not."""
    moments = np.concatenate([begins, ends])
    steps = np.concatenate([np.ones(len(begins), int), -np.ones(len(ends), int)])
    return int(np.cumsum(steps[np.lexsort((steps, moments))]).max())


def test_every_job_is_done_once_within_the_bound_and_has_the_records_of_sequential(
    any_made: Bench, baseline: Observed
) -> None:
    made = any_made
    outcome = made.observed()
    samples, plan = outcome.samples, made.cell.plan
    assert sorted(samples.page.tolist()) == list(range(PAGES))
    assert samples.error_kinds == ()
    assert outcome.server_stats["requests"] == PAGES
    assert outcome.server_stats["connections_opened"] == 0

    order = ("start_ns", "fetched_ns", "parsing_ns", "parsed_ns", "ready_ns")
    assert all((getattr(samples, a) <= getattr(samples, b)).all() for a, b in pairwise(order))
    assert (samples.start_ns >= outcome.go_ns).all()
    assert (samples.received_ns >= samples.start_ns).all()
    assert (samples.intended_ns == 3_000_000).all()
    assert (samples.first_byte_ns - samples.received_ns >= 3_000_000).all()
    assert (samples.due_ns == samples.start_ns).all()
    assert_within_bound(samples, made)
    assert_same_records(outcome, baseline)

    # Every worker was seen from outside; those of a pool come after those that fetch.
    fetching, parsing = set(samples.worker.tolist()), set(samples.parse_worker.tolist())
    assert fetching | parsing <= set(outcome.ready.workers) == set(outcome.parked.workers)
    if plan.parse.kind == "inline":
        assert (samples.parse_worker == samples.worker).all()
        assert (samples.parsing_ns == samples.fetched_ns).all()
    else:
        assert min(parsing) >= plan.in_flight
        assert len(outcome.ready.workers) == plan.shards.count * (1 + plan.parse.count)
    assert (outcome.environment.get("moved_bytes", 0) > 0) == plan.pickles


def test_what_a_parser_raises_is_counted_and_ends_no_worker_and_printing_disturbs_nothing(
    made: Bench,
) -> None:
    outcome = made.observed(job=made.job("troubled", url=True))
    samples = outcome.samples
    assert len(samples) == PAGES
    assert samples.error_kinds == ("parse: KeyError", "parse: SystemExit")
    assert sorted(samples.page[samples.error >= 0].tolist()) == [3, 5]
    told = {error["page"]: error["message"] for error in outcome.errors}
    assert "third" in told[3]
    assert "SystemExit" in told[5]
    assert "hello from the parser" in outcome.last_words


def test_a_fixed_duration_ends_in_time(made: Bench) -> None:
    job = made.cell.job.model_copy(update={"pages": None, "duration_ns": 100_000_000})
    outcome = made.observed(job=job)
    assert len(outcome.samples) > 0
    # Nothing is claimed after the end; a second is for a thread that is stopped between claim and clock.
    assert (outcome.samples.start_ns <= outcome.go_ns + 100_000_000 + 1_000_000_000).all()
    assert sorted(outcome.samples.page.tolist()) == list(range(len(outcome.samples)))


@pytest.mark.parametrize("made", whole("multiprocessing_pool", "joblib"), indirect=True)
def test_a_crash_in_mid_run_is_told_with_its_signal(made: Bench) -> None:
    outcome = made.broken(job=made.job("dies_in_window", url=True))
    assert outcome.status == "failed"
    assert "SIGKILL" in outcome.reason


@pytest.mark.parametrize("case", crossing())
def test_a_record_that_is_dear_to_bring_back_is_in_flight_until_it_is_there(
    case: str, servers: Servers, parsers: Path
) -> None:
    made = bench(*WHOLE[case], servers, parsers)
    (parsers / "mine.py").write_text(
        "def dear(body): return [{'n': str(n), 'size': len(body)} for n in range(20_000)]\n"
    )
    outcome = made.observed(job=made.job("dear"))
    assert_within_bound(outcome.samples, made)
    mean = measure(outcome, "equal").in_flight_mean
    assert mean is not None
    assert 0 < mean <= 1.02 * made.cell.plan.in_flight


@pytest.mark.parametrize("case", ["processes", "processes_of_threads", "processes_of_asyncio"])
def test_a_process_that_dies_while_it_sends_is_told_with_its_signal(
    case: str, servers: Servers, parsers: Path
) -> None:
    made = bench(*WHOLE[case], servers, parsers)
    # More than fits into a pipe: the driver has the beginning when the process dies.
    (parsers / "mine.py").write_text(
        "import os, signal\n"
        "from multiprocessing.connection import Connection\n"
        "def die(fd, data):\n"
        "    os.write(fd, data[:5000])\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "def large(body, url):\n"
        "    if url.endswith('/9'):\n"
        "        send = Connection._send\n"
        "        Connection._send = lambda self, data: (\n"
        "            die(self.fileno(), data) if len(data) > 9999 else send(self, data)\n"
        "        )\n"
        "    return 'x' * 100_000\n"
    )
    outcome = made.broken(job=made.job("large", url=True))
    assert outcome.status == "failed"
    assert "was killed by SIGKILL" in outcome.reason


RATE_PER_S = 150.0


def test_jobs_that_come_by_themselves_are_started_when_they_are_due_and_never_before(
    made: Bench, baseline: Observed
) -> None:
    outcome = made.observed(arrivals=Arrivals.model_validate({"rate": f"{RATE_PER_S}/s"}))
    samples = outcome.samples
    assert sorted(samples.page.tolist()) == list(range(PAGES))
    assert samples.error_kinds == ()
    assert outcome.server_stats["requests"] == PAGES
    assert outcome.arrivals == OpenArrivals(made.cell.plan.in_flight, ())
    assert (samples.start_ns >= samples.due_ns).all()
    assert_within_bound(samples, made)

    # The same moments under every strategy, in all its interpreters: offsets from one "go".
    due_s = (samples.due_ns[np.argsort(samples.page)] - outcome.go_ns) / 1e9
    random = Random(SEED)  # noqa: S311 - the seed of the bench
    gaps = [random.expovariate(1.0) for _ in range(PAGES)]
    assert due_s == pytest.approx(np.cumsum(gaps) / RATE_PER_S, abs=1e-8)
    assert_same_records(outcome, baseline)


def test_what_comes_in_a_fixed_duration_and_is_not_started_is_told(made: Bench) -> None:
    # Twenty times what 3 ms of latency and a few in flight can bear.
    many = Arrivals.model_validate({"rate": "20000/s", "process": "constant"})
    job = made.cell.job.model_copy(update={"pages": None, "duration_ns": 100_000_000})
    outcome = made.observed(job=job, arrivals=many)
    samples = outcome.samples
    assert sorted(samples.page.tolist()) == list(range(len(samples)))
    assert outcome.arrivals is not None
    unstarted = outcome.arrivals.unstarted_due_ns
    assert len(samples) + len(unstarted) == 2_000
    assert len(unstarted) > len(samples) > 0
    assert samples.due_ns.max() <= unstarted[0] <= unstarted[-1] < outcome.go_ns + 100_000_000


@pytest.mark.parametrize(
    ("parser", "reason"), [("unpicklable", "cannot be pickled"), ("sticky", "cannot be brought back")]
)
@pytest.mark.parametrize("case", crossing())
def test_a_record_that_cannot_cross_between_interpreters_fails_the_repetition(
    case: str, parser: str, reason: str, servers: Servers, parsers: Path
) -> None:
    made = bench(*WHOLE[case], servers, parsers)
    assert made.cell.plan.pickles
    outcome = made.broken(job=made.job(parser))
    assert outcome.status == "failed"
    assert reason in outcome.reason
    assert "return plain data" in outcome.reason


@pytest.mark.parametrize("made", whole("joblib"), indirect=True)
def test_when_the_driver_is_killed_in_mid_parse_nothing_of_it_is_left(made: Bench) -> None:
    spinning = made.folder / "spinning"
    os.mkfifo(spinning)  # opening it for writing, as the parser does, waits for the other side
    job = made.file(made.job("never_in_window", url=True))
    with DriverProcess(made.python, job, made.folder, time_limit_s=60) as driver:
        driver.wait_for("ready")
        driver.send("go")
        spinning.open("rb").close()
        watched = [os.pidfd_open(pid) for pid in session_members(driver.session)]
        os.kill(driver.session, 9)
        for fd in watched:
            assert select.select([fd], [], [], 20)[0], "a process outlived its driver"
            os.close(fd)


@pytest.mark.parametrize(
    "case", ["processes", "asyncio_to_threads", "asyncio_to_processes", PUSHED, *ON_OTHERS_ONLY]
)
def test_the_switch_interval_holds_where_the_parser_runs_and_clocks_can_be_left_out(
    case: str, servers: Servers, parsers: Path
) -> None:
    made = bench(*WHOLE[case], servers, parsers)
    job = made.job("interval").model_copy(update={"switch_interval_ns": 2_000_000})
    outcome = made.observed(job=job, instrument=False)
    assert len(outcome.samples) == PAGES
    assert ["0.002" in text for text in outcome.records.values()] == [True]
    assert not outcome.samples.parsing_ns.any()
    assert not outcome.samples.parse_cpu_ns.any()


@pytest.mark.parametrize("case", ["spawned", "pool spawned", "pushed, spawned"])
def test_a_process_that_dies_while_it_starts_is_told_with_its_signal(
    case: str, servers: Servers, parsers: Path
) -> None:
    made = bench(*ONCE[case], servers, parsers)
    (parsers / "mine.py").write_text(
        "import multiprocessing, os\n"
        "if multiprocessing.current_process().name != 'MainProcess': os.abort()\n"
        "def good(body): return len(body)\n"
    )
    outcome = made.broken(job=made.job("good"))
    assert outcome.status == "failed"
    assert "was killed by SIGABRT" in outcome.reason


@pytest.mark.parametrize("strategy", ["interpreters", "asyncio_to_interpreters"])
@pytest.mark.parametrize(
    ("runtime", "module", "reason"),
    [
        (HERE, "import this_and_that", "subinterpreters need Python 3.14 or newer"),
        (SUBINTERPRETERS, "raise ImportError('I am alone')", "subinterpreter: ImportError: I am alone"),
        (SUBINTERPRETERS, "import os; os.abort()", "was killed by SIGABRT"),
    ],
)
def test_what_cannot_be_had_in_a_subinterpreter_is_unsupported_with_the_reason(
    strategy: str, runtime: str, module: str, reason: str, servers: Servers, parsers: Path
) -> None:
    made = bench(strategy, runtime, servers, parsers)
    (parsers / "mine.py").write_text(module)
    outcome = made.broken(job=made.job("good"))
    assert outcome.status == "unsupported"
    assert reason in outcome.reason


def test_no_job_begins_before_every_worker_is_up_and_what_warms_up_is_no_start_up(made: Bench) -> None:
    (made.folder / "mine.py").write_text(
        "import os, time\n"
        "def told(body):\n"
        "    with open(__file__.replace('mine.py', 'calls'), 'a') as calls:\n"
        "        calls.write(f'{time.perf_counter_ns()}\\n')\n"
    )
    job = made.file(made.job("told").model_copy(update={"warmup": 2}))
    with DriverProcess(made.python, job, made.folder, time_limit_s=60) as driver:
        ready = driver.wait_for("ready")
    up_ns = [worker["up_ns"] for worker in ready["workers"]]
    calls = [int(line) for line in (made.folder / "calls").read_text().splitlines()]
    # A pool's workers parse as many pages each as a task has fetched.
    parsers = [worker for worker in ready["workers"] if worker["role"] == "parse"]
    assert len(calls) == 2 * (len(parsers) or made.cell.plan.in_flight)
    assert max(up_ns) <= min(calls)
    assert ready["startup_ns"] > 0
    assert ready["up_ago_ns"] >= ready["warmup_ns"] >= max(calls) - max(up_ns)


def test_connections_are_open_before_the_window_also_without_a_warm_up(made: Bench) -> None:
    outcome = made.observed(job=made.cell.job.model_copy(update={"warmup": 0}))
    assert len(outcome.samples) == PAGES
    assert outcome.server_stats["connections_opened"] == 0
    assert outcome.warmup_s is not None


ALARM = (
    "import signal\n"
    "def parse(body):\n"
    "    before = signal.signal(signal.SIGALRM, signal.SIG_DFL)\n"
    "    signal.alarm(60)\n"
    "    try: return len(body)\n"
    "    finally:\n"
    "        signal.alarm(0)\n"
    "        signal.signal(signal.SIGALRM, before)\n"
)
SQLITE = (
    "import sqlite3\n"
    "database = sqlite3.connect(':memory:')\n"
    "def parse(body): return database.execute('select ?', [len(body)]).fetchone()[0]\n"
)
CHILD = (
    "import multiprocessing, os\n"
    "def parse(body):\n"
    "    child = multiprocessing.get_context('fork').Process(target=os.getpid)\n"
    "    child.start()\n"
    "    child.join()\n"
    "    return len(body)\n"
)
IN_MAIN_THREAD = (
    *IN_PROCESSES,
    "sequential",
    "asyncio",
    "gevent",
    "processes",
    "processes_of_asyncio",
    "asyncio_to_processes",
)


@pytest.mark.parametrize("module", [ALARM, SQLITE], ids=["alarm", "sqlite"])
@pytest.mark.parametrize(
    "case",
    [
        *IN_MAIN_THREAD[len(IN_PROCESSES) :],
        *("threads", "processes_of_threads", "asyncio_to_threads"),
        *(pytest.param(name, marks=pytest.mark.truth) for name in (*IN_PROCESSES, "thread_pool")),
    ],
)
def test_a_parser_that_needs_a_main_thread_has_one_except_in_threads(
    case: str, module: str, servers: Servers, parsers: Path
) -> None:
    made = bench(*WHOLE[case], servers, parsers)
    (parsers / "mine.py").write_text(module)
    outcome = made.observed(job=made.job("parse"))
    if case in IN_MAIN_THREAD:
        assert outcome.errors == ()
    else:
        assert len(outcome.samples.error_kinds) == 1
        assert "the parser works only in a main thread" in outcome.errors[0]["message"]


@pytest.mark.parametrize("case", ["sequential", "processes", "asyncio_to_processes"])
def test_a_parser_may_start_processes(case: str, servers: Servers, parsers: Path) -> None:
    made = bench(*WHOLE[case], servers, parsers)
    (parsers / "mine.py").write_text(CHILD)
    assert made.observed(job=made.job("parse")).errors == ()
