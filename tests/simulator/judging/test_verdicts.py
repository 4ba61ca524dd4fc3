import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.analysis.summary import summarise
from simulator.judging.document import conclude
from simulator.judging.verdicts import judge
from simulator.result.document import Crossover, Expectation, ResultDocument, from_json, to_json
from simulator.result.repetition import Phase
from simulator.stats.intervals import paired_ratio
from simulator.stats.percentiles import Lag, Percentiles
from tests.simulator.analysis import builders
from tests.simulator.analysis.builders import document, measures, planned, repetition, run, samples

DRIFT = (0.5, 1.0, 2.0, 1.3, 0.7)
"""The machine's speed from round to round: it hits all cells alike."""


def steady(rate: float, *, noise: Sequence[float] = (1.0, 1.01, 0.99, 1.005, 0.995)) -> list[float]:
    return [rate * speed * factor for speed, factor in zip(DRIFT, noise, strict=True)]


PLAIN = document(
    {
        "sequential": steady(20.0),
        "threads": steady(100.0, noise=(0.99, 1.0, 1.01, 0.995, 1.005)),
        "asyncio": steady(101.0, noise=(1.1, 0.9, 1.05, 0.95, 1.0)),
        "processes": steady(40.0),
    },
    threads={"memory_bytes": 50_000_000},
    asyncio={"loop_lag_s": Lag(0.001, 0.002, 0.03)},
)


def judged(that: str, found: ResultDocument = PLAIN) -> Expectation:
    (expectation,) = judge(found, [that])
    return expectation


@pytest.mark.parametrize(
    ("that", "verdict"),
    [
        ("throughput(threads) > 4 * throughput(sequential)", "held"),
        ("throughput(threads) < 4 * throughput(sequential)", "not held"),
        ("throughput(threads) > 5 * throughput(sequential)", "undecided"),
        ("throughput(threads) > throughput(asyncio)", "undecided"),
        ("throughput(threads) - throughput(processes) > 0/s", "held"),
        ("throughput(processes) - throughput(threads) > 0/s", "not held"),
        ("throughput(asyncio) - throughput(threads) > 0/s", "undecided"),
        ("speedup(threads) > 450%", "held"),
        ("speedup(threads) < 1.2", "not held"),
        ("memory(processes) > memory(threads)", "held"),
        ("memory(processes) < 99MB", "not held"),
        ("p50(threads) < 100ms", "held"),
        ("startup(threads) + 2 * drain(threads) <= 0.5s", "held"),
        ("loop_lag(asyncio) < 20ms", "not held"),
        ("pages(threads) <= pages(asyncio)", "held"),
        ("pages(threads) < pages(asyncio)", "not held"),
        ("parse_cpu(threads) / fetch_cpu(threads) > 7.9", "held"),
        ("1 / cores(threads) >= 2", "held"),
    ],
)
def test_verdicts(that: str, verdict: str) -> None:
    assert judged(that).verdict == verdict, judged(that).because


def test_drift_of_the_machine_decides_nothing_because_sides_are_paired_by_round() -> None:
    """Between rounds the rates differ fourfold; within each, one is 2.5 times the other."""
    expectation = judged("throughput(threads) > 2 * throughput(processes)")
    assert expectation.verdict == "held"
    assert judged("throughput(threads) > 80/s").verdict == "undecided"
    left = [r.measures.throughput_per_s for r in PLAIN.cells[1].repetitions if r.measures]
    right = [2 * r.measures.throughput_per_s for r in PLAIN.cells[3].repetitions if r.measures]
    ratio = paired_ratio(left, right)
    assert ratio is not None
    assert expectation.numbers["low"] == pytest.approx(ratio.low)
    assert expectation.numbers["high"] == pytest.approx(ratio.high)
    assert expectation.because.startswith("100/s against 80.8/s, ratio 1.24 (95 % ")
    assert expectation.because.endswith(f"(95 % {ratio.low:.2f} to {ratio.high:.2f}, 5 rounds).")


def test_an_opposite_claim_never_gets_the_same_decision() -> None:
    random_ = random.Random(3)  # noqa: S311 - a simulation
    for _ in range(100):
        rates = {
            name: [50 * random_.lognormvariate(0, 0.1) for _ in range(4)]
            for name in ("sequential", "threads")
        }
        found = document(rates)
        both = {judged(f"throughput(threads) {sign} throughput(sequential)", found).verdict for sign in "<>"}
        assert both in ({"held", "not held"}, {"undecided"})


def test_noise_alone_is_seldom_called_a_difference() -> None:
    random_ = random.Random(5)  # noqa: S311 - a simulation
    called = 0
    for _ in range(400):
        rates = {
            name: [50 * random_.lognormvariate(0, 0.1) for _ in range(5)]
            for name in ("sequential", "threads")
        }
        called += (
            judged("throughput(threads) > throughput(sequential)", document(rates)).verdict != "undecided"
        )
    assert called < 400 * 0.09, "5 % are due to chance"


