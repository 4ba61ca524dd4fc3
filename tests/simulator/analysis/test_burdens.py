"""Records that drag much along, and threads without a GIL that hinder each other."""

from dataclasses import replace
from typing import Any

import pytest

from simulator.analysis.findings.burdens import burdens
from simulator.analysis.summary import summarise
from simulator.report.sentences.registry import sentence
from simulator.result.document import CellResult
from simulator.result.findings.reasons import Moved
from tests.simulator.analysis.builders import known_attribution
from tests.simulator.analysis.measured_runs import PYTHON, run_of

PAGE = {"page_bytes": 2_000.0, "heaviest": "title: NavigableString"}


def cells(*, gil: bool = True, calibration: dict[str, Any] | None = None) -> dict[str, CellResult]:
    rates = {"sequential": [50.0] * 3, "threads": [30.0] * 3, "processes": [60.0] * 3}
    made = run_of(rates, python=PYTHON | {"gil_enabled": [gil]}, calibration=calibration or PAGE)
    return {cell.strategy: cell for cell in summarise(made).cells}


def test_a_strategy_that_moves_several_times_the_page_is_named_with_what_weighs_so_much() -> None:
    found = cells()
    heavy = replace(found["processes"], moved_bytes_per_page=14_000.0)
    (finding,) = burdens({}, None, [replace(found["threads"], moved_bytes_per_page=None), heavy])
    assert isinstance(finding, Moved)
    assert "processes" in sentence(finding)
    assert "7 times the page" in sentence(finding)
    assert "title: NavigableString" in sentence(finding)
    assert finding.times_the_page == pytest.approx(7)


def test_records_that_are_smaller_than_their_page_are_no_burden() -> None:
    light = replace(cells()["processes"], moved_bytes_per_page=2_500.0)
    assert burdens({}, None, [light]) == []
    assert burdens({}, None, [replace(light, calibration=None)]) == []


def contended(
    *, gil: bool, alone_s: float = 0.0134, beside_s: float = 0.0506, stall: float = 0.02
) -> list[str]:
    found = cells(gil=gil)
    base = replace(found["sequential"], cpu_per_page_s=alone_s)
    attribution = known_attribution(parse_cpu=0.4, stall_parse=stall)
    threads = replace(found["threads"], cpu_per_page_s=beside_s, attribution=attribution)
    return [sentence(finding) for finding in burdens({}, base, [threads])]


def test_threads_that_need_several_times_the_cpu_without_a_gil_hinder_each_other() -> None:
    (text,) = contended(gil=False, alone_s=0.0134, beside_s=0.0506)
    assert "50.6 ms of CPU where it costs 13.4 ms alone" in text
    assert "reference counts" in text
    assert "cache lines" in text
    assert "allocator" in text


@pytest.mark.parametrize(
    "changes", [{"gil": True}, {"gil": False, "beside_s": 0.015}, {"gil": False, "stall": 0.5}]
)
def test_with_a_gil_or_as_much_cpu_or_waiting_they_do_not(changes: dict[str, Any]) -> None:
    assert contended(**changes) == []
