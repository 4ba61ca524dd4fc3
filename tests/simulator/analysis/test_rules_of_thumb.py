"""What rules of thumb would have chosen, and what that costs."""

from dataclasses import replace

import pytest

from simulator.analysis.rules_of_thumb import rules, rules_of_run
from simulator.analysis.situations import situations
from simulator.report.view.rules import rules_tables
from simulator.result.document import ResultDocument
from simulator.result.rules import RuleOfThumb
from simulator.stats.intervals import Interval
from tests.simulator.analysis.predictions import calibrated


def ruled(document: ResultDocument) -> dict[str, RuleOfThumb]:
    return {rule.rule: rule for rule in rules(document, situations(document))}


def test_what_each_rule_takes() -> None:
    found = ruled(calibrated())
    assert {name: (rule.strategy, rule.in_flight) for name, rule in found.items()} == {
        "goetz": ("threads", 10),
        "executor": ("threads", 6),
        "dask": ("processes", 2),
        "asyncio": ("asyncio", 8),
    }
    assert not any(rule.measured for rule in found.values())


def test_of_many_cores_dask_takes_a_root() -> None:
    found = ruled(calibrated(cores=16))["dask"]
    assert (found.strategy, found.in_flight) == ("processes_of_threads", 16)
    assert found.per_s is not None


def test_a_job_that_computes_is_no_job_for_a_loop() -> None:
    found = ruled(calibrated(server={"latency": "1ms"}))["asyncio"]
    assert (found.strategy, found.in_flight) == ("processes", 2)


def test_what_it_costs_is_told_over_what_does_most() -> None:
    found = ruled(calibrated())
    assert found["executor"].best_strategy == "processes"
    for rule in found.values():
        assert rule.per_s is not None
        assert rule.of_best is not None
        assert rule.of_best == pytest.approx(rule.per_s / rule.best_per_s)
        assert rule.of_best <= 1
    assert found["executor"].of_best == pytest.approx(0.5, abs=0.1)


def test_what_was_measured_is_taken_from_the_measurement() -> None:
    made = calibrated(vary={"in_flight": [2, 6, 10]})
    rates = {"threads": 150.0, "processes": 300.0}
    cells = (
        replace(cell, status="ok", throughput_per_s=Interval(rate, rate, rate))
        if (rate := rates.get(cell.strategy))
        else cell
        for cell in made.cells
    )
    found = {rule.rule: rule for rule in rules_of_run(replace(made, cells=tuple(cells)))}
    executor = found["executor"]
    assert (executor.per_s, executor.best_per_s, executor.of_best) == (150, 300, 0.5)
    assert executor.measured
    assert executor.levels == {}
    assert not found["asyncio"].measured
    (table,) = rules_tables(tuple(found.values()))
    assert table.title == "Rules of thumb"
    assert table.rows[1] == ("min(32, cores + 4) threads", "threads @6", "150", "0.50", "processes @2")
    assert table.rows[3][2].startswith("~")
    assert table.findings


def test_a_run_in_which_the_jobs_in_flight_do_not_vary_has_none() -> None:
    assert rules_of_run(calibrated()) == ()
    assert calibrated().rules == ()


def test_without_what_a_job_needs_nothing_is_said() -> None:
    assert rules(calibrated(), {}) == ()