def test_over_many_combinations_noise_is_as_seldom_called_a_failure() -> None:
    random_ = random.Random(6)  # noqa: S311 - a simulation
    failed = 0
    for _ in range(60):
        rates = {
            f"{wait}ms": {
                name: [50 * random_.lognormvariate(0, 0.1) for _ in range(5)]
                for name in ("sequential", "threads")
            }
            for wait in range(12)
        }
        found = builders.matrix({wait: {"1ms": each} for wait, each in rates.items()}, {"1ms": 0.001})
        failed += judged("throughput(threads) >= throughput(sequential)", found).verdict == "not held"
    assert failed <= 60 * 0.12, "half of 5 % are due to chance; uncorrected a quarter would fail"


def test_rounds_in_which_a_cell_is_invalid_do_not_count() -> None:
    cells = [planned("sequential"), planned("threads")]
    done = [repetition("sequential", i, 10.0 * (1 + i / 100)) for i in range(4)]
    done += [repetition("threads", i, 30.0 * (1 + i / 100)) for i in range(3)]
    done.append(repetition("threads", 3, 1.0, status="invalid", reason="too short"))
    expectation = judged("throughput(threads) > 2.9 * throughput(sequential)", summarise(run(cells, done)))
    assert (expectation.verdict, expectation.numbers["rounds"]) == ("held", 3)


@pytest.mark.parametrize("rates", [[30.0, 31.0], [30.0, 9.0], [9.0, 8.0], [30.0]])
def test_fewer_than_three_rounds_decide_nothing(rates: list[float]) -> None:
    found = document({"sequential": [10.0] * len(rates), "threads": rates})
    expectation = judged("throughput(threads) > throughput(sequential)", found)
    assert expectation.verdict == "undecided"
    assert "fewer than 3 rounds decide nothing" in expectation.because
    assert "range" in expectation.because


@pytest.mark.parametrize(
    ("limit", "verdict"),
    [("150ms", "held"), ("104ms", "undecided"), ("96ms", "undecided"), ("50ms", "not held")],
)
def test_a_percentile_of_pooled_samples_is_a_value_without_an_interval(limit: str, verdict: str) -> None:
    cells = [planned("sequential"), planned("threads")]
    few = Percentiles(0.06, None, None, None, None, 0.1)
    done = [repetition(c.id, i, 50.0, response_time_s=few) for c in cells for i in range(3)]
    slow = samples(400, fetch_ns=100_000_000, parse_ns=0)
    found = summarise(run(cells, done, kept=lambda *_: slow))
    assert found.cells[1].response_time_s is not None
    assert found.cells[1].response_time_s.p99 == pytest.approx(0.1)
    expectation = judged(f"p99(threads) < {limit}", found)
    assert expectation.verdict == verdict
    assert "without an interval" in expectation.because


@pytest.mark.parametrize(
    ("that", "words"),
    [
        ("p99_9(threads) < 1s", "p99_9(threads) has no value: fewer than 10 samples"),
        ("loop_lag(threads) < 1s", "no event loop"),
        ("throughput(broken) > 1/s", "broken is failed: it crashed"),
        ("throughput(short) > 1/s", "short is invalid: too short"),
        ("throughput(many) > 1/s", "many is unsupported: too many processes"),
        ("throughput(late) > throughput(threads)", "late is skipped: not measured"),
        ("throughput(threads) / (cores(threads) - cores(threads)) > 1/s", "divides by zero"),
        ("throughput(odd) > throughput(even)", "no round in which all"),
    ],
)
def test_what_is_missing_is_named_and_decides_nothing(that: str, words: str) -> None:
    names = ("sequential", "threads", "broken", "short", "late", "odd", "even")
    cells = [*map(planned, names), planned("many", unsupported="too many processes")]
    done = [repetition(name, i, 50.0) for name in ("sequential", "threads") for i in range(4)]
    done.append(repetition("broken", 0, None, status="failed", reason="it crashed"))
    done += [repetition("short", i, 1.0, status="invalid", reason="too short") for i in range(4)]
    for i in range(4):
        for name, good in (("odd", i % 2 == 1), ("even", i % 2 == 0)):
            status: Any = "ok" if good else "invalid"
            done.append(repetition(name, i, 10.0, status=status, reason=None if good else "too short"))
    expectation = judged(that, summarise(run(cells, done, rounds=4)))
    assert expectation.verdict == "undecided"
    assert words in expectation.because


def test_a_speedup_over_a_baseline_that_failed_is_undecided() -> None:
    cells = [planned("sequential"), planned("threads")]
    done = [repetition("threads", i, 50.0) for i in range(3)]
    done.append(repetition("sequential", 0, None, status="failed", reason="it crashed"))
    expectation = judged("speedup(threads) > 1", summarise(run(cells, done)))
    assert expectation.verdict == "undecided"
    assert "sequential is failed: it crashed" in expectation.because


