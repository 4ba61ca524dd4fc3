"""`--trace`, as a person uses it."""

import json
from pathlib import Path

import pytest

from simulator.analysis.summary import summarise
from simulator.cli.exits import Stop
from simulator.cli.tracing import write_trace
from simulator.result.document import to_json
from simulator.result.samples import Samples
from simulator.store import StoreError
from tests.simulator.analysis.builders import planned, repetition, run, samples
from tests.simulator.analysis.measured_runs import run_of
from tests.simulator.cli.started import simulator
from tests.simulator.cli.stored import keep
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


def test_what_does_not_fit_into_a_file_is_left_out_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    many = samples(30_000)
    document = summarise(run([planned("threads")], [repetition("threads", 0)], kept=lambda *_: many))
    write_trace(document, str(tmp_path / "out.json"), lambda *_: many)
    found = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    gone = found["otherData"]["cells"][0]["jobs_left_out"]
    assert 0 < gone < 30_000
    assert 100_000 < len(found["traceEvents"]) <= 200_000
    _, line, *more = capsys.readouterr().err.splitlines()
    assert line.startswith(f"the trace leaves out the last {gone:,} of 30,000 jobs of 1 cell,")
    assert not more


def test_a_trace_whose_samples_cannot_be_read_leaves_no_file_and_says_why(tmp_path: Path) -> None:
    readings: list[int] = []

    def damaged(_cell: str, _round: int) -> Samples:
        # They are read once to be counted, and once more to be written.
        readings.append(len(readings))
        if len(readings) > 1:
            raise StoreError("the results database is damaged")
        return samples()

    document = summarise(run([planned("threads")], [repetition("threads", 0)]))
    with pytest.raises(Stop, match=r"--trace .*out\.json cannot be written: the results database is damaged"):
        write_trace(document, str(tmp_path / "out.json"), damaged)
    assert list(tmp_path.iterdir()) == []


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
