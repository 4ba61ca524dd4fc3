"""Two levels in one run: paired by round, with the words and the decisions of two runs."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from simulator.analysis.comparison import compare_runs
from simulator.analysis.side_by_side import compare_levels
from simulator.measures.registry import MEASURES
from simulator.result.comparison import ComparedRun, Comparison, decided, regressions
from simulator.result.measured import MeasuredCell, MeasuredRun, measured_of
from tests.simulator.analysis.measured_runs import run_of

MAIN, HEAD = (ComparedRun(name, f"shop at {name}", "2030-01-01T00:00:00") for name in ("main", "HEAD"))
Rates = Mapping[str, Sequence[float]]


def run(main: Rates, head: Rates) -> MeasuredRun:
    """Return one run with the cells of both levels."""
    parts = [
        measured_of(run_of(rates, levels={"runtime": level}))
        for level, rates in (("main", main), ("HEAD", head))
    ]
    return replace(parts[0], cells=(*parts[0].cells, *parts[1].cells))


def compared(whole: MeasuredRun, metric: str = "throughput", tolerance: float = 0.05) -> Comparison:
    return compare_levels(whole, "runtime", MAIN, HEAD, MEASURES[metric], tolerance)


DRIFTING = np.array([100.0, 60.0, 140.0, 80.0, 120.0])
"""A machine that is now fast, now slow: of unpaired rounds nothing could be told."""


def test_what_a_round_does_to_both_cancels() -> None:
    slower = DRIFTING * np.array([0.90, 0.91, 0.89, 0.90, 0.90])
    found = compared(run({"threads": DRIFTING.tolist()}, {"threads": slower.tolist()}))
    (cell,) = found.cells
    assert cell.verdict == "slower"
    assert cell.regression
    assert cell.adjusted is not None
    assert cell.adjusted.median == pytest.approx(0.90, abs=0.002)
    assert cell.adjusted.low > 0.885
    assert dict(cell.factors) == {"strategy": "threads", "in_flight": cell.factors["in_flight"]}
    assert (found.run, found.machine_speed, cell.machine_speed) == ("r1", None, None)


def test_less_than_is_tolerated_is_no_regression_and_equal_ones_are_not_told_apart() -> None:
    little = DRIFTING * np.array([0.97, 0.971, 0.969, 0.97, 0.97])
    found = compared(run({"threads": DRIFTING.tolist()}, {"threads": little.tolist()}))
    assert (found.cells[0].verdict, regressions(found)) == ("slower", ())
    same = compared(run({"threads": [100, 101, 99]}, {"threads": [100.5, 100.4, 99.2]}))
    assert same.cells[0].verdict == "no difference"


def test_of_many_equal_revisions_few_have_any_regression() -> None:
    draw = np.random.default_rng(3)
    strategies = ("sequential", "threads", "asyncio", "processes")

    def rates() -> Rates:
        return {name: (100 * np.exp(draw.normal(0, 0.03, 5))).tolist() for name in strategies}

    found = [compared(run(rates(), rates()), tolerance=0.0) for _ in range(100)]
    assert sum(bool(regressions(one)) for one in found) <= 10


def test_the_worse_of_a_duration_is_more_of_it() -> None:
    whole = run({"threads": [100, 100, 100]}, {"threads": [100, 100, 100]})
    slower = replace(whole, cells=tuple(map(_twice_the_start, whole.cells)))
    (cell,) = compared(slower, "startup").cells
    assert (cell.verdict, cell.regression) == ("more", True)


def _twice_the_start(cell: MeasuredCell) -> MeasuredCell:
    factor = 2 if cell.factors["runtime"] == "HEAD" else 1
    made = []
    for number, one in enumerate(cell.repetitions):
        assert one.measures is not None
        changed = replace(one.measures, startup_s=factor * (1 + 0.001 * number))
        made.append(replace(one, measures=changed))
    return replace(cell, repetitions=tuple(made))


def test_what_one_revision_alone_can_do_is_said() -> None:
    found = compared(run({"sequential": [1, 1, 1], "threads": [1, 1, 1]}, {"sequential": [1, 1, 1]}))
    assert [cell.verdict for cell in found.cells] == ["no difference", "only in A"]


def test_too_few_rounds_that_both_have_decide_nothing() -> None:
    few = compared(run({"threads": [100, 101]}, {"threads": [100, 101]}))
    assert (few.cells[0].verdict, decided(few)) == ("cannot tell", ())
    assert "2 valid rounds, 3 are needed" in str(few.cells[0].reason)
    whole = run({"threads": [100, 101, 99]}, {"threads": [100, 101, 99]})
    main, head = whole.cells
    later = replace(head, repetitions=tuple(replace(one, round=one.round + 1) for one in head.repetitions))
    apart = compared(replace(whole, cells=(main, later)))
    assert (apart.cells[0].verdict, decided(apart)) == ("cannot tell", ())
    assert "2 rounds with a valid repetition of both, 3 are needed" in str(apart.cells[0].reason)


def test_without_drift_it_agrees_with_two_runs() -> None:
    rates = ({"threads": [100.0, 101, 99, 100, 100]}, {"threads": [80.0, 81, 79, 80, 80]})
    side = compared(run(*rates)).cells[0]
    a, b = (measured_of(run_of(each)) for each in rates)
    runs = compare_runs(a, b, MEASURES["throughput"], 0.05).cells[0]
    assert (side.verdict, side.regression) == (runs.verdict, runs.regression) == ("slower", True)
    assert side.adjusted is not None
    assert runs.adjusted is not None
    assert side.adjusted.median == pytest.approx(runs.adjusted.median, abs=0.01)
