"""`simulator import`, as a person uses it: what is printed, what is there afterwards, and that it runs."""

import json
from pathlib import Path

import pytest

from tests.simulator.cli.started import simulator
from tests.simulator.imports.recordings import entry, write_har

LITTLE = [
    *("--set", "rounds=1", "--set", "in_flight=2", "--set", "job.pages=6", "--set", "job.warmup=1"),
    *(
        "--set",
        "validity={min_window: 0ms, min_jobs_per_slot: 0, delay_tolerance: 1m, max_server_busy: 1000}",
    ),
    *("--strategy", "threads", "--no-rerun"),
]


def test_a_har_becomes_a_scenario_that_runs(tmp_path: Path) -> None:
    waits = (12, 3.25, 20)
    write_har(
        tmp_path / "shop.har",
        *(entry(f"https://shop.example/{wait}", timings__wait=wait) for wait in waits),
        entry(response__status=404),
    )
    done = simulator(tmp_path, "import", "har", "shop.har", "--to", "shop")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "shop/ has 3 pages, 105 B; delay p50 12 ms, p90 20 ms\n"
        "  left out: 1 answered 4xx (--all-statuses takes these too)\n"
        "shop.yaml is written; run it with\n  simulator run shop.yaml\n"
    )
    assert simulator(tmp_path, "validate", "shop.yaml").stdout.startswith("shop.yaml: ok, 5 cells × 3 rounds")
    ran = simulator(tmp_path, "run", "shop.yaml", "--json", "-", *LITTLE)
    assert ran.returncode == 0, ran.stderr
    document = json.loads(ran.stdout)
    # Where the delays that the server meant were not those of the recording, the audit makes a cell invalid.
    assert {cell["status"] for cell in document["cells"]} == {"ok"}, document["cells"]
    assert document["scenario_resolved"]["server"]["latency"] == {"kind": "recorded"}


def test_answers_that_were_no_success_are_none_again(tmp_path: Path) -> None:
    """A page of four is a 404: it is given up, as the original was, and the others are measured."""
    statuses = (200, 404, 206, 200)
    write_har(
        tmp_path / "shop.har", *(entry(timings__wait=1, response__status=status) for status in statuses)
    )
    done = simulator(tmp_path, "import", "har", "shop.har", "--to", "shop", "--all-statuses")
    assert "shop/ has 4 pages" in done.stdout
    little = [*LITTLE, "--set", "job.pages=8"]
    ran = simulator(tmp_path, "run", "shop.yaml", "--json", "-", *little)
    cells = json.loads(ran.stdout)["cells"]
    assert {cell["status"] for cell in cells} == {"ok"}, cells
    assert {kind for cell in cells for kind in cell["errors"]} == {"status: 404"}


def test_requests_come_as_they_came(tmp_path: Path) -> None:
    """Six jobs, two every 100 ms: the last ones are due 200 ms after the first."""
    moments = ("00.000", "00.010", "00.100", "00.110", "00.200", "00.210")
    write_har(
        tmp_path / "shop.har",
        *(entry(timings__wait=1, startedDateTime=f"2026-11-28T12:00:{moment}Z") for moment in moments),
    )
    simulator(tmp_path, "import", "har", "shop.har", "--to", "shop")
    done = simulator(tmp_path, "run", "shop.yaml", "--json", "-", "--set", "arrivals=recorded", *LITTLE)
    assert done.returncode in (0, 98), done.stderr  # on a busy machine nobody may be in time
    cells = {cell["factors"]["strategy"]: cell for cell in json.loads(done.stdout)["cells"]}
    measures = cells["threads"]["repetitions"][0]["measures"]
    assert measures["arrivals"]["offered_per_s"] == pytest.approx(5 / 0.21)
    assert measures["makespan_s"] > 0.21


def test_what_has_no_pages_runs_on_generated_ones(tmp_path: Path) -> None:
    (tmp_path / "waits.csv").write_text("at,ttfb_ms\n2026-11-28T12:00:00Z,12\n2026-11-28T12:00:01Z,30\n")
    done = simulator(tmp_path, "import", "csv", "waits.csv", "--to", "shop")
    assert done.stdout.startswith(
        "shop/ has how long 2 requests took, and no pages: delay p50 12 ms, p90 30 ms\n"
    )
    assert sorted(path.name for path in (tmp_path / "shop").iterdir()) == ["arrivals.txt", "delays.txt"]
    assert (
        "# arrivals: {process: recorded, file: ./shop/arrivals.txt}" in (tmp_path / "shop.yaml").read_text()
    )
    for changes in ((), ("--set", "arrivals={process: recorded, file: shop/arrivals.txt}")):
        assert simulator(tmp_path, "validate", "shop.yaml", *changes).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["har", "gone.har"], "gone.har: No such file or directory; name a file that can be read"),
        (["wark", "shop.har"], "wark is no kind of recording; did you mean warc?"),
        (
            ["zzzzzz", "shop.har"],
            "zzzzzz is no kind of recording; there are har, warc, vcr, scrapy, log and csv",
        ),
        (["har", "shop.har"], "shop.har is not JSON: Expecting value (line 1, column 1); was it cut off?"),
        (["har", "."], ".: not a regular file; name a file that can be read"),
    ],
)
def test_what_cannot_be_imported_is_one_sentence(arguments: list[str], sentence: str, tmp_path: Path) -> None:
    (tmp_path / "shop.har").touch()
    done = simulator(tmp_path, "import", *arguments, "--to", "shop")
    assert done.returncode == 2
    assert done.stderr.startswith(f"simulator: {sentence}")
    assert done.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["shop.har"]


def test_nothing_is_overwritten_without_force(tmp_path: Path) -> None:
    write_har(tmp_path / "shop.har", entry())
    (tmp_path / "shop.yaml").write_text("mine")
    done = simulator(tmp_path, "import", "har", "shop.har", "--to", "shop")
    assert done.stderr == ("simulator: shop.yaml exists; choose another name, or overwrite it with --force\n")
    assert simulator(tmp_path, "import", "har", "shop.har", "--to", "shop", "--force").returncode == 0
    assert (tmp_path / "shop.yaml").read_text() != "mine"
    again = simulator(tmp_path, "import", "har", "shop.har", "--to", "shop", "--force")
    assert again.returncode == 0


def test_a_scenario_of_a_recording_that_is_gone_is_told_so(tmp_path: Path) -> None:
    write_har(tmp_path / "shop.har", entry(timings__wait=-1))
    simulator(tmp_path, "import", "har", "shop.har", "--to", "shop")
    text = (tmp_path / "shop.yaml").read_text()
    (tmp_path / "shop.yaml").write_text(text.replace("  latency: 100ms", "  #"))
    told = simulator(tmp_path, "validate", "shop.yaml").stderr
    assert "server.content.path" in told
    assert "it is not known how long 1 of 1 pages took; write a latency for all, as 40ms" in told
    (tmp_path / "shop" / "manifest.json").unlink()
    assert "manifest.json: No such file or directory" in simulator(tmp_path, "validate", "shop.yaml").stderr
