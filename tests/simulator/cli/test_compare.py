import json
import re
from pathlib import Path

import jsonschema
import pytest

from simulator.analysis.summary import summarise
from simulator.cli.compared import parse_tolerance
from simulator.cli.exits import Stop
from simulator.result.comparison import comparison_schema
from simulator.result.document import to_json
from simulator.store import Store
from tests.simulator.analysis.measured_runs import MACHINE, PYTHON, run_of
from tests.simulator.cli.started import simulator
from tests.simulator.cli.stored import keep

STEADY = [100.0, 101.0, 99.0]
A = run_of({"sequential": STEADY, "threads": STEADY}, run_id="aaaa")
SLOW = run_of({"sequential": STEADY, "threads": [80.0, 81.0, 79.0]}, run_id="bbbb")


def test_no_difference_is_0(tmp_path: Path) -> None:
    keep(tmp_path, A, run_of({"sequential": STEADY, "threads": STEADY[::-1]}, run_id="cccc"))
    done = simulator(tmp_path, "compare", "last~1", "last")
    assert done.returncode == 0, done.stderr
    assert "No difference in any of 2 cells: a change of 2.3 % would have shown." in done.stdout
    assert "cccc (B) against aaaa (A)" in done.stdout


def test_a_regression_is_99_and_its_cell_is_named(tmp_path: Path) -> None:
    keep(tmp_path, A, SLOW)
    done = simulator(tmp_path, "compare", "aa", "bb")
    assert done.returncode == 99
    assert re.search(r"threads: .*a regression: speed-up 0\.80 ×, wholly beyond 5 %", done.stdout)
    assert simulator(tmp_path, "compare", "aa", "bb", "--tolerance", "25%").returncode == 0
    assert simulator(tmp_path, "compare", "bb", "aa").returncode == 0


def test_the_same_slow_down_on_a_slower_machine_cannot_be_told(tmp_path: Path) -> None:
    slow = run_of({"threads": [80.0, 81.0, 79.0]}, spins=[0.0125] * 3, run_id="bbbb", cores_used=1.0)
    keep(tmp_path, run_of({"threads": STEADY}, run_id="aaaa", cores_used=1.0), slow)
    done = simulator(tmp_path, "compare", "aaaa", "bbbb")
    assert done.returncode == 98
    assert "cannot tell" in done.stdout
    assert "0.80 × is within what the machine's own speed" in done.stdout


def test_nothing_that_can_be_told_is_98(tmp_path: Path) -> None:
    keep(tmp_path, A, run_of({"threads": [10.0, 11.0]}, run_id="bbbb"))
    done = simulator(tmp_path, "compare", "aaaa", "bbbb")
    assert done.returncode == 98
    assert "threads: cannot tell: in B 2 valid rounds, 3 are needed" in done.stdout
    assert "only in A" in done.stdout


def test_another_machine_or_python_is_refused_unless_told_otherwise(tmp_path: Path) -> None:
    other = run_of(
        {"sequential": STEADY, "threads": STEADY},
        run_id="bbbb",
        python={**PYTHON, "free_threaded": True},
        environment={**MACHINE, "machine": {**MACHINE["machine"], "cpu_model": "Chip 10"}},
    )
    keep(tmp_path, A, other)
    done = simulator(tmp_path, "compare", "aaaa", "bbbb")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        "simulator: aaaa and bbbb were measured on different machines or Pythons; --across compares them all the same:",
        "  CPU: Chip 9 in A, Chip 10 in B",
        "  Python: CPython 3.13.5 in A, CPython 3.13.5 free-threaded in B",
    ]
    allowed = simulator(tmp_path, "compare", "aaaa", "bbbb", "--across")
    assert allowed.returncode == 0
    assert "compared across: CPU: Chip 9 in A, Chip 10 in B" in allowed.stdout


def test_runs_without_a_common_cell_are_refused(tmp_path: Path) -> None:
    keep(tmp_path, A, run_of({"processes": STEADY}, run_id="bbbb"))
    done = simulator(tmp_path, "compare", "aaaa", "bbbb")
    assert done.returncode == 2
    assert "aaaa (shop) and bbbb (shop) have no cell in common" in done.stderr


