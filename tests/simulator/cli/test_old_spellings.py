from pathlib import Path

import pytest

from simulator.cli.old_spellings import renewed
from tests.simulator.cli.started import simulator


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("init mine --pages ./saved", "init mine --pages-from ./saved"),
        ("init mine --pages=./saved", "init mine --pages-from=./saved"),
        ("probe json --input a --input b", "probe json --pages-from a --pages-from b"),
        ("runs --name shop* --limit 1", "runs --scenario shop* --limit 1"),
        ("runs --json", "runs --json -"),
        ("runs --json --limit 1", "runs --json - --limit 1"),
        ("doctor --json", "doctor --json -"),
    ],
)
def test_an_old_spelling_is_taken_and_told(old: str, new: str) -> None:
    words, said = renewed(old.split())
    assert words == new.split()
    assert len(said) == old.count(" --") - new.count("--limit")
    assert renewed(words) == (words, [])


@pytest.mark.parametrize(
    "line",
    [
        "run a.yaml --json out.json",
        "runs --json - --limit 1",
        "runs --json=x",
        "init -- --pages",
        "--version",
    ],
)
def test_what_is_spelled_as_now_stays(line: str) -> None:
    assert renewed(line.split()) == (line.split(), [])


def test_it_works_and_says_so_in_one_line(tmp_path: Path) -> None:
    done = simulator(tmp_path, "runs", "--json")
    assert (done.returncode, done.stdout) == (0, "[]\n")
    assert done.stderr == "simulator: --json takes a PATH now; --json - is standard output\n"
