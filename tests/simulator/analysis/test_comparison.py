from dataclasses import replace
from math import log
from typing import Any

import pytest

from simulator.analysis.comparison import compare_runs
from simulator.measures.registry import MEASURES
from simulator.result.calibration import Calibration
from simulator.result.comparison import CellComparison, Comparison, decided, regressions
from simulator.result.measured import measured_of
from simulator.result.run import Run
from simulator.stats.percentiles import Percentiles
from tests.simulator.analysis.builders import planned, repetition, run
from tests.simulator.analysis.measured_runs import run_of

STEADY = [100.0, 101.0, 99.0, 100.5, 99.5]


def compared(a: Run, b: Run, metric: str = "throughput", tolerance: float = 0.05) -> Comparison:
    return compare_runs(measured_of(a), measured_of(b), MEASURES[metric], tolerance)


def only(comparison: Comparison) -> CellComparison:
    (cell,) = comparison.cells
    return cell


def scaled(factor: float, spins: list[float] | None = None, **changes: Any) -> Run:
    rates = {"threads": [rate * factor for rate in STEADY]}
    return run_of(rates, run_id="r2", spins=spins, **{"cores_used": 1.0, **changes})


BEFORE = run_of({"threads": STEADY}, cores_used=1.0)
"""Nothing but computing: it may feel all of the machine's speed."""


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


def test_the_same_slow_down_of_job_and_machine_is_none_of_the_jobs() -> None:
    cell = only(compared(BEFORE, scaled(0.8, [0.0125] * 5)))
    assert cell.verdict == "cannot tell"
    assert not cell.regression
    assert cell.machine_speed is not None
    assert cell.machine_speed.median == pytest.approx(0.8)
    assert cell.reason is not None
    assert "0.80 × is within what the machine's own speed (0.80 ×)" in cell.reason
    assert "it may be worse by more than 5 %" in cell.reason


def test_of_a_change_of_the_machine_no_more_is_taken_out_than_the_job_can_feel() -> None:
    # On CPU for a twentieth of its time: a machine a fifth slower explains 1.1 % at the most.
    waits: dict[str, Any] = {"cores_used": 0.04, "run_queue_cores": 0.0}
    before, slow = run_of({"threads": STEADY}, **waits), [0.0125] * 5
    for factor, verdict in ((0.99, "no difference"), (0.9, "slower")):
        cell = only(compared(before, scaled(factor, slow, **waits)))
        assert cell.verdict == verdict
        assert cell.felt == pytest.approx(0.14)  # the mock server takes 0.1 cores of its own
    assert regressions(compared(before, scaled(0.9, slow, **waits)))
    unknown = scaled(0.9, slow, cores_used=None)
    assert only(compared(before, unknown)).felt == 1


@pytest.mark.parametrize("factor", [0.8, 1.25])
def test_a_faster_machine_excuses_no_slow_down_and_a_slower_one_no_gain(factor: float) -> None:
    opposite = [0.01 * factor] * 5  # of the job 0.8, of the machine 1.25, and the other way round
    cell = only(compared(BEFORE, scaled(factor, opposite)))
    assert cell.verdict == ("slower" if factor < 1 else "faster")
    assert cell.adjusted is not None
    assert cell.adjusted.median == pytest.approx(factor)


def test_a_job_that_waits_is_not_called_slower_relative_to_a_faster_machine() -> None:
    cell = only(compared(BEFORE, scaled(1.0, [0.008] * 5)))
    assert cell.verdict == "cannot tell"
    assert cell.adjusted is not None
    assert cell.adjusted.median == pytest.approx(1)


def test_what_goes_beyond_the_machine_s_change_is_called() -> None:
    cell = only(compared(BEFORE, scaled(0.6, [0.0125] * 5)))
    assert cell.verdict == "slower"
    assert cell.adjusted is not None
    assert cell.adjusted.median == pytest.approx(0.75)