def levels(rates: Mapping[str, Mapping[str, float]]) -> ResultDocument:
    """A document with cells at several latencies, in three rounds."""
    cells, done = [], []
    for latency, by_strategy in rates.items():
        for strategy, rate in by_strategy.items():
            cell = planned(strategy, levels={"server.latency": latency})
            cells.append(cell)
            done += [repetition(cell.id, i, rate * (1 + i / 1000)) for i in range(3)]
    return summarise(run(cells, done))


MATRIX = levels(
    {
        "0ms": {"sequential": 100.0, "threads": 110.0},
        "20ms": {"sequential": 40.0, "threads": 300.0},
        "90ms": {"sequential": 10.0, "threads": 80.0},
    }
)


def test_a_factor_that_is_not_named_is_every_level_and_all_must_hold() -> None:
    that = "throughput(threads) > 5 * throughput(sequential)"
    everywhere = judged(that, MATRIX)
    assert everywhere.verdict == "not held"
    assert everywhere.because.startswith(
        "2 of 3 combinations held, 1 not held. The first not held, server.latency 0ms: 110/s against 500/s,"
    )
    assert everywhere.numbers["combination"] == "server.latency 0ms"
    assert (everywhere.numbers["held"], everywhere.numbers["not_held"]) == (2, 1)
    somewhere = judged(
        "throughput(threads, server.latency=20ms) > 5 * throughput(sequential, server.latency=0.02s)", MATRIX
    )
    assert (somewhere.verdict, somewhere.numbers["combination"]) == ("held", None)


def test_where_all_hold_the_nearest_to_failing_is_shown() -> None:
    expectation = judged("throughput(threads) > 1.05 * throughput(sequential)", MATRIX)
    assert expectation.verdict == "held"
    assert expectation.because.startswith("All 3 combinations held. Nearest to failing, server.latency 0ms: ")


def test_one_combination_that_does_not_hold_outweighs_those_that_are_undecided() -> None:
    found = replace(
        MATRIX,
        cells=tuple(
            replace(cell, status="invalid", reason="too short") if cell.id == "threads-20ms" else cell
            for cell in MATRIX.cells
        ),
    )
    assert judged("throughput(threads) > 5 * throughput(sequential)", found).verdict == "not held"
    undecided = judged("throughput(threads) > 1.05 * throughput(sequential)", found)
    assert undecided.verdict == "undecided"
    assert "The first undecided, server.latency 20ms: threads is invalid: too short" in undecided.because


def matrix(*crossovers: Crossover) -> ResultDocument:
    cells, done = [], []
    for latency in ("0ms", "20ms"):
        for cost, cpu_s in (("1ms", 0.0012), ("20ms", 0.022)):
            for strategy in ("sequential", "threads", "processes"):
                cell = planned(strategy, levels={"server.latency": latency, "job.parse_cost": cost})
                cells.append(cell)
                done += [repetition(cell.id, i, 50.0, parse=Phase(cpu_s, cpu_s, 0.0)) for i in range(3)]
    return replace(summarise(run(cells, done)), crossovers=crossovers)


def crossing(latency: str, kind: Any = "crossing", **changes: Any) -> Crossover:
    known = {"cost_s": 0.006, "low_s": 0.004, "high_s": 0.009} if kind == "crossing" else {}
    numbers = {"cost_s": None, "low_s": None, "high_s": None, **known, **changes}
    return Crossover("processes", "threads", {"server.latency": latency, "in_flight": 8}, kind, **numbers)


@pytest.mark.parametrize(
    ("crossover", "limit", "verdict"),
    [
        (crossing("20ms"), "< 10ms", "held"),
        (crossing("20ms"), "> 3ms", "held"),
        (crossing("20ms"), "< 7ms", "undecided"),
        (crossing("20ms"), "< 2ms", "not held"),
        (crossing("20ms", high_s=None), "< 10ms", "undecided"),
        (crossing("20ms", low_s=None), "< 10ms", "held"),
        (crossing("20ms", low_s=None), "> 1ms", "undecided"),
        (crossing("20ms", "always"), "< 10ms", "held"),
        (crossing("20ms", "always"), "< 1ms", "undecided"),
        (crossing("20ms", "always"), "> 2ms", "not held"),
        (crossing("20ms", "never"), "< 10ms", "not held"),
        (crossing("20ms", "never"), "> 30ms", "undecided"),
        (crossing("20ms", "undecided"), "< 10ms", "undecided"),
        (crossing("0ms"), "< 10ms", "undecided"),
        (crossing("20ms"), "< 2 * parse_cpu(threads, job.parse_cost=20ms)", "held"),
    ],
)
def test_a_crossover_is_judged_by_its_interval(crossover: Crossover, limit: str, verdict: str) -> None:
    expectation = judged(f"crossover(processes, threads, server.latency=20ms) {limit}", matrix(crossover))
    assert expectation.verdict == verdict, expectation.because


