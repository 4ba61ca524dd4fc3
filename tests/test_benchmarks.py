"""The benchmarks start and end; what they measure is nothing for a test."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.scenario
@pytest.mark.parametrize(
    "name", ["harness", "server", "store", "report", "memory", "search", "same", "hybrids"]
)
def test_a_benchmark_runs(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", "--quick"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert "Traceback" not in done.stderr
    if name == "server" and shutil.which("wrk") is None:
        assert (done.returncode, "wrk" in done.stderr + done.stdout) == (2, True)
        return
    # 1: a target was missed, which a busy machine may do.
    assert done.returncode in (0, 1), done.stderr
    assert done.stdout.strip()
