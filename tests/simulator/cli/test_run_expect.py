"""`simulator run` with expectations, on a tiny real run: what is printed, and the exit code."""

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from simulator.result.document import result_schema
from tests.simulator.cli.started import simulator

pytestmark = pytest.mark.scenario

Write = Callable[..., Path]

SLOWER = "throughput(threads) < 0.1 * throughput(sequential)"
FASTER = "throughput(threads) > 0.1 * throughput(sequential)"
UNKNOWN = "p99_9(threads) < 1h"
"""12 jobs carry no such percentile."""


def test_a_claim_is_held_and_its_opposite_ends_with_99(scenario_file: Write) -> None:
    claims = [
        {"claim": "Threads keep up", "that": FASTER},
        {"claim": "Threads do not keep up", "that": SLOWER},
    ]
    file = scenario_file(rounds=3, expect=[*claims, UNKNOWN])
    done = simulator(file.parent, "run", file, "--json", "out.json", "--strict")
    assert done.returncode == 99, done.stderr
    assert f"simulator: undecided: {UNKNOWN}: p99_9(threads) has no value" in done.stderr
    assert "✓ Threads keep up" in done.stdout
    assert f"held: {FASTER}" in done.stdout
    assert "✗ Threads do not keep up" in done.stdout
    assert all(len(line) <= 80 for line in done.stdout.splitlines())
    document = json.loads((file.parent / "out.json").read_text())
    jsonschema.validate(document, result_schema())
    assert [each["verdict"] for each in document["expectations"]] == ["held", "not held", "undecided"]

    shown = simulator(file.parent, "report")
    assert (shown.returncode, shown.stdout) == (0, done.stdout)


@pytest.mark.parametrize(("arguments", "code"), [((), 0), (("--strict",), 98)])
def test_what_stays_undecided_is_a_warning_and_98_when_strict(
    scenario_file: Write, arguments: tuple[str, ...], code: int
) -> None:
    file = scenario_file(rounds=3, expect=[UNKNOWN, FASTER])
    done = simulator(file.parent, "run", file, *arguments)
    assert done.returncode == code, done.stderr
    assert f"simulator: undecided: {UNKNOWN}: p99_9(threads) has no value" in done.stderr
    assert f"? undecided: {UNKNOWN}" in done.stdout


@pytest.mark.usefixtures("parsers")
def test_a_cell_that_failed_comes_before_what_was_expected(scenario_file: Write) -> None:
    expect = ["throughput(threads) > 1/h", "throughput(sequential) < 1/h"]
    file = scenario_file(
        rounds=3, expect=expect, job__parser="mine:unpicklable", strategies=["threads", "processes"]
    )
    done = simulator(file.parent, "run", file, "--strict")
    assert done.returncode == 1, done.stderr
    assert "not held: throughput(sequential) < 1/h" in done.stdout


def test_nothing_valid_comes_before_what_was_expected(scenario_file: Write) -> None:
    file = scenario_file(expect=[FASTER], validity=None)
    done = simulator(file.parent, "run", file)
    assert done.returncode == 98, done.stderr
    assert "threads is invalid" in done.stdout


def test_a_mistake_in_an_expectation_is_found_before_anything_is_measured(scenario_file: Write) -> None:
    file = scenario_file(expect=["throughput(thraeds) > 1/s"])
    for command in ("run", "validate"):
        done = simulator(file.parent, command, file)
        assert done.returncode == 2
        assert "did you mean threads?" in done.stderr
        assert "Traceback" not in done.stderr
    assert not (file.parent / "results.sqlite").exists()
