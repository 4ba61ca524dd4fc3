"""On which Pythons threads compute in parallel, and what turned a GIL on."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import pytest

from simulator.analysis.findings.runtimes import runtimes
from simulator.analysis.gil import gil_of
from simulator.analysis.summary import summarise
from simulator.report.sentences.registry import sentence
from simulator.report.view.build import build
from simulator.report.view.machine import interpreters
from simulator.report.view.parts import Verdict
from simulator.result.document import ResultDocument
from simulator.result.findings.across import Gil, Runtimes
from simulator.result.run import PlannedCell
from tests.simulator.analysis.builders import repetition, run
from tests.simulator.analysis.test_findings import FIVE, OTHER, WAITS, rounds

COMPUTES: dict[str, Any] = {"cpu_per_page_s": 0.021, "network_s": 0.002}


def measured(
    rates: Mapping[str, tuple[float, float]],
    *,
    gil: Mapping[str, bool] | None = None,
    scatter: Sequence[float] = FIVE,
    each: Mapping[str, Any] = COMPUTES,
    culprit: str | None = None,
) -> ResultDocument:
    """Return a document of sequential and threads on each runtime, at these pages/s."""
    cells, done, calibrations = [], [], {}
    for runtime, (alone, threads) in rates.items():
        for strategy, rate, flight in (("sequential", alone, 1), ("threads", threads, 2)):
            cell_id = f"{strategy}-{runtime}"
            base = None if flight == 1 else f"sequential-{runtime}"
            factors = {"runtime": runtime, "strategy": strategy, "in_flight": flight}
            cells.append(PlannedCell(cell_id, factors, base, flight, marked=False, unsupported=None))
            calibrations[cell_id] = {"gil_enabled_by": culprit, "parse_cpu_s": 0.002}
            about = {"gil_enabled": [(gil or {}).get(runtime, True)], "version": "3.1", "executable": "/p"}
            for number, one in enumerate(rounds(rate, scatter if flight == 1 else OTHER[: len(scatter)]), 1):
                done.append(repetition(cell_id, number, one, environment=about, **each))
    return summarise(run(cells, done, calibrations=calibrations))


F = TypeVar("F", Runtimes, Gil)


def only(document: ResultDocument, kind: type[F]) -> F:
    (finding,) = (f for f in document.findings if isinstance(f, kind))
    return finding


def test_without_a_gil_threads_compute_in_parallel() -> None:
    document = measured({"current": (50, 51), "3.13t": (40, 70)}, gil={"3.13t": False})
    found = only(document, Runtimes)
    assert sentence(found) == (
        "On 3.13t threads reach 1.75 × sequential, on current 1.020 ×: without a GIL threads compute in parallel, with"
        " one they take turns. One job after the other, of the pages/s on current: 0.80 × on 3.13t."
    )
    assert found.runtimes[1].speedup.median == pytest.approx(1.75, rel=0.02)
    assert found.scope == {"in_flight": 2}
    verdict = build(document)[0]
    assert isinstance(verdict, Verdict)
    assert sentence(found) in verdict.sentences


def test_threads_that_scale_with_a_gil_have_work_that_lets_go_of_it() -> None:
    found = only(measured({"current": (50, 90), "3.14": (50, 51)}), Runtimes)
    assert "although there is a GIL, so this work lets go of it" in sentence(found)


def test_no_reason_is_given_for_what_two_rounds_may_show_by_luck() -> None:
    document = measured({"current": (50, 51), "3.13t": (40, 70)}, gil={"3.13t": False}, scatter=FIVE[:2])
    assert "GIL" not in sentence(only(document, Runtimes))


def test_no_reason_is_given_for_speed_ups_that_are_too_noisy_to_tell() -> None:
    noisy = [1.0, 0.4, 1.6, 0.5, 1.5]
    document = measured({"current": (50, 51), "3.13t": (40, 70)}, gil={"3.13t": False}, scatter=noisy)
    assert only(document, Runtimes).because is None


def test_nothing_is_said_where_jobs_wait_or_there_is_one_python() -> None:
    waits = {key: value for key, value in WAITS.items() if key == "network_s"}
    assert runtimes(measured({"a": (10, 20), "b": (10, 20)}, each={**waits, "cpu_per_page_s": 0.001})) == ()
    assert runtimes(measured({"a": (10, 20)})) == ()


def test_a_module_that_turned_the_gil_on_is_named_once() -> None:
    document = measured({"3.13t": (50, 51)}, culprit="lxml.etree")
    found = only(document, Gil)
    assert (found.module, found.when) == ("lxml.etree", "import")
    assert sentence(found).startswith(
        "3.13t was built to run without the GIL, but importing lxml.etree turned it on"
    )
    off = measured({"3.13t": (50, 80)}, culprit="aiohttp._x", gil={"3.13t": False})
    assert not [f for f in off.findings if f.kind == "gil"], "the workers of these cells did not import it"


def test_a_module_that_turned_the_gil_on_in_a_call_is_named_also_where_there_is_one_python() -> None:
    document = measured({"3.13t": (50, 51)}, gil={"3.13t": False})
    late = {"free_threaded": True, "gil_enabled": [False], "gil_turned_on_by": "oldext"}
    cells = tuple(
        replace(
            cell,
            factors={name: level for name, level in cell.factors.items() if name != "runtime"},
            repetitions=tuple(replace(r, environment=late) for r in cell.repetitions),
        )
        for cell in document.cells
    )
    (found,) = runtimes(replace(document, cells=cells))
    assert found.scope == {}
    assert "oldext turned it on while the parser was called" in sentence(found)
    assert gil_of(cells[0]) is None


def test_the_report_lists_each_runtime_with_what_it_was() -> None:
    listed = dict(interpreters(measured({"current": (50, 51), "3.13t": (40, 70)}, gil={"3.13t": False})))
    assert listed == {
        "runtime current": "Python 3.1 (/p), GIL on, one parse 2 ms CPU alone",
        "runtime 3.13t": "Python 3.1 (/p), GIL off, one parse 2 ms CPU alone",
    }
