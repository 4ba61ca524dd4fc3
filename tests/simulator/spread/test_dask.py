"""End to end: two combinations on two workers of a real cluster, each with a CPU of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.simulator.cli.started import started, wait_until

pytest.importorskip("distributed")

CPUS = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
SCHEDULER = "from distributed.cli.dask_scheduler import main; main()"
WORKER = (
    "import os, sys; os.sched_setaffinity(0, {int(sys.argv.pop())});"
    " from distributed.cli.dask_worker import main; main()"
)


def starting(stack: ExitStack, folder: Path, name: str, code: str, *words: str) -> Path:
    """Start a part of the cluster, which ends with the stack; returns where it says what it does."""
    says = folder / f"{name}.txt"
    process = subprocess.Popen(
        [sys.executable, "-c", code, *words],
        cwd=folder,
        env={**os.environ, "XDG_STATE_HOME": str(folder)},  # CPUs are not locked for what runs beside tests
        stdin=subprocess.DEVNULL,
        stdout=stack.enter_context(says.open("wb")),
        stderr=subprocess.STDOUT,
    )
    stack.callback(process.wait)
    stack.callback(process.kill)
    return says


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[str]:
    """Return the address of a scheduler with two workers, which are machines of their own."""
    file = tmp_path / "scheduler.json"
    with ExitStack() as stack:
        words = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)]
        starting(stack, tmp_path, "scheduler", SCHEDULER, *words)
        told = []
        for name, cpu in zip(("left", "right"), CPUS, strict=False):
            more = ["--scheduler-file", str(file), "--host", "127.0.0.1", "--name", name, "--nthreads", "1"]
            more += ["--no-nanny", "--no-dashboard", "--resources", "simulator=1"]
            told.append(starting(stack, tmp_path, name, WORKER, *more, str(cpu)))
        wait_until(lambda: all(map(joined, told)), "both workers joined")
        yield str(json.loads(file.read_text("utf-8"))["address"])


def joined(says: Path) -> bool:
    return "Registered to" in says.read_text("utf-8")


@pytest.mark.skipif(len(CPUS) < 2, reason="two machines of their own need a CPU each")
@pytest.mark.scenario
def test_two_workers_share_the_combinations(
    tmp_path: Path, scenario_file: Callable[..., Path], scheduler: str
) -> None:
    path = scenario_file(parallelism=1, job__client="http.client", vary={"server.latency": ["1ms", "3ms"]})
    words = [
        "run",
        str(path),
        "--no-rerun",
        "--on",
        "dask",
        "--scheduler",
        scheduler,
        "--json",
        "result.json",
        "--tables",
    ]
    done = started(tmp_path, *words, "--progress", "jsonl:events.jsonl")
    assert done.returncode == 0, done.stderr
    document = json.loads((tmp_path / "result.json").read_text("utf-8"))
    assert [cell["status"] for cell in document["cells"]] == ["ok"] * 4
    where = {cell["id"]: cell["environment"]["machine"]["name"] for cell in document["cells"]}
    assert set(where.values()) == {"left", "right"}
    for combination in document["combinations"]:
        assert len({where[cell] for cell in combination["cells"]}) == 1
    assert {cell["environment"]["machine"]["usable_cores"] for cell in document["cells"]} == {1}
    assert "measured on left" in done.stdout
    assert "Measured on " in done.stdout
    told = [json.loads(line)["event"] for line in (tmp_path / "events.jsonl").read_text("utf-8").splitlines()]
    assert told.count("unit_started") == told.count("unit_ended") == 2
    assert "Traceback" not in done.stderr
