"""End to end: two combinations on two workers of a real cluster, each with a CPU of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.simulator.cli.started import running, started, wait_until

pytest.importorskip("distributed")

CPUS = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
SCHEDULER = "from distributed.cli.dask_scheduler import main; main()"
WORKER = (
    "import os, sys; os.sched_setaffinity(0, {int(sys.argv.pop())});"
    " from distributed.cli.dask_worker import main; main()"
)


@dataclass
class Cluster:
    """A scheduler and its workers, by their names."""

    folder: Path
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return str(json.loads((self.folder / "scheduler.json").read_text("utf-8"))["address"])


def starting(stack: ExitStack, cluster: Cluster, name: str, code: str, *words: str) -> Path:
    """Start a part of the cluster, which ends with the stack; returns where it says what it does."""
    folder = cluster.folder
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
    cluster.processes[name] = process
    return says


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """Return a scheduler with two workers, which are machines of their own."""
    file, made = tmp_path / "scheduler.json", Cluster(tmp_path)
    with ExitStack() as stack:
        words = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)]
        starting(stack, made, "scheduler", SCHEDULER, *words)
        told = []
        for name, cpu in zip(("left", "right"), CPUS, strict=False):
            more = ["--scheduler-file", str(file), "--host", "127.0.0.1", "--name", name, "--nthreads", "1"]
            more += ["--no-nanny", "--no-dashboard", "--resources", "simulator=1"]
            told.append(starting(stack, made, name, WORKER, *more, str(cpu)))
        wait_until(lambda: all(map(joined, told)), "both workers joined")
        yield made


def joined(says: Path) -> bool:
    return "Registered to" in says.read_text("utf-8")


two_cpus = pytest.mark.skipif(len(CPUS) < 2, reason="two machines of their own need a CPU each")


@two_cpus
@pytest.mark.scenario
def test_two_workers_share_the_combinations(
    tmp_path: Path, scenario_file: Callable[..., Path], cluster: Cluster
) -> None:
    path = scenario_file(parallelism=1, job__client="http.client", vary={"server.latency": ["1ms", "3ms"]})
    words = [
        "run",
        str(path),
        "--no-rerun",
        "--on",
        "dask",
        "--scheduler",
        cluster.address,
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


@two_cpus
@pytest.mark.truth
def test_a_worker_killed_in_mid_run_has_its_combination_measured_once_more_elsewhere(
    tmp_path: Path, scenario_file: Callable[..., Path], cluster: Cluster
) -> None:
    levels = {"vary": {"server.latency": ["1ms", "3ms", "5ms"]}, "rounds": 3, "job__pages": 100}
    path = scenario_file(parallelism=1, job__client="http.client", **levels)
    words = ["run", str(path), "--no-rerun", "--on", "dask", "--scheduler", cluster.address]
    lines = tmp_path / "events.jsonl"
    with running(tmp_path, *words, "--json", "result.json", "--progress", f"jsonl:{lines}") as process:
        wait_until(lambda: has_measured("right", lines), "the right one has measured something")
        cluster.processes["right"].kill()
        _, errors = process.communicate(timeout=110)
    assert process.returncode == 0, errors
    document = json.loads((tmp_path / "result.json").read_text("utf-8"))
    for cell in document["cells"]:
        counts = [r for r in cell["repetitions"] if r["status"] == "ok"]
        assert len(counts) == 3
        assert len({r["round"] for r in cell["repetitions"]}) == len(cell["repetitions"])
    discarded = [r for cell in document["cells"] for r in cell["repetitions"] if r["status"] == "discarded"]
    assert discarded
    assert all(r["reason"].startswith("its combination was left by right") for r in discarded)
    assert "right: its worker is gone" in errors


def has_measured(name: str, path: Path) -> bool:
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return any('"repetition_judged"' in line and f'"name":"{name}"' in line for line in lines)
