"""The portable driver keeps the main driver's contract: same records, nothing lost, nothing doubled, nothing left."""

import dataclasses
import json
import os
import select
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulator.analysis.equality import Reference, compare
from simulator.analysis.measures import measure
from simulator.driver.shared.work import bind, page_url
from simulator.result.observation import Broken, Observed, OpenArrivals
from simulator.result.samples import UNKNOWN
from simulator.runner.calibrate import Preflight, Preflights
from simulator.runner.driver_process import PORTABLE_DRIVER, DriverError
from simulator.runner.family import session_members
from simulator.runner.job import Amount, job_file
from simulator.runner.repetition import run_repetition
from simulator.runner.servers import Servers
from simulator.scenario.arrivals import Arrivals
from simulator.scenario.cells import Cell
from tests.conftest import tiny_cells
from tests.simulator.portable.conftest import LITTLE_OF_A_JVM

PAGES = 12
RATE_PER_S = 150.0
LIMIT_S = 100.0
THIS = sys.executable


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a module `shared` of parsers in the syntax that all Pythons share."""
    (tmp_path / "shared.py").write_text(
        "import itertools, os, signal, sys, threading\n"
        "def good(body, url):\n"
        "    return {'size': len(body), 'url': url, 'text': body[:9].decode('ascii'), 'both': (1, 2.5, None)}\n"
        "def bad(body, url):\n"
        "    print('hello from the parser')\n"
        "    if url.endswith('/3'): raise KeyError('third')\n"
        "    if url.endswith('/4'): sys.exit(7)\n"
        "    return len(body)\n"
        "def text(page): return [line for line in page.splitlines() if '<title' in line]\n"
        "def deaf(body, url):\n"
        "    while url.endswith('/9'): pass\n"
        "counter = itertools.count()\n"
        "def different(body): return {'n': next(counter)}\n"
        "def dies(body, url):\n"
        "    if url.endswith('/9'): os.kill(os.getpid(), signal.SIGKILL)\n"
        "def unknown(body): return {'found': [object()]}\n"
        "def where(body): return type(threading.current_thread()).__name__\n"
        "def counted(body, url):\n"
        "    with open(os.path.join(os.path.dirname(__file__), 'calls'), 'a') as calls: calls.write(url + '\\n')\n"
    )
    return tmp_path


def cells(folder: Path, function: str = "", *, url: bool = True, **changes: object) -> dict[str, Cell]:
    if function:
        changes["job__parser"] = {"function": f"shared:{function}", "url": url}
    return tiny_cells(folder, **changes)


def run(
    cell: Cell, servers: Servers, folder: Path, python: str, amount: Amount | None = None
) -> Observed | Broken:
    return run_repetition(
        cell,
        servers.serving(cell.server),
        round_=0,
        python=python,
        amount=amount or Amount(),
        seed=3,
        import_path=(str(folder),),
        time_limit_s=LIMIT_S,
        driver=PORTABLE_DRIVER,
    )


def observed(
    cell: Cell, servers: Servers, folder: Path, python: str, amount: Amount | None = None
) -> Observed:
    outcome = run(cell, servers, folder, python, amount)
    assert isinstance(outcome, Observed), outcome
    return outcome


def preflight(cell: Cell, servers: Servers, folder: Path, python: str) -> Preflight:
    return Preflights(
        servers, python, import_path=(str(folder),), time_limit_s=LIMIT_S, seed=3, driver=PORTABLE_DRIVER
    ).found_for(cell)


def test_every_job_is_done_once_in_time_and_its_record_is_the_main_drivers(
    python: str, servers: Servers, folder: Path
) -> None:
    cell = dataclasses.replace(
        cells(folder)["threads"], arrivals=Arrivals.model_validate({"rate": f"{RATE_PER_S}/s"})
    )
    outcome = observed(cell, servers, folder, python)
    samples = outcome.samples
    assert sorted(samples.page.tolist()) == list(range(PAGES))
    assert samples.error_kinds == ()
    assert outcome.server_stats["requests"] == PAGES
    assert outcome.server_stats["connections_opened"] == 0
    assert outcome.arrivals == OpenArrivals(cell.plan.in_flight, ())

    order = (samples.due_ns, samples.start_ns, samples.fetched_ns, samples.parsed_ns, samples.ready_ns)
    assert all((earlier <= later).all() for earlier, later in pairwise(order))
    assert (samples.due_ns >= outcome.go_ns).all()
    moments = np.concatenate([samples.start_ns, samples.ready_ns])
    steps = np.concatenate([np.ones(len(samples), int), -np.ones(len(samples), int)])
    assert np.cumsum(steps[np.lexsort((steps, moments))]).max() <= cell.plan.in_flight
    # Its clock is the server's: the server gets a request after it was begun, the client the answer after it was sent.
    assert (samples.received_ns >= samples.start_ns).all()
    assert (samples.first_byte_ns <= samples.fetched_ns).all()
    knows_cpu = outcome.environment["implementation"] != "IronPython"
    assert (samples.parse_cpu_ns > 0 if knows_cpu else samples.parse_cpu_ns == UNKNOWN).all()
    assert outcome.ready.workers.keys() == ({0, 1, 2} if knows_cpu else set())
    assert (measure(outcome, "equal").parse.cpu_s is not None) == knows_cpu

    reference = Reference()
    main = run_repetition(
        cells(folder)["sequential"],
        servers.serving(cell.server),
        round_=0,
        python=THIS,
        amount=Amount(),
        seed=3,
        import_path=(),
        time_limit_s=LIMIT_S,
    )
    assert isinstance(main, Observed)
    assert compare(reference, main) == ("equal", None)
    assert compare(reference, outcome) == ("equal", None)
    assert set(outcome.digests) <= set(main.digests)


@pytest.mark.parametrize("python", LITTLE_OF_A_JVM, indirect=True)
def test_over_tls_and_compressed_the_records_are_the_same_or_it_says_why_not(
    python: str, servers: Servers, folder: Path
) -> None:
    cell = cells(folder)["threads"]
    plain = observed(cell, servers, folder, python)
    for changed in ({"encoding": "gzip"}, {"encoding": "gzip", "tls": True}):
        wire = dataclasses.replace(cell, server=cell.server.model_copy(update=changed))
        outcome = run(wire, servers, folder, python)
        if isinstance(outcome, Observed):
            assert sorted(outcome.digests) == sorted(plain.digests)
            assert outcome.server_stats["connections_opened"] == 0
        else:
            assert "tls" in changed
            assert outcome.status == "unsupported"
            assert "cannot speak TLS" in outcome.reason
    brotli = run(
        dataclasses.replace(cell, server=cell.server.model_copy(update={"encoding": "br"})),
        servers,
        folder,
        python,
    )
    assert isinstance(brotli, Broken)
    assert (brotli.status, "decoding br needs CPython" in brotli.reason) == ("unsupported", True)


@pytest.mark.parametrize("python", LITTLE_OF_A_JVM, indirect=True)
def test_errors_are_counted_the_rest_goes_on_and_printing_disturbs_nothing(
    python: str, servers: Servers, folder: Path
) -> None:
    outcome = observed(cells(folder, "bad")["threads"], servers, folder, python)
    assert outcome.samples.error_kinds == ("parse: KeyError", "parse: SystemExit")
    assert (outcome.samples.error >= 0).sum() == 2
    assert len(outcome.samples) == PAGES
    by_kind = {error["kind"]: error for error in outcome.errors}
    assert by_kind["parse: KeyError"]["page"] == 3
    assert "third" in by_kind["parse: KeyError"]["message"]
    assert "hello from the parser" in outcome.last_words


@pytest.mark.parametrize("python", LITTLE_OF_A_JVM, indirect=True)
def test_jobs_one_at_a_time_run_in_the_main_thread_which_is_seen_from_outside(
    python: str, servers: Servers, folder: Path
) -> None:
    outcome = observed(cells(folder, "where", url=False)["sequential"], servers, folder, python)
    assert list(outcome.records.values()) == ['"_MainThread"']
    assert outcome.ready.workers.keys() == {0}
    assert outcome.warmup_s is not None
    assert set(outcome.samples.attempt.tolist()) == {1}


@pytest.mark.parametrize("python", LITTLE_OF_A_JVM, indirect=True)
def test_the_preflight_finds_costs_and_what_differs(python: str, servers: Servers, folder: Path) -> None:
    with pytest.raises(DriverError, match=r"page 0, field n: first 0, then 1"):
        preflight(cells(folder, "different", url=False)["threads"], servers, folder, python)


@pytest.mark.parametrize("python", LITTLE_OF_A_JVM, indirect=True)
def test_the_preflight_measures_what_the_main_one_does(python: str, servers: Servers, folder: Path) -> None:
    found = preflight(
        cells(folder, job__parser="spin", job__parse_cost="2ms")["threads"], servers, folder, python
    )
    assert found.pages == 5
    assert found.units_per_s is not None
    assert found.units_per_s > 10_000
    assert found.client_cpu_ns["asyncio:aiohttp"] is None
    assert (found.client_cpu_ns["blocking:http.client"] or 0) > 0
    assert (found.unpicklable, found.errors, found.content_problems) == (None, (), ())
    assert found.start_s > 0


@pytest.mark.parametrize("python", LITTLE_OF_A_JVM, indirect=True)
def test_when_the_runner_is_killed_the_driver_ends(python: str, servers: Servers, folder: Path) -> None:
    cell = cells(folder, "deaf")["threads"]
    job = job_file(
        cell,
        mode="measure",
        base_url=servers.serving(cell.server).url,
        amount=Amount(),
        seed=3,
        import_path=(str(folder),),
        output=folder / "out.json",
    )
    (folder / "job.in").write_text(json.dumps(job))
    runner = subprocess.Popen(
        [
            THIS,
            "-c",
            (
                "import json, sys\n"
                "from pathlib import Path\n"
                "from simulator.runner.driver_process import PORTABLE_DRIVER, DriverProcess\n"
                "folder = Path(sys.argv[1])\n"
                "job = json.loads((folder / 'job.in').read_text())\n"
                "d = DriverProcess(sys.argv[2], job, folder, time_limit_s=100, driver=PORTABLE_DRIVER)\n"
                "d.wait_for('ready')\n"
                "d.send('go')\n"
                "print(d.session, flush=True)\n"
                "d.wait_for('parked')\n"
            ),
            str(folder),
            python,
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert runner.stdout is not None
    told = runner.stdout.readline()
    if not told:
        runner.stdout.close()
        runner.wait()
    assert told, "the driver did not come as far as its window"
    session = int(told)
    # Opened while it lives, so that its end can be waited for although it is nobody's child afterwards.
    watched = [os.pidfd_open(pid) for pid in session_members(session)]
    assert watched
    runner.kill()
    runner.wait()
    runner.stdout.close()
    for fd in watched:
        assert select.select([fd], [], [], 20)[0], "a process of the driver outlived its runner"
        os.close(fd)


def test_recorded_arrivals_are_replayed(servers: Servers, folder: Path) -> None:
    """As by the main driver: tests/simulator/driver/test_arrivals.py."""
    (folder / "times.txt").write_text("0ms\n5ms\n20ms\n")
    told = {"process": "recorded", "file": str(folder / "times.txt")}
    cell = dataclasses.replace(cells(folder)["threads"], arrivals=Arrivals.model_validate(told))
    outcome = observed(cell, servers, folder, THIS)
    order = np.argsort(outcome.samples.page)
    due_ms = (outcome.samples.due_ns[order] - outcome.go_ns) / 1e6
    assert due_ms[:6].tolist() == pytest.approx([0, 5, 20, 30, 35, 50])


def test_a_fixed_duration_ends_in_time(servers: Servers, folder: Path) -> None:
    cell = cells(folder, "good")["threads"]
    job = cell.job.model_copy(update={"pages": None, "duration_ns": 100_000_000})
    outcome = observed(dataclasses.replace(cell, job=job), servers, folder, THIS)
    assert len(outcome.samples) > 0
    assert (outcome.samples.start_ns <= outcome.go_ns + 100_000_000 + 1_000_000_000).all()
    assert sorted(outcome.samples.page.tolist()) == list(range(len(outcome.samples)))


def test_what_comes_in_a_fixed_duration_and_is_not_started_is_told(servers: Servers, folder: Path) -> None:
    cell = cells(folder, "good")["threads"]
    many = Arrivals.model_validate({"rate": "20000/s", "process": "constant"})
    job = cell.job.model_copy(update={"pages": None, "duration_ns": 100_000_000})
    outcome = observed(dataclasses.replace(cell, job=job, arrivals=many), servers, folder, THIS)
    assert outcome.arrivals is not None
    assert len(outcome.samples) + len(outcome.arrivals.unstarted_due_ns) == 2_000


@pytest.mark.parametrize(
    "parser",
    [
        {"function": "shared:good", "input": "bytes", "url": True},
        {"function": "shared:text", "input": "text", "url": False},
    ],
    ids=["bytes and url", "text"],
)
def test_a_function_of_the_users_gives_the_main_drivers_records(
    parser: dict[str, object], servers: Servers, folder: Path
) -> None:
    cell = tiny_cells(folder, job__parser=parser)["sequential"]
    reference = Reference()
    assert compare(reference, observed(cell, servers, folder, THIS)) == ("equal", None)
    main = run_repetition(
        cell,
        servers.serving(cell.server),
        round_=0,
        python=THIS,
        amount=Amount(),
        seed=3,
        import_path=(str(folder),),
        time_limit_s=LIMIT_S,
    )
    assert isinstance(main, Observed)
    assert compare(reference, main) == ("equal", None)


@pytest.mark.parametrize("parser", ["json", "sha256", "spin"])
def test_built_in_parsers_give_the_main_drivers_records(parser: str, servers: Servers, folder: Path) -> None:
    pages = folder / "pages"
    pages.mkdir()
    (pages / "one.json").write_text(
        '{"name": "caf\\u00e9", "prices": [1, 2.5, null, true], "€": {"a": 1e300}}'
    )
    cell = tiny_cells(
        folder,
        job__parser=parser,
        server__content={"kind": "folder", "path": str(pages)},
        **({} if parser == "json" else {"job__parse_cost": "1ms"}),
    )["threads"]
    amount = Amount(units=None if parser == "json" else 3_000_000 if parser == "sha256" else 1000)
    reference = Reference()
    assert compare(reference, observed(cell, servers, folder, THIS, amount)) == ("equal", None)
    main = run_repetition(
        cell,
        servers.serving(cell.server),
        round_=0,
        python=THIS,
        amount=amount,
        seed=3,
        import_path=(),
        time_limit_s=LIMIT_S,
    )
    assert isinstance(main, Observed)
    assert compare(reference, main) == ("equal", None)


def test_a_record_without_a_canonical_form_is_unchecked_and_named(servers: Servers, folder: Path) -> None:
    outcome = observed(cells(folder, "unknown", url=False)["threads"], servers, folder, THIS)
    assert outcome.unchecked is not None
    assert "found[0]: object has no canonical form" in outcome.unchecked
    assert set(outcome.digests) == {""}


def test_a_crash_in_mid_run_is_told_with_its_signal(servers: Servers, folder: Path) -> None:
    outcome = run(cells(folder, "dies")["threads"], servers, folder, THIS)
    assert isinstance(outcome, Broken)
    assert outcome.status == "failed"
    assert "SIGKILL" in outcome.reason


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"strategies": ["asyncio"]}, "an event loop"),
        ({"strategies": ["processes"]}, "shards in processes"),
        ({"job__client": "httpx"}, "the client httpx"),
        ({"job__connections": "per_request"}, "job.connections: per_request needs CPython"),
        ({"job__parser": "bs4"}, "no parser bs4"),
        ({"job__parser": "nowhere.to:be_found"}, "nowhere.to cannot be imported"),
    ],
)
def test_what_it_does_not_do_is_unsupported_with_a_sentence(
    changes: dict[str, Any], words: str, servers: Servers, folder: Path
) -> None:
    strategy, *_ = changes.get("strategies", ["threads"])
    outcome = run(tiny_cells(folder, **changes)[strategy], servers, folder, THIS)
    assert isinstance(outcome, Broken)
    assert outcome.status == "unsupported"
    assert words in outcome.reason
    assert "Traceback" not in outcome.reason


def test_a_parser_that_is_no_function_fails_and_names_what_there_is(servers: Servers, folder: Path) -> None:
    outcome = run(cells(folder, "goood")["threads"], servers, folder, THIS)
    assert isinstance(outcome, Broken)
    assert outcome.status == "failed"
    assert "good" in outcome.reason.replace("goood", "")


def test_a_switch_interval_is_set_where_there_is_one(servers: Servers, folder: Path) -> None:
    cell = tiny_cells(folder, job__switch_interval="2ms")["threads"]
    assert observed(cell, servers, folder, THIS).environment["switch_interval_s"] == pytest.approx(0.002)


def test_calibrated_work_is_done_as_often_as_asked(servers: Servers, folder: Path) -> None:
    cell = cells(folder, "counted")["sequential"]
    amount = Amount(repeats=3, extra_fraction=0.5)
    observed(cell, servers, folder, THIS, amount)
    calls = Counter((folder / "calls").read_text().splitlines())
    # The same page ids as under the main driver get one parse more.
    parsed: list[int] = []
    main_drivers = bind(lambda *_: parsed.append(1), amount.repeats, amount.extra_fraction, None, 3)
    for page in range(cell.job.warmup, PAGES):  # those before are the warm-up's as well
        parsed.clear()
        main_drivers(page, b"")
        assert calls[page_url(page)] == len(parsed)
    assert set(calls.values()) >= {3, 4}


def test_without_clocks_it_does_the_same_work(servers: Servers, folder: Path) -> None:
    cell = cells(folder)["threads"]
    outcome = run_repetition(
        cell,
        servers.serving(cell.server),
        round_=0,
        python=THIS,
        amount=Amount(),
        seed=3,
        import_path=(),
        time_limit_s=LIMIT_S,
        instrument=False,
        driver=PORTABLE_DRIVER,
    )
    assert isinstance(outcome, Observed)
    assert sorted(outcome.samples.page.tolist()) == list(range(PAGES))
    assert not outcome.samples.parse_cpu_ns.any()
    assert all(outcome.digests)


@pytest.mark.parametrize(
    ("text", "words"),
    [('{"protocol": 99}', "speaks protocol 1"), ("{", "not JSON"), ('{"protocol": 1}', "lacks mode")],
)
def test_a_job_file_that_it_does_not_understand_is_refused(text: str, words: str, folder: Path) -> None:
    (folder / "job.json").write_text(text)
    done = subprocess.run(
        [THIS, str(PORTABLE_DRIVER), str(folder / "job.json")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert words in done.stderr
