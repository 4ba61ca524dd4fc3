from dataclasses import replace
from math import log
from typing import Any

import numpy as np
import pytest

from simulator.analysis.comparison import compare_runs
from simulator.measures.registry import RANKING
from simulator.result.calibration import Calibration
from simulator.result.comparison import CellComparison, Comparison, decided, regressions
from simulator.result.measured import measured_of
from simulator.result.run import Run
from simulator.stats.percentiles import Percentiles
from tests.simulator.analysis.builders import planned, repetition, run
from tests.simulator.analysis.measured_runs import run_of

STEADY = [100.0, 101.0, 99.0, 100.5, 99.5]


def compared(a: Run, b: Run, metric: str = "throughput", tolerance: float = 0.05) -> Comparison:
    return compare_runs(measured_of(a), measured_of(b), RANKING[metric], tolerance)


def only(comparison: Comparison) -> CellComparison:
    (cell,) = comparison.cells
    return cell


def scaled(factor: float, spins: list[float] | None = None, **changes: Any) -> Run:
    return run_of({"threads": [rate * factor for rate in STEADY]}, run_id="r2", spins=spins, **changes)


BEFORE = run_of({"threads": STEADY})


def test_two_equal_runs_show_no_difference_in_nine_of_ten_draws() -> None:
    random = np.random.default_rng(11)

    def draw() -> Run:
        """The machine wanders: its speed on that day, and from round to round; the job feels a part of it."""
        speed = np.exp(random.normal(0, 0.05) + random.normal(0, 0.03, 5))
        rates = {
            name: list(100 * speed**felt * np.exp(random.normal(0, 0.02, 5)))
            for name, felt in (("sequential", 0.0), ("threads", 0.5), ("processes", 1.0))
        }
        return run_of(rates, spins=list(0.01 / speed))

    cells = [cell for _ in range(200) for cell in compared(draw(), draw()).cells]
    same = [cell for cell in cells if cell.verdict == "no difference"]
    assert len(same) / len(cells) >= 0.9
    assert {cell.verdict for cell in cells} <= {"no difference", "faster", "slower"}


def test_a_slow_down_on_a_machine_of_the_same_speed_is_called_and_is_a_regression() -> None:
    found = compared(BEFORE, scaled(0.8))
    cell = only(found)
    assert cell.verdict == "slower"
    assert cell.ratio is not None
    assert cell.ratio.median == pytest.approx(0.8)
    assert cell.ratio.high < 1
    assert cell.a is not None
    assert cell.b is not None
    assert (cell.a.rounds, cell.a.median) == (5, 100)
    assert cell.b.median == pytest.approx(80)
    assert regressions(found) == (cell,)


def test_the_same_slow_down_of_job_and_machine_is_no_difference() -> None:
    cell = only(compared(BEFORE, scaled(0.8, [0.0125] * 5)))
    assert cell.verdict == "no difference"
    assert not cell.regression
    assert cell.machine_speed is not None
    assert cell.machine_speed.median == pytest.approx(0.8)
    assert cell.reason is not None
    assert "machine's own speed" in cell.reason


@pytest.mark.parametrize("factor", [0.8, 1.25])
def test_a_faster_machine_excuses_no_slow_down_and_a_slower_one_no_gain(factor: float) -> None:
    opposite = [0.01 * factor] * 5  # of the job 0.8, of the machine 1.25, and the other way round
    cell = only(compared(BEFORE, scaled(factor, opposite)))
    assert cell.verdict == ("slower" if factor < 1 else "faster")
    assert cell.adjusted is not None
    assert cell.adjusted.median == pytest.approx(factor)


def test_a_job_that_waits_is_not_called_slower_relative_to_a_faster_machine() -> None:
    cell = only(compared(BEFORE, scaled(1.0, [0.008] * 5)))
    assert cell.verdict == "no difference"


def test_what_goes_beyond_the_machine_s_change_is_called() -> None:
    cell = only(compared(BEFORE, scaled(0.6, [0.0125] * 5)))
    assert cell.verdict == "slower"
    assert cell.adjusted is not None
    assert cell.adjusted.median == pytest.approx(0.75)


def test_the_scatter_of_the_spins_counts_as_change_of_the_machine() -> None:
    calm = only(compared(BEFORE, scaled(0.9)))
    spins = [0.01, 0.016, 0.007, 0.012, 0.0085]
    restless = only(compared(run_of({"threads": STEADY}, spins=spins), scaled(0.9, spins[::-1])))
    assert (calm.verdict, restless.verdict) == ("slower", "no difference")
    assert restless.machine_speed is not None
    assert restless.machine_speed.median == pytest.approx(1)


def test_within_the_tolerance_slower_is_no_regression() -> None:
    cell = only(compared(BEFORE, scaled(0.96)))
    assert (cell.verdict, cell.regression) == ("slower", False)
    assert only(compared(BEFORE, scaled(0.96), tolerance=0.03)).regression


def test_the_tolerance_counts_from_what_the_machine_explains() -> None:
    # A machine 10 % slower and a job 13 % slower: 3 % are the job's own.
    cell = only(compared(BEFORE, scaled(0.87, [0.01 / 0.9] * 5)))
    assert (cell.verdict, cell.regression) == ("slower", False)


