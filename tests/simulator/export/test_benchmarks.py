"""What services for benchmarks read."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from simulator.analysis.comparison import compare_runs
from simulator.export.benchmarks import FORMATS, bencher, github
from simulator.export.figures import of_comparison, of_run
from simulator.measures.registry import MEASURES
from simulator.probe.figures import figures_of
from simulator.result.document import to_json
from simulator.result.measured import measured_of
from tests.simulator.analysis.builders import document
from tests.simulator.analysis.measured_runs import run_of
from tests.simulator.cli.started import simulator
from tests.simulator.probe.measurements import measured

MADE = document({"sequential": [1.0, 1.0, 1.0], "threads": [10.0, 11.0, 12.0]})


def test_a_run_s_cells_have_names_that_stay() -> None:
    entries = json.loads(github(of_run(MADE)))
    name = MADE.scenario["name"]
    assert [entry["name"] for entry in entries] == [
        f"{name}: sequential: throughput",
        f"{name}: threads: throughput",
    ]
    assert set(entries[1]) == {"name", "unit", "value", "range"}
    assert entries[1]["value"] == pytest.approx(11)


def test_bencher_has_all_measures_with_their_bounds() -> None:
    found = json.loads(bencher(of_run(MADE)))
    threads = found[f"{MADE.scenario['name']}: threads"]
    assert threads["throughput"]["lower_value"] < 11 < threads["throughput"]["upper_value"]
    assert threads["latency"]["value"] > 0
    assert all("value" in metric for metrics in found.values() for metric in metrics.values())


def test_a_cell_that_is_not_valid_has_no_figure() -> None:
    invalid = replace(MADE.cells[1], status="invalid")
    entries = json.loads(github(of_run(replace(MADE, cells=(MADE.cells[0], invalid)))))
    assert [entry["name"].split(": ")[1] for entry in entries] == ["sequential"]


def test_a_comparison_says_how_many_times_as_good() -> None:
    a, b = (measured_of(run_of({"threads": rates})) for rates in ([100.0, 101, 99], [80.0, 81, 79]))
    for metric, times in (("throughput", 0.8), ("startup", 1.0)):
        (entry,) = json.loads(github(of_comparison(compare_runs(a, b, MEASURES[metric], 0.05))))
        assert (entry["unit"], entry["value"]) == ("×", pytest.approx(times, abs=0.05))


def test_a_probe_has_what_is_better_the_more_for_github_and_all_for_bencher() -> None:
    names = [entry["name"] for entry in json.loads(github(figures_of(measured())))]
    assert names == [
        f"mypkg:parse: {what}"
        for what in (
            "throughput",
            "speedup-2-threads",
            "speedup-4-threads",
            "speedup-2-processes",
            "gil-free",
        )
    ]
    assert json.loads(bencher(figures_of(measured())))["mypkg:parse"]["loop-lag"] == {"value": 10_000_000}


def test_a_report_writes_them_too(tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text(to_json(MADE), encoding="utf-8")
    asked = [word for name in FORMATS for word in ("--benchmark", f"{name}:{name}.json")]
    done = simulator(tmp_path, "report", "r.json", "--quiet", *asked)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "github.json").read_text(encoding="utf-8") == github(of_run(MADE))
    alone = simulator(tmp_path, "report", "r.json", "--benchmark", "bencher:-")
    assert alone.stdout == bencher(of_run(MADE))
    for wrong, said in (
        ("nix:x.json", "--benchmark nix:x.json: write github:PATH or bencher:PATH"),
        ("github", "write github:PATH or bencher:PATH"),
        ("github:no/x.json", "--benchmark no/x.json: there is no folder no; make it first"),
    ):
        done = simulator(tmp_path, "report", "r.json", "--benchmark", wrong)
        assert (done.returncode, said in done.stderr) == (2, True), done.stderr