def test_the_scatter_of_the_spins_counts_as_change_of_the_machine() -> None:
    spins = [0.01, 0.016, 0.007, 0.012, 0.0085]
    cell = only(compared(run_of({"threads": STEADY}, spins=spins, cores_used=1.0), scaled(0.9, spins[::-1])))
    assert only(compared(BEFORE, scaled(0.9))).verdict == "slower"
    assert cell.verdict == "cannot tell"
    assert cell.machine_speed is not None
    assert cell.machine_speed.median == pytest.approx(1)


def test_a_regression_lies_wholly_beyond_the_tolerance() -> None:
    cell = only(compared(BEFORE, scaled(0.955)))
    assert (cell.verdict, cell.beyond, cell.regression) == ("slower", False, False)
    # The ratio is beyond 4 %, the interval (0.945 to 0.965) is not; beyond 3 % it is.
    assert not only(compared(BEFORE, scaled(0.955), tolerance=0.04)).regression
    assert only(compared(BEFORE, scaled(0.955), tolerance=0.03)).regression


def test_what_is_not_surely_within_the_tolerance_is_not_called_the_same() -> None:
    assert only(compared(BEFORE, scaled(1.0))).verdict == "no difference"
    cell = only(compared(BEFORE, scaled(1.0), tolerance=0.005))
    assert cell.verdict == "cannot tell"
    assert cell.reason == "it may be worse by more than 0.5 %"
    assert cell.would_show == pytest.approx(0.011, abs=0.002)


def test_of_many_cells_one_that_looks_worse_by_chance_is_no_regression() -> None:
    def runs(others: int) -> Comparison:
        names = ["threads", *(f"s{i}" for i in range(others))]
        one = {"threads": [92.3, 94.5, 92.7, 94.1, 92.9]}
        return compared(
            run_of(dict.fromkeys(names, STEADY), cores_used=0.0, run_queue_cores=0.0),
            run_of({**dict.fromkeys(names, STEADY), **one}, cores_used=0.0, run_queue_cores=0.0),
        )

    alone, among = runs(0).cells[0], runs(40).cells[0]
    assert (alone.beyond, alone.regression) == (True, True)
    assert (among.beyond, among.regression) == (True, False)


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
    assert only(compared(BEFORE, scaled(0.8, slow, cpu_per_page_s=0.0125), "cpu")).verdict == "cannot tell"
    assert only(compared(BEFORE, scaled(0.8, slow, memory_bytes=125_000_000), "memory")).verdict == "more"


def test_a_neighbour_that_streams_through_memory_is_told_from_a_slower_program() -> None:
    a, b = (
        run_of({"threads": STEADY}, cores_used=1.0, stream_s=0.06),
        scaled(0.9, stream_s=0.075),
    )
    cell = only(compared(a, b))
    assert (cell.verdict, cell.regression) == ("cannot tell", False)
    assert cell.memory_speed is not None
    assert cell.memory_speed.median == pytest.approx(0.8)
    assert "its memory's 0.80 ×" in str(cell.reason)
    # Older runs have not looked: then it can be the program's alone.
    older = only(compared(BEFORE, b))
    assert (older.verdict, older.memory_speed) == ("slower", None)


def test_a_measure_of_which_neither_more_nor_less_is_better_is_compared_without_regressions() -> None:
    b = scaled(1.0, server=replace(repetition("", 0).measures.server, cpu_cores=0.2))  # type: ignore[union-attr]
    found = compared(BEFORE, b, "server_cores")
    assert (only(found).verdict, only(found).p, regressions(found)) == ("more", None, ())


# --- by speed-up

WAVE = [1.0, 1.1, 0.9, 1.05, 0.95]


def pair(threads: float, sequential: float, wave: list[float] | None = None, **measures: Any) -> Run:
    """A run whose machine was as fast from round to round as the wave says, which nothing but the cells shows."""
    rates = {
        name: [factor * rate * speed for rate, speed in zip(STEADY, wave or WAVE, strict=True)]
        for name, factor in (("sequential", sequential), ("threads", threads))
    }
    return run_of(rates, cores_used=0.5, **measures)