def test_a_gain_is_no_regression() -> None:
    cell = only(compared(BEFORE, scaled(1.5)))
    assert (cell.verdict, cell.regression) == ("faster", False)


@pytest.mark.parametrize(
    ("metric", "name", "worse", "better"),
    [("memory", "memory_bytes", 130_000_000, 80_000_000), ("cpu", "cpu_per_page_s", 0.013, 0.008)],
)
def test_of_the_other_metrics_more_is_worse(metric: str, name: str, worse: float, better: float) -> None:
    for value, verdict in ((worse, "more"), (better, "less")):
        changes: dict[str, Any] = {name: value}
        found = compared(BEFORE, scaled(1.0, **changes), metric)
        assert only(found).verdict == verdict
        assert len(regressions(found)) == (verdict == "more")


def test_the_machine_s_speed_excuses_times_but_no_memory() -> None:
    slow = [0.0125] * 5
    assert only(compared(BEFORE, scaled(0.8, slow, cpu_per_page_s=0.0125), "cpu")).verdict == "no difference"
    assert only(compared(BEFORE, scaled(0.8, slow, memory_bytes=125_000_000), "memory")).verdict == "more"


def test_a_percentile_is_that_of_each_repetition() -> None:
    def response(p99: float | None) -> dict[str, Any]:
        return {"response_time_s": Percentiles(0.06, 0.07, 0.08, p99, None, 0.3)}

    a = run_of({"threads": STEADY}, **response(0.1))
    assert only(compared(a, scaled(1.0, **response(0.2)), "p99")).verdict == "more"
    cell = only(compared(a, scaled(1.0, **response(None)), "p99"))
    assert cell.verdict == "cannot tell"
    assert "in B 5 of 5 valid rounds have no p99 (fewer than 10 jobs lie beyond it" in str(cell.reason)


def test_fewer_than_three_rounds_cannot_tell_and_show_the_range() -> None:
    cell = only(compared(BEFORE, run_of({"threads": [50.0, 51.0]})))
    assert cell.verdict == "cannot tell"
    assert cell.reason == "in B 2 valid rounds, 3 are needed"
    assert cell.ratio is not None
    assert cell.ratio.kind == "range"
    assert not decided(compared(BEFORE, run_of({"threads": [50.0, 51.0]})))


def test_only_valid_rounds_count() -> None:
    good = [repetition("threads", i, rate) for i, rate in enumerate(STEADY)]
    bad = [repetition("threads", 5, 1.0, status="invalid"), repetition("threads", 6, 1.0, status="discarded")]
    cell = only(compared(BEFORE, run([planned("threads")], [*good, *bad])))
    assert cell.verdict == "no difference"
    assert cell.b is not None
    assert cell.b.rounds == 5


@pytest.mark.parametrize("status", ["failed", "unsupported", "invalid"])
def test_a_cell_without_numbers_says_why(status: Any) -> None:
    b = run([planned("threads")], [repetition("threads", 0, None, status=status, reason="it broke")])
    cell = only(compared(BEFORE, b))
    assert cell.verdict == "cannot tell"
    assert cell.reason == f"in B {status}: it broke"
    assert cell.ratio is None


def test_cells_that_only_one_run_has_are_listed_after_those_of_a() -> None:
    a = run_of({"sequential": STEADY, "threads": STEADY})
    b = run_of({"asyncio": STEADY, "threads": STEADY})
    found = compared(a, b)
    assert [(cell.id, cell.verdict) for cell in found.cells] == [
        ("sequential", "only in A"),
        ("threads", "no difference"),
        ("asyncio", "only in B"),
    ]
    assert len(decided(found)) == 1


def test_a_calibration_that_came_to_other_work_is_given_the_doubt() -> None:
    # The same parse cost was reached with a quarter more work: the job may be a fifth slower for that alone.
    a = run_of({"threads": STEADY}, calibration={"units": 1000, "repeats": 1, "extra_fraction": 0.0})
    b = scaled(0.8, calibration={"units": 1250, "repeats": 1, "extra_fraction": 0.0})
    cell = only(compared(a, b))
    assert cell.verdict == "no difference"
    assert cell.parse_work == pytest.approx(1.25)
    whole = only(compared(a, replace(b, calibrations={"threads": Calibration(units=1000)})))
    assert whole.verdict == "slower"


def test_parses_are_counted_with_their_fraction() -> None:
    a = run_of({"threads": STEADY}, calibration={"units": 0, "repeats": 3, "extra_fraction": 0.5})
    b = run_of({"threads": STEADY}, calibration={"units": 0, "repeats": 7, "extra_fraction": 0.0})
    assert only(compared(a, b)).parse_work == 2


def test_the_machine_s_change_is_also_told_over_all_cells_from_round_to_round() -> None:
    found = compared(
        run_of({"threads": STEADY, "asyncio": STEADY}),
        run_of({"threads": STEADY, "asyncio": STEADY}, spins=[0.02, 0.02, 0.02, 0.02, 0.025]),
    )
    assert found.machine_speed is not None
    assert found.machine_speed.median == pytest.approx(0.5)
    assert log(found.machine_speed.low) < log(0.5)