def test_a_crossover_shows_its_interval_and_is_taken_at_every_level() -> None:
    (only,) = judge(
        matrix(crossing("0ms"), crossing("20ms", "always")), ["crossover(processes, threads) < 8ms"]
    )
    assert only.verdict == "undecided"
    assert only.because == (
        "1 of 2 combinations held, 1 undecided. The first undecided, server.latency 0ms:"
        " 6 ms (4 ms to 9 ms) against 8 ms; these bounds decide nothing."
    )
    turned = judged("crossover(threads, processes) < 8ms", matrix(crossing("0ms")))
    assert "there is one of processes over threads" in turned.because


def test_what_cannot_be_read_any_more_is_undecided() -> None:
    assert judged("nothing of this kind").because.startswith("It cannot be read: column 9: ")
    assert judged("forgotten(threads) < 1").because.startswith(
        "It cannot be judged: column 1: unknown metric"
    )
    assert {judged(that).verdict for that in ("nothing of this kind", "forgotten(threads) < 1")} == {
        "undecided"
    }


def test_a_summary_judges_what_its_scenario_expects_and_the_document_keeps_it() -> None:
    cells = [planned("sequential"), planned("threads")]
    done = [repetition(c.id, i, rate) for c, rate in zip(cells, (10.0, 50.0), strict=True) for i in range(3)]
    made = run(cells, done)
    expect = ["throughput(threads) > 60/s", {"claim": "Faster", "that": "speedup(threads) > 2"}]
    made = replace(made, header=replace(made.header, scenario={"name": "shop", "expect": expect}))
    found = conclude(made)
    assert [(e.claim, e.verdict) for e in found.expectations] == [(None, "not held"), ("Faster", "held")]
    assert from_json(to_json(found)) == found


def test_the_speed_of_the_difference_does_not_depend_on_its_unit() -> None:
    """The interval of a difference is the same in bytes as in seconds: nothing overflows or vanishes."""
    rates = {"sequential": steady(20.0), "threads": steady(100.0)}
    big = {"memory_bytes": 10**12}
    found = document(rates, threads=big, sequential={"memory_bytes": 10**12 + 10**9})
    expectation = judged("memory(sequential) - memory(threads) - 999MB > 0B", found)
    assert expectation.verdict == "held"
    assert expectation.numbers["median"] == pytest.approx(1e6, rel=1e-6)
    assert all(math.isfinite(v) for v in expectation.numbers.values() if isinstance(v, float))
    assert measures().memory_bytes == 100_000_000


LEAVES = st.sampled_from(
    [
        *(
            "speedup(threads)",
            "cores(threads)",
            "pages(processes)",
            "p50(threads) / 1s",
            "p99(threads) / 1ms",
        ),
        *("network(threads) / 1us", "crossover(processes, threads) / 1ms", "0", "1", "3%", "9" * 100),
    ]
)
TERMS = st.recursive(
    LEAVES,
    lambda inner: st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda t: f"({t[0]}) {t[1]} ({t[2]})"),
    max_leaves=4,
)
CROSSED = matrix(crossing("0ms", high_s=None), crossing("20ms", "never"))


@settings(max_examples=60, deadline=None)
@given(TERMS, st.sampled_from(["<", "<=", ">", ">="]), TERMS)
def test_whatever_is_worked_out_ends_in_a_verdict_with_finite_numbers(
    left: str, sign: str, right: str
) -> None:
    for scenario in (PLAIN, CROSSED):
        expectation = judged(f"{left} {sign} {right}", scenario)
        assert expectation.verdict in ("held", "not held", "undecided")
        assert from_json(to_json(replace(scenario, expectations=(expectation,)))).expectations == (
            expectation,
        )


def test_cells_of_different_machines_share_no_rounds_and_are_said_to_be_compared() -> None:
    rates = {"threads": [50.0, 51.0, 49.0], "asyncio": [80.0, 82.0, 81.0]}
    made = run(
        [planned(name) for name in ("sequential", *rates)],
        [
            repetition("sequential", 0, 10.0),
            *(
                repetition(name, first + at, rate, environment={"machine": {"name": f"of {name}"}})
                for first, (name, values) in enumerate(rates.items())
                for at, rate in enumerate(values)
            ),
        ],
    )
    (apart,) = judge(summarise(made), ["throughput(asyncio) > throughput(threads)"])
    assert apart.verdict == "held"
    assert "3 rounds" in apart.because
    assert "measured on of asyncio and of threads, so that machines are compared too" in apart.because
