"""A file that a scenario names is read with it: what is wrong in it is said where the scenario names it."""

import os
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest

from mockserver.delay_file import read_delays
from simulator.scenario.load import load, load_text
from simulator.scenario.problem import Problem, ScenarioError

Refused = Callable[..., tuple[Problem, ...]]

DELAYS = "{kind: empirical, file: delays.txt}"


def with_server(base: str, line: str) -> str:
    return base.replace("latency: 40ms", line)


def with_delays(base: str) -> str:
    return with_server(base, f"latency: {DELAYS}")


@pytest.mark.parametrize(
    ("content", "line", "quoted"),
    [
        ("31ms\n\nelapsed\n", 3, "elapsed"),
        ("31ms\n40ms\n0.081\n", 3, "0.081"),
        ("31ms\n0,123s\n", 2, "0,123s"),
        ("31ms\n11m\n", 2, "11m"),
        ("31ms\n-1ms\n", 2, "-1ms"),
    ],
)
def test_a_line_that_is_no_delay_is_told_with_both_lines(
    base: str, refused: Refused, tmp_path: Path, content: str, line: int, quoted: str
) -> None:
    delays = tmp_path / "delays.txt"
    delays.write_text(content)
    (problem,) = refused(with_delays(base))
    assert (problem.line, problem.path) == (3, "server.latency.file")
    assert f"{delays}, line {line}" in problem.message
    assert quoted in problem.message


def test_a_file_without_delays_is_told(base: str, refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "delays.txt").write_text("# none yet\n")
    (problem,) = refused(with_delays(base))
    assert str(tmp_path / "delays.txt") in problem.message


def test_each_level_and_each_case_is_looked_at_where_it_is_written(
    base: str, refused: Refused, tmp_path: Path
) -> None:
    (tmp_path / "good.txt").write_text("31ms\n")
    (tmp_path / "bad.txt").write_text("slow\n")
    (tmp_path / "empty").mkdir()
    problems = refused(
        f"{base}"
        "vary:\n"
        "  server.latency:\n"
        "    - {kind: empirical, file: good.txt}\n"
        "    - {kind: empirical, file: bad.txt}\n"
        "cases:\n"
        "  fine: {in_flight: 2}\n"
        "  bare:\n"
        "    server.content: {kind: folder, path: empty}\n"
    )
    assert [(p.line, p.path) for p in problems] == [
        (11, "vary.server.latency[1].file"),
        (15, "cases.bare.server.content.path"),
    ]
    assert "bad.txt, line 1" in problems[0].message
    assert "no page in it" in problems[1].message


@pytest.mark.parametrize("entry", ["style.css", "nothing", ".hidden.html"])
def test_a_folder_without_a_page_is_told(base: str, refused: Refused, tmp_path: Path, entry: str) -> None:
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / entry).touch()
    (problem,) = refused(with_server(base, "content: {kind: folder, path: ./saved}"))
    assert (problem.line, problem.path) == (3, "server.content.path")
    assert str(tmp_path / "saved") in problem.message


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_told(base: str, refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "saved").mkdir(mode=0)
    (problem,) = refused(with_server(base, "content: {kind: folder, path: ./saved}"))
    assert "change its permissions" in problem.message


def test_a_setting_from_outside_is_named_as_the_place(base: str, refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "delays.txt").write_text("slow\n")
    (problem,) = refused(
        base, overrides=[f"server.latency={{kind: empirical, file: {tmp_path / 'delays.txt'}}}"]
    )
    assert (problem.source, problem.line) == ("--set", None)


def test_what_a_server_elsewhere_reads_is_not_looked_for_here(base: str, tmp_path: Path) -> None:
    both = with_server(base, f"content: {{kind: folder, path: /no/such}}\n  latency: {DELAYS}")
    load_text(both, "t", tmp_path, served_elsewhere=True)
    (tmp_path / "delays.txt").write_text("slow\n")
    with pytest.raises(ScenarioError, match=r"delays.txt, line 1"):  # this program reads it, too
        load_text(both, "t", tmp_path, served_elsewhere=True)


def test_a_file_is_read_once_for_all_combinations(base: str, tmp_path: Path) -> None:
    (tmp_path / "delays.txt").write_text("31ms\n")
    path = tmp_path / "t.yaml"
    path.write_text(f"{with_delays(base)}vary: {{in_flight: [1, 2, 3], job.parser: [json, spin]}}\n")
    with mock.patch("simulator.scenario.referred.read_delays", wraps=read_delays) as read:
        load(path)
    assert read.call_count == 1
