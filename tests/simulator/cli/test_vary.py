"""`simulator run` and `validate` with CPUs and the switch interval as factors."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.simulator.cli.started import simulator

pytestmark = pytest.mark.scenario

Write = Callable[..., Path]
CPUS = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


@pytest.mark.skipif(len(CPUS) < 2, reason="needs two CPUs that may be chosen between")
def test_each_level_is_a_cell_and_its_baseline_runs_under_it(scenario_file: Write) -> None:
    here, there = CPUS[:1], CPUS[1:2]
    pinned = {"server": here, "driver": there}
    file = scenario_file(vary={"affinity": [None, pinned], "job.switch_interval": [None, "1ms"]})
    done = simulator(file.parent, "run", file, "--json", "out.json")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    document = json.loads((file.parent / "out.json").read_text())
    label = f"{{server: {here}, driver: {there}}}"
    found = {
        (
            cell["factors"]["strategy"],
            cell["factors"]["affinity"],
            cell["factors"]["job.switch_interval"],
        ): cell["environment"]
        for cell in document["cells"]
    }
    assert len(found) == len(document["cells"]) == 8
    for (_, affinity, interval), environment in found.items():
        assert environment["affinity"] == (CPUS if affinity is None else there)
        assert environment["server_affinity"] == (CPUS if affinity is None else here)
        assert environment["switch_interval_s"] == (0.001 if interval else sys.getswitchinterval())
    assert {affinity for _, affinity, _ in found} == {None, label}
    assert "affinity null, job.switch_interval 1ms" in done.stdout
    assert f"affinity {label}, job.switch_interval null" in " ".join(done.stdout.split())


@pytest.mark.skipif(not CPUS, reason="needs CPUs that can be chosen between")
def test_a_cpu_that_is_not_there_leaves_out_its_cells_alone(scenario_file: Write) -> None:
    file = scenario_file(vary={"affinity.driver": [CPUS[:1], [4095]]})
    expected = "affinity.driver names CPU 4095, which this program may not use here; usable: " + ", ".join(
        map(str, CPUS)
    )
    checked = simulator(file.parent, "validate", file)
    assert checked.returncode == 0
    assert f"will be left out: {expected}" in checked.stdout
    done = simulator(file.parent, "run", file, "--json", "-")
    assert done.returncode == 0, done.stderr
    statuses = {
        (cell["factors"]["affinity.driver"], cell["status"], cell["reason"])
        for cell in json.loads(done.stdout)["cells"]
    }
    assert statuses == {(str(CPUS[:1]), "ok", None), ("[4095]", "unsupported", expected)}
