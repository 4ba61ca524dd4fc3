"""`--trace`, as a person uses it."""

from pathlib import Path

import pytest

from simulator.analysis.summary import summarise
from simulator.result.document import to_json
from tests.simulator.analysis.measured_runs import run_of
from tests.simulator.cli.stored import keep, simulator
from tests.simulator.trace.rules import checked

RUN = run_of({"sequential": [10.0, 11.0, 12.0], "threads": [30.0, 33.0, 36.0]}, run_id="aaaa")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    keep(tmp_path, RUN)
    (tmp_path / "run.json").write_text(to_json(summarise(RUN)), encoding="utf-8")
    return tmp_path


def test_a_report_writes_a_trace_beside_it(folder: Path) -> None:
    done = simulator(folder, "report", "last", "--trace", "out.json")
    assert done.returncode == 0
    assert "threads" in done.stdout
    found = checked((folder / "out.json").read_text(encoding="utf-8"))
    assert [(c["name"], c["jobs"]) for c in found["otherData"]["cells"]] == [
        ("sequential, 1 in flight", 100),
        ("threads, 8 in flight", 100),
    ]
    assert done.stderr == (
        f"the trace of 2 cells, {len(found['traceEvents']):,} events, is written to out.json; https://ui.perfetto.dev"
        " opens it\n"
    )
    assert str(folder) not in (folder / "out.json").read_text(encoding="utf-8")


def test_a_trace_on_standard_output_has_it_alone(folder: Path) -> None:
    done = simulator(folder, "report", "last", "--trace", "-")
    assert done.returncode == 0
    assert checked(done.stdout)["otherData"]["run"] == "aaaa"
    assert "is written to standard output" in done.stderr


def test_a_result_document_has_no_samples_to_trace_and_nothing_is_shown_of_it(folder: Path) -> None:
    done = simulator(folder, "report", "./run.json", "--trace", "out.json", "--json", "again.json")
    assert (done.returncode, done.stdout) == (2, "")
    assert "a result document has no raw samples; give the run's id" in done.stderr
    assert not (folder / "out.json").exists()
    assert not (folder / "again.json").exists()


def test_a_trace_that_cannot_be_written_is_refused_at_once(folder: Path) -> None:
    done = simulator(folder, "report", "last", "--trace", "nowhere/out.json")
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no folder nowhere" in done.stderr


@pytest.mark.scenario
def test_a_run_writes_a_trace_of_what_it_measured(folder: Path) -> None:
    (folder / "tiny.yaml").write_text(
        "{name: tiny, server: {latency: 1ms}, job: {pages: 8, parser: html.parser}, strategies: [threads, asyncio],"
        " in_flight: 2, rounds: 1, validity: {min_window: 0ms, min_jobs_per_slot: 0, delay_tolerance: 1m,"
        " max_server_busy: 1000}}",
        encoding="utf-8",
    )
    done = simulator(folder, "run", "tiny.yaml", "--trace", "out.json")
    assert done.returncode == 0, done.stderr
    found = checked((folder / "out.json").read_text(encoding="utf-8"))
    assert [(c["name"], c["jobs"]) for c in found["otherData"]["cells"]] == [
        ("sequential, 1 in flight", 8),
        ("threads, 2 in flight", 8),
        ("asyncio, 2 in flight", 8),
    ]