def by_id(comparison: Comparison) -> dict[str, CellComparison]:
    return {cell.id: cell for cell in comparison.cells}


def test_what_drifts_with_its_baseline_is_compared_by_its_speed_up() -> None:
    cells = by_id(compared(pair(1.0, 1.0), pair(0.9, 1.0)))
    assert (cells["threads"].by, cells["threads"].verdict) == ("speedup", "slower")
    assert cells["threads"].regression
    assert cells["threads"].felt == 0  # both feel the machine alike
    assert (cells["sequential"].by, cells["sequential"].verdict) == ("metric", "cannot tell")


def test_where_nothing_drifts_the_baseline_s_scatter_is_left_out() -> None:
    shuffled = {"sequential": STEADY, "threads": [STEADY[i] for i in (2, 0, 3, 1, 4)]}
    assert by_id(compared(run_of(shuffled), run_of(shuffled)))["threads"].by == "metric"


def test_what_became_slower_everywhere_does_not_vanish_in_the_speed_up() -> None:
    cells = by_id(compared(pair(1.0, 1.0, [1.0] * 5), pair(0.8, 0.8, [1.0] * 5)))
    assert {name: (cell.by, cell.regression) for name, cell in cells.items()} == {
        "sequential": ("metric", True),
        "threads": ("metric", True),
    }


def test_what_only_the_baseline_gained_is_no_loss_of_the_others() -> None:
    cells = by_id(compared(pair(1.0, 1.0, [1.0] * 5), pair(1.0, 1.3, [1.0] * 5)))
    assert (cells["sequential"].verdict, cells["threads"].verdict) == ("faster", "no difference")


def test_the_speed_up_is_a_metric_of_which_the_baseline_has_none() -> None:
    cells = by_id(compared(pair(1.0, 1.0), pair(0.9, 1.0), "speedup"))
    assert (cells["threads"].verdict, cells["threads"].by, cells["threads"].regression) == (
        "less",
        "speedup",
        True,
    )
    assert cells["threads"].a is not None
    assert cells["threads"].a.median == pytest.approx(1)
    assert cells["sequential"].verdict == "cannot tell"
    assert "it is what the others are compared with" in str(cells["sequential"].reason)
    alone = only(compared(BEFORE, BEFORE, "speedup"))
    assert alone.reason == "in A this run has no baseline of it; in B this run has no baseline of it"


def test_a_run_that_went_on_until_it_was_precise_counts_the_scatter_of_its_first_rounds() -> None:
    rates = {"threads": [100.0, 104.0, 96.0, *[100.0] * 9]}
    fixed, precise = run_of(rates), run_of(rates, scenario={"name": "shop", "precision": "1%"})
    assert precise.header.rounds == 3
    plain, honest = (only(compared(run, run)) for run in (fixed, precise))
    assert plain.would_show is not None
    assert honest.would_show is not None
    assert honest.would_show > 2 * plain.would_show
    assert any("A went on until" in caution for caution in compared(precise, fixed).cautions)


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
    cell = only(compared(run_of({"threads": STEADY}), run([planned("threads")], [*good, *bad])))
    assert cell.verdict == "no difference"
    assert cell.b is not None
    assert cell.b.rounds == 5


@pytest.mark.parametrize("status", ["failed", "unsupported", "invalid"])
def test_a_cell_without_numbers_says_why(status: Any) -> None:
    b = run([planned("threads")], [repetition("threads", 0, None, status=status, reason="it broke")])
    cell = only(compared(BEFORE, b))
    assert cell.verdict == "cannot tell"
    assert cell.reason == f"in B {status}: it broke"
    assert (cell.a and cell.a.status, cell.b and cell.b.status) == ("ok", status)
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
    a = run_of(
        {"threads": STEADY}, cores_used=1.0, calibration={"units": 1000, "repeats": 1, "extra_fraction": 0.0}
    )
    b = scaled(0.8, calibration={"units": 1250, "repeats": 1, "extra_fraction": 0.0})
    cell = only(compared(a, b))
    assert cell.verdict == "cannot tell"
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