def test_a_result_document_from_a_file_is_compared_like_the_run(tmp_path: Path) -> None:
    keep(tmp_path, A, SLOW)
    (tmp_path / "before.json").write_text(to_json(summarise(A)), encoding="utf-8")
    from_file = simulator(tmp_path, "compare", "before.json", "last")
    assert from_file.returncode == 99
    assert from_file.stdout == simulator(tmp_path, "compare", "aaaa", "bbbb").stdout


def test_json_on_standard_output_is_alone_and_follows_its_schema(tmp_path: Path) -> None:
    keep(tmp_path, A, SLOW)
    done = simulator(tmp_path, "compare", "aaaa", "bbbb", "--json", "-", "--metric", "memory")
    assert done.returncode == 0
    document = json.loads(done.stdout)
    jsonschema.validate(document, comparison_schema())
    assert (document["schema"], document["metric"], document["unit"]) == (
        "simulator.comparison/1",
        "memory",
        "B",
    )
    assert [cell["verdict"] for cell in document["cells"]] == ["no difference"] * 2
    assert "No difference" in done.stderr
    assert simulator(tmp_path, "compare", "aaaa", "bbbb", "--json", "out.json").returncode == 99
    written = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert [cell["regression"] for cell in written["cells"]] == [False, True]
    printed = simulator(tmp_path, "schema", "comparison")
    assert json.loads(printed.stdout) == comparison_schema()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("aaaa", "zzzz"), "no run 'zzzz' in"),
        (("aaaa", "nix.json"), "nix.json cannot be read"),
        (
            ("aaaa", "bbbb", "--metric", "memry"),
            "--metric memry: did you mean memory? There are throughput, ",
        ),
        (("aaaa", "bbbb", "--tolerance", "5"), "--tolerance 5: write a percentage"),
        (("aaaa", "bbbb", "--json", "no/such/out.json"), "there is no folder no/such"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    keep(tmp_path, A, SLOW)
    done = simulator(tmp_path, "compare", *arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("text", "share"), [("5%", 0.05), ("0%", 0.0), ("2.5 %", 0.025), ("99%", 0.99)])
def test_a_tolerance_is_a_percentage(text: str, share: float) -> None:
    assert parse_tolerance(text) == pytest.approx(share)


@pytest.mark.parametrize("text", ["5", "", "%", "-5%", "100%", "5 percent", "1e3%", "\u0665%"])
def test_anything_else_is_no_tolerance(text: str) -> None:
    with pytest.raises(Stop, match="write a percentage"):
        parse_tolerance(text)


def test_among_five_hundred_runs_two_are_compared_without_reading_the_others(tmp_path: Path) -> None:
    keep(tmp_path, A)
    with Store.open(tmp_path / "results.sqlite") as store, store._writing() as connection:
        for number in range(500):
            # What is no JSON would be found damaged if it were read.
            connection.execute(
                "INSERT INTO runs VALUES (NULL, ?, 'x', '2030-01-01', 'complete', 5, '?', '?', 1, NULL, NULL)",
                (f"x{number}",),
            )
    keep(tmp_path, SLOW)
    done = simulator(tmp_path, "compare", "last~501", "last")
    assert done.returncode == 99, done.stderr


def test_raw_samples_are_not_read(tmp_path: Path) -> None:
    path = keep(tmp_path, A, SLOW)
    with Store.open(path) as store, store._writing() as connection:
        connection.execute("UPDATE samples SET data = x'00'")
    for metric in ("throughput", "p99", "memory", "cpu"):
        done = simulator(tmp_path, "compare", "aaaa", "bbbb", "--metric", metric)
        assert done.returncode in (0, 98, 99), done.stderr


def test_ci_reads_a_summary_checks_and_figures(tmp_path: Path) -> None:
    keep(tmp_path, A, SLOW)
    files = ("--junit", "c.xml", "--benchmark", "bencher:c.json")
    done = simulator(tmp_path, "compare", "aaaa", "bbbb", "--markdown", *files)
    assert done.returncode == 99, done.stderr
    assert done.stdout.startswith("**bbbb (B) against aaaa (A): pages/s**\n")
    assert "| threads | slower | 0.80" in done.stdout.replace("0.800", "0.80")
    assert "`simulator compare aaaa bbbb --metric throughput --tolerance 5%`" in done.stdout
    assert 'failures="1"' in (tmp_path / "c.xml").read_text(encoding="utf-8")
    figures = json.loads((tmp_path / "c.json").read_text(encoding="utf-8"))
    assert figures["shop: threads"]["throughput-change"]["value"] < 0.85
