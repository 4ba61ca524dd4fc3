"""What becomes of drivers that crash, hang or lose their runner: a clear reason, and no process left."""

import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.result.observation import Broken
from simulator.runner.calibrate import Preflights
from simulator.runner.driver_process import DRIVER, DriverError, DriverProcess
from simulator.runner.family import session_members
from simulator.runner.job import Amount, job_file
from simulator.runner.repetition import run_repetition
from simulator.runner.sample_file import read_samples
from simulator.runner.servers import Server, Servers
from simulator.scenario.cells import Cell
from tests.conftest import tiny_cells


def cell(folder: Path, strategy: str, function: str, *, url: bool = False) -> Cell:
    parser = {"function": f"mine:{function}", "url": url}
    return tiny_cells(folder, strategies=[strategy], job__parser=parser)[strategy]


def job(made: Cell, server: Server, folder: Path) -> dict[str, object]:
    return job_file(
        made,
        mode="measure",
        base_url=server.url,
        amount=Amount(),
        seed=3,
        import_path=(str(folder),),
        output=folder / "out.json",
    )


def preflights(servers: Servers, folder: Path, time_limit_s: float = 60) -> Preflights:
    return Preflights(servers, sys.executable, import_path=(str(folder),), time_limit_s=time_limit_s, seed=3)


@pytest.mark.parametrize("strategy", ["threads", "asyncio", "processes"])
def test_a_parser_that_never_returns_is_ended_with_everything_it_started(
    strategy: str, servers: Servers, parsers: Path
) -> None:
    made = cell(parsers, strategy, "never_in_window", url=True)
    with DriverProcess(
        sys.executable, job(made, servers.serving(made.server), parsers), parsers, time_limit_s=5
    ) as driver:
        driver.wait_for("ready")
        driver.send("go")
        with pytest.raises(DriverError, match="no end after 5 s, the time limit"):
            driver.wait_for("parked")
    assert session_members(driver.session) == ()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_driver_is_told_and_its_workers_end(
    number: signal.Signals, servers: Servers, parsers: Path
) -> None:
    made = cell(parsers, "processes", "good")
    with DriverProcess(
        sys.executable, job(made, servers.serving(made.server), parsers), parsers, time_limit_s=60
    ) as driver:
        driver.wait_for("ready")
        assert len(session_members(driver.session)) > 3
        os.kill(driver.session, number)
        with pytest.raises(DriverError, match=f"the driver was killed by {number.name}"):
            driver.wait_for("parked")
    assert session_members(driver.session) == ()


@pytest.mark.parametrize(
    "strategy",
    [
        *("threads", "asyncio", "processes", "asyncio_to_processes", "threads_of_asyncio", "joblib"),
        *(pytest.param(name, marks=pytest.mark.truth) for name in ("process_pool", "multiprocessing_pool")),
    ],
)
def test_when_the_runner_is_killed_the_driver_ends(strategy: str, servers: Servers, parsers: Path) -> None:
    made = cell(parsers, strategy, "never_in_window", url=True)
    (parsers / "job.in").write_text(json.dumps(job(made, servers.serving(made.server), parsers)))
    runner = subprocess.Popen(
        [
            sys.executable,
            "-c",
            (
                "import json, sys, time\n"
                "from pathlib import Path\n"
                "from simulator.runner.driver_process import DriverProcess\n"
                f"folder = Path({str(parsers)!r})\n"
                "job = json.loads((folder / 'job.in').read_text())\n"
                "d = DriverProcess(sys.executable, job, folder, time_limit_s=60)\n"
                "d.wait_for('ready')\n"
                "d.send('go')\n"
                "print(d.session, flush=True)\n"
                "d.wait_for('parked')\n"
            ),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert runner.stdout is not None
    session = int(runner.stdout.readline())
    # Opened while it lives, so that its end can be waited for although it is nobody's child afterwards.
    watched = [os.pidfd_open(pid) for pid in session_members(session)]
    assert watched
    runner.kill()
    runner.wait()
    runner.stdout.close()
    for fd in watched:
        assert select.select([fd], [], [], 20)[0], "a process of the driver outlived its runner"
        os.close(fd)


def test_a_segfaulting_parser_is_told_by_its_signal(servers: Servers, parsers: Path) -> None:
    with pytest.raises(DriverError, match="the driver was killed by SIGSEGV"):
        preflights(servers, parsers).found_for(cell(parsers, "threads", "segfaults"))


def test_a_parser_that_never_returns_fails_the_preflight(servers: Servers, parsers: Path) -> None:
    with pytest.raises(DriverError, match=r"page 1 \(/pages/0, .*no end after 2 s.*never returns"):
        preflights(servers, parsers, time_limit_s=2).found_for(cell(parsers, "threads", "never"))


def test_a_parser_that_differs_each_time_is_found_with_field_and_values(
    servers: Servers, parsers: Path
) -> None:
    with pytest.raises(DriverError, match=r"page 0, field .*n.*: first 0, then 1"):
        preflights(servers, parsers).found_for(cell(parsers, "threads", "different"))


def test_a_missing_module_is_unsupported_and_names_the_flag(servers: Servers, parsers: Path) -> None:
    made = tiny_cells(parsers, job__parser="nowhere.to:be_found")["threads"]
    with pytest.raises(DriverError, match="--python") as caught:
        preflights(servers, parsers).found_for(made)
    assert caught.value.status == "unsupported"


def test_a_missing_function_fails_and_names_what_there_is(servers: Servers, parsers: Path) -> None:
    with pytest.raises(DriverError, match="good") as caught:
        preflights(servers, parsers).found_for(cell(parsers, "threads", "goood"))
    assert caught.value.status == "failed"


def test_an_unpicklable_record_is_noticed_before_and_in_the_window(servers: Servers, parsers: Path) -> None:
    found = preflights(servers, parsers).found_for(cell(parsers, "threads", "unpicklable"))
    assert found.unpicklable is not None
    made = cell(parsers, "processes", "unpicklable")
    outcome = run_repetition(
        made,
        servers.serving(made.server),
        round_=0,
        python=sys.executable,
        amount=Amount(),
        seed=3,
        import_path=(str(parsers),),
        time_limit_s=60,
    )
    assert isinstance(outcome, Broken)
    assert "cannot be pickled" in outcome.reason
    assert "return plain data" in outcome.reason


def test_a_python_that_cannot_be_started_is_told(servers: Servers, parsers: Path) -> None:
    made = cell(parsers, "threads", "good")
    (parsers / "python").write_text("not a program")
    with pytest.raises(DriverError, match="--python") as caught:
        DriverProcess(
            str(parsers / "python"), job(made, servers.serving(made.server), parsers), parsers, time_limit_s=5
        )
    assert caught.value.status == "unsupported"


@pytest.mark.parametrize("arrivals", [None, {"rate": "500/s"}], ids=["closed", "open"])
def test_the_driver_needs_nothing_but_the_standard_library(
    arrivals: dict[str, str] | None, servers: Servers, parsers: Path
) -> None:
    made = tiny_cells(parsers, strategies=["processes_per_core"], arrivals=arrivals)["processes_per_core"]
    (parsers / "job.json").write_text(json.dumps(job(made, servers.serving(made.server), parsers)))
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(DRIVER), str(parsers / "job.json")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(read_samples(parsers / "out.json")["columns"]["page"]) == 12


def test_a_job_file_of_another_protocol_is_refused(parsers: Path) -> None:
    (parsers / "job.json").write_text('{"protocol": 99}')
    done = subprocess.run(
        [sys.executable, str(DRIVER), str(parsers / "job.json")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "speaks protocol 1" in done.stderr
